"""How far a run is, and where its failed rows are, as far as this home shows: runs may come from other machines."""

from __future__ import annotations

from pathlib import Path

from scrimp.errors import ScrimpError, StoreError, UsageError
from scrimp.store.files.failed_rows import KEPT_DAYS, has_failed_rows, is_running
from scrimp.store.run_log import RunRecord

_DAY = 86_400


def run_state(record: RunRecord, folder: Path, now: float) -> str:
    """Return in a word how far a run is; `folder` has the files of failed rows, one for each run that has not ended."""
    if record.end is not None:
        return "ended"
    if record.kind is None:
        return "not recorded"
    if is_running(folder, record.run):
        return "running"
    return "elsewhere" if _left_no_file(record, folder, now) else "killed"


def why_not_kept(record: RunRecord, folder: Path, now: float) -> ScrimpError | None:
    """Return why there are no failed rows of a run here; None if no row of it failed."""
    if record.kind == "ask":
        return UsageError(f"{record.run} was a prompt of `scrimp ask`, and prompts are not kept: ask it again")
    if record.end is None and run_state(record, folder, now) != "elsewhere":
        return None
    if record.end is not None and not record.end.failed:
        return None
    if record.end is not None and now - record.end.time > KEPT_DAYS * _DAY:
        return StoreError(
            f"the failed rows of {record.run} were deleted after {KEPT_DAYS} days: run its inputs again with "
            "--only-failed and its output"
        )
    return StoreError(
        f"the failed rows of {record.run} are not in this home: if its ledger was merged, give `scrimp runs errors "
        f"{record.run}` on the machine where it ran"
    )


def _left_no_file(record: RunRecord, folder: Path, now: float) -> bool:
    """Return whether a run that was killed here would have left a file, and there is none."""
    return not has_failed_rows(folder, record.run) and now - record.started < KEPT_DAYS * _DAY
