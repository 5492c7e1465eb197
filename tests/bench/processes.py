"""Whole processes: started, waited for, and what they took."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

_PEAK = Path(__file__).with_name("peak.py")


class CrashError(Exception):
    """A process under measurement ended badly: there is no figure to show."""


class TooLongError(Exception):
    """A process was ended because it took longer than it was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What one whole process took, from before its start to its end."""

    seconds: float
    out: str


def spend(words: Sequence[str], *, env: Mapping[str, str], cwd: Path, limit: float | None = None) -> Spent:
    """Run a program to its end, with nothing on stdin; a status other than 0 is a crash."""
    with TemporaryFile() as out, TemporaryFile() as err:
        begun = time.perf_counter()
        # A group of its own, so that what it starts is ended with it.
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=env, cwd=cwd, process_group=0
        )
        try:
            process.wait(limit)
        except BaseException as error:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if isinstance(error, subprocess.TimeoutExpired):
                raise TooLongError from error
            raise
        seconds = time.perf_counter() - begun
        if process.returncode != 0:
            raise CrashError(f"{' '.join(words)} ended with {process.returncode}: {_text(err)[-800:].strip()}")
        return Spent(seconds=seconds, out=_text(out))


def peak(words: Sequence[str], *, env: Mapping[str, str], cwd: Path) -> int:
    """Run a program to its end and return the most memory it held, in bytes."""
    spent = spend([sys.executable, "-I", "-S", str(_PEAK), *words], env=env, cwd=cwd)
    return int(spent.out.splitlines()[-1])


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def medians(commands: Mapping[str, Callable[[], Spent]], rounds: int) -> dict[str, float]:
    """Return the median seconds of each command, run A B A B so that a busy moment falls on all of them."""
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            taken[name].append(command().seconds)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}
