from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

from msgspec import Raw

from scrimp.store.files.failed_rows import FailedRow, FailedRows, failed_rows, is_running

ROW = FailedRow(index=0, value=Raw(b'"bad"'))


def test_rows_are_kept_for_a_month_after_the_last_was_added(tmp_path: Path) -> None:
    for run in ("old", "young", "new"):
        with closing(FailedRows(tmp_path, run)) as kept:
            kept.add([ROW])
        os.utime(tmp_path / f"{run}.jsonl", times=(0, 0) if run == "old" else None)
    with closing(FailedRows(tmp_path, "next")) as kept:
        kept.add([ROW])

    assert sorted(path.stem for path in tmp_path.iterdir()) == ["new", "next", "young"]


def test_the_file_of_a_run_that_goes_on_stays_however_old_it_is(tmp_path: Path) -> None:
    with closing(FailedRows(tmp_path, "long")) as long:
        long.add([ROW])
        os.utime(tmp_path / "long.jsonl", times=(0, 0))
        assert is_running(tmp_path, "long")
        with closing(FailedRows(tmp_path, "next")) as kept:
            kept.add([ROW])
    assert (tmp_path / "long.jsonl").exists()
    assert not is_running(tmp_path, "long")


def test_a_row_that_a_full_disk_cut_short_is_left_out(tmp_path: Path) -> None:
    with closing(FailedRows(tmp_path, "run")) as kept:
        kept.add([ROW, ROW])
    with (tmp_path / "run.jsonl").open("ab") as file:
        file.write(b'{"index":3,"val')

    assert [bytes(row.value) for row in failed_rows(tmp_path, "run") or ()] == [b'"bad"', b'"bad"']
