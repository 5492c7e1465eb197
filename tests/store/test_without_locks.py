from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import lockless

HINT = "No locks available; its file system has no locks: set SCRIMP_HOME to a directory on a local disk"
OPEN = """
import sys
from pathlib import Path
from scrimp.errors import StoreError
from scrimp.store.{module} import {store}
try:
    {store}({arguments})
except StoreError as error:
    print(error, end="")
"""
DOCTOR = "import runpy, sys; sys.argv[1:] = ['doctor']; runpy.run_module('scrimp', run_name='__main__')"


def run(code: str, home: Path) -> str:
    """What Python code prints in which no file can be locked."""
    command = [sys.executable, str(Path(lockless.__file__)), code]
    env = os.environ | {"SCRIMP_HOME": str(home)}
    ran = subprocess.run(command, check=False, capture_output=True, text=True, env=env)
    if ran.returncode == lockless.UNAVAILABLE:
        pytest.skip("this system has no filter of system calls")
    return ran.stdout


@pytest.mark.parametrize(("module", "store"), [("ledger", "Ledger"), ("cache", "SqliteCache")])
@pytest.mark.parametrize("exists", [True, False])
def test_a_database_that_cannot_be_locked_is_refused_at_once_not_waited_for(
    tmp_path: Path, module: str, store: str, exists: bool
) -> None:
    path = tmp_path / "a.db"
    code = OPEN.format(module=module, store=store, arguments=f"Path({str(path)!r})")
    if exists:
        subprocess.run([sys.executable, "-c", code], check=True)

    assert run(code, tmp_path) == f"{path} cannot be used: {HINT}"


def test_a_run_without_locks_is_not_told_to_make_its_home_writable(tmp_path: Path) -> None:
    code = OPEN.format(module="files.failed_rows", store="FailedRows", arguments=f"Path({str(tmp_path)!r}), 'a'")

    assert run(code, tmp_path) == f"{tmp_path} cannot be used: {HINT}"


def test_doctor_says_that_a_home_has_no_locks(tmp_path: Path) -> None:
    assert f"broken cache: {tmp_path / 'cache.db'} cannot be used: {HINT}" in run(DOCTOR, tmp_path)
