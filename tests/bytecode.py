"""The bytecode of all tests, made once for the workers that collect them: each of these would make all of it.

Of 20 seconds of a processor that a worker takes for 500 modules without their bytecode, 12 go into what pytest adds to
their assertions.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_FEW = 50  # modules; the workers compile so few in less time than it takes to collect all


def compile_tests(folder: Path) -> None:
    """Collect a share of the tests on each processor, which leaves bytecode behind, unless nearly all of it is here."""
    modules = sorted(folder.rglob("test_*.py"), key=lambda path: path.stat().st_size)
    if sys.dont_write_bytecode or sum(map(_is_compiled, modules)) > len(modules) - _FEW:
        return
    shares = os.cpu_count() or 1
    collect = [sys.executable, "-m", "pytest", "--collect-only", "-qq", "-n0"]
    running = [
        subprocess.Popen([*collect, *modules[share::shares]], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for share in range(shares)
    ]
    for process in running:
        process.wait()  # what cannot be collected is told by the workers


def _is_compiled(module: Path) -> bool:
    made = module.stat().st_mtime
    return any(path.stat().st_mtime > made for path in module.parent.glob(f"__pycache__/{module.stem}.*-pytest-*.pyc"))
