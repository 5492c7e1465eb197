"""The exit status of a command that answers prompts, by what became of them."""

from __future__ import annotations

from scrimp.billing.totals import Bill
from scrimp.enums import FailOn
from scrimp.errors import NOT_CACHED, ScrimpError
from scrimp.flows.engine.stops.run_stop import RunStop


def exit_status(
    bill: Bill, stop: RunStop | None, error: ScrimpError | None, fail_on: FailOn, *, cache_only: bool
) -> int:
    """Return 0 when every row was answered, else the status that says why not."""
    if error is not None:
        return error.exit_status
    status = bill.exit_status(fail_on, stop.exit_status if stop is not None else None)
    return NOT_CACHED if status and stop is None and cache_only and bill.counts.skipped else status
