"""The exit status of a run: design's table, in one place."""

from __future__ import annotations

from scrimp.errors import ScrimpError
from scrimp.flows.stop import Stop
from scrimp.render.bill import Bill

NOT_CACHED = 7


def exit_status(bill: Bill, stop: Stop | None, trouble: ScrimpError | None, fail_on: str, *, cache_only: bool) -> int:
    """Return 0 when every row was answered, else the number that says why not."""
    if trouble is not None:
        return trouble.exit_status
    if stop is None and cache_only and bill.counts.skipped:
        return NOT_CACHED
    return bill.exit_status(fail_on, stop.exit_status if stop is not None else None)
