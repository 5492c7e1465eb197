"""The exit status of a run: design's table, in one place."""

from __future__ import annotations

from scrimp.errors import ScrimpError
from scrimp.flows.stop import Stop
from scrimp.render.bill import Bill

SOME_FAILED, NOTHING_SUCCEEDED, NOT_CACHED = 3, 4, 7


def exit_status(bill: Bill, stop: Stop | None, trouble: ScrimpError | None, fail_on: str, *, cache_only: bool) -> int:
    """Return 0 when every row was answered, else the number that says why not."""
    if trouble is not None:
        return trouble.exit_status
    if stop is not None:
        return stop.exit_status
    if cache_only and bill.skipped:
        return NOT_CACHED
    if not bill.failed:
        return 0
    if not bill.ok:
        return NOTHING_SUCCEEDED
    return SOME_FAILED if fail_on == "any" else 0
