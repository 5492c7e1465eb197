from __future__ import annotations

from pathlib import Path

from scrimp.store.files.process_lock import alone_in, held, locked

# The kernel locks an opened file, not a process: two files opened by one process stand for two processes.


def _not_waited() -> None:
    raise AssertionError("no other process has it")


def test_a_lock_has_one_holder_at_a_time_and_is_free_afterward(tmp_path: Path) -> None:
    with (
        locked(tmp_path, "job", _not_waited),
        held(tmp_path, "job") as second,
        held(tmp_path, "other") as of_another_name,
    ):
        assert (second, of_another_name) == (False, True)
    with held(tmp_path, "job") as afterward:
        assert afterward


def test_one_process_is_alone_in_a_folder_and_none_in_one_that_is_missing(tmp_path: Path) -> None:
    with alone_in(tmp_path) as first, alone_in(tmp_path) as second, alone_in(tmp_path / "missing") as nowhere:
        assert (first, second, nowhere) == (True, False, False)
    with alone_in(tmp_path) as afterward:
        assert afterward
