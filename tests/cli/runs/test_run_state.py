"""Where the failed rows of a run are said to be, and how far it is said to be."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from msgspec import Raw
from msgspec.structs import replace

from scrimp.cli.runs.run_state import run_state, why_not_kept
from scrimp.store.run_log import RunEnd, RunRecord

DAY = 86_400.0
ENDED = RunEnd(
    time=100 * DAY, status=4, stopped=None, rows=3, failed=2, calls=3, cost=Decimal(0), unpriced=0, bill="",
    document=Raw(b"{}"),
)  # fmt: skip
RUN = RunRecord(run="r1", started=100 * DAY - 60, folder="/home/ada", command=("in.jsonl",), end=ENDED)


@pytest.mark.parametrize(
    ("record", "days_later", "says"),
    [
        (RUN, 1, "on the machine where it ran"), (RUN, 31, "were deleted after 30 days"),
        (replace(RUN, end=replace(ENDED, failed=0)), 1, "None"), (replace(RUN, end=None), 1, "on the machine where it"),
        (replace(RUN, kind="ask"), 1, "prompts are not kept"), (replace(RUN, end=None, kind=None), 1, "None"),
    ],
)  # fmt: skip
def test_failed_rows_that_are_not_here_are_on_another_machine_unless_they_are_old(
    tmp_path: Path, record: RunRecord, days_later: int, says: str
) -> None:
    assert says in str(why_not_kept(record, tmp_path, (100 + days_later) * DAY))


def test_a_run_without_an_end_was_killed_where_it_left_its_file_or_may_have_lost_it(tmp_path: Path) -> None:
    unended = replace(RUN, end=None)
    elsewhere = run_state(unended, tmp_path, 101 * DAY)
    old = run_state(unended, tmp_path, 131 * DAY)
    (tmp_path / "r1.jsonl").touch()

    assert (elsewhere, old, run_state(unended, tmp_path, 101 * DAY)) == ("elsewhere", "killed", "killed")
    assert why_not_kept(unended, tmp_path, 101 * DAY) is None
