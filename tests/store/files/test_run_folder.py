from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from scrimp.store.files.run_folder import RunFolder, keep_folder
from scrimp.store.sqlite_errors import operational_error, system_error

# A lock belongs to an opened file, and the kernel drops it with the process: a folder that nobody has open is what a
# killed run leaves.


def test_a_folder_ends_with_its_run_and_what_killed_runs_left_with_the_next_one(tmp_path: Path) -> None:
    left = tmp_path / "scrimp-run-killed"
    left.mkdir()
    (left / "cache.db").write_bytes(b"completions")

    folder = RunFolder(tmp_path)
    (folder.path / "cache.db").write_bytes(b"completions")

    assert os.listdir(tmp_path) == [folder.path.name]
    folder.remove()
    assert not os.listdir(tmp_path)


def test_a_folder_that_a_process_of_another_run_uses_stays(tmp_path: Path) -> None:
    others, by_a_worker = RunFolder(tmp_path), tmp_path / "scrimp-run-of-workers"
    by_a_worker.mkdir()
    descriptors = [keep_folder(by_a_worker), keep_folder(by_a_worker)]
    os.close(descriptors.pop())  # one of two workers has ended

    RunFolder(tmp_path).remove()

    assert sorted(tmp_path.iterdir()) == sorted([others.path, by_a_worker])
    os.close(descriptors.pop())
    RunFolder(tmp_path).remove()
    assert list(tmp_path.iterdir()) == [others.path]
    others.remove()


def test_nothing_else_is_removed_nor_what_a_link_leads_to(tmp_path: Path) -> None:
    (tmp_path / "scrimp-run-file").write_text("text")
    (tmp_path / "scrimp-notes").mkdir()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "text").write_text("text")
    (tmp_path / "scrimp-run-link").symlink_to(tmp_path / "mine")

    RunFolder(tmp_path).remove()

    assert sorted(os.listdir(tmp_path)) == ["mine", "scrimp-notes", "scrimp-run-file", "scrimp-run-link"]
    assert (tmp_path / "mine" / "text").exists()


@pytest.mark.parametrize(("folder", "variable"), [("scrimp-run-0a1b", "TMPDIR"), ("home", "SCRIMP_HOME")])
def test_where_a_disk_is_full_the_variable_that_names_another_one_is_told(folder: str, variable: str) -> None:
    path = Path("/on/it") / folder / "cache.db"
    for error in (
        operational_error(path, "database or disk is full"),
        system_error(path, OSError(errno.ENOSPC, "No space left on device")),
    ):
        assert f"{path} cannot be used: " in str(error)
        assert f"; free some space, or set {variable} to " in str(error)
