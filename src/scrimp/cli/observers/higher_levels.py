"""What higher levels of compression would have saved in a run, for its bill."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrimp.billing.level_savings import LEAST_SAVED
from scrimp.flows.observers.sent_rows import SentRows

if TYPE_CHECKING:
    from scrimp.billing.totals import Bill
    from scrimp.cli.flags.run_flags import OutputFlags, ScreenFlags
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.services import Services
    from scrimp.values import Prompt


def sent_rows(options: RunOptions, written: OutputFlags, screen: ScreenFlags) -> SentRows | None:
    """Return the observer that samples rows, to report what a higher level would have saved if the user chose none."""
    unsaid = written.summary == "none" or (screen.quiet and written.summary == "auto")
    if options.level != "lossless" or options.level_fixed or (unsaid and written.summary_file is None):
        return None
    return SentRows(enough=LEAST_SAVED, prepare=_prepare_levels)


def _prepare_levels(prompt: Prompt) -> None:
    from scrimp.flows.observers.higher_levels import prepare  # a run from the cache sends nothing

    prepare(prompt)


def tell_of_levels(bill: Bill, sent: SentRows | None, services: Services) -> None:
    """Add to the bill what higher levels of compression would have saved."""
    if sent is not None and sent.count:
        from scrimp.flows.observers.higher_levels import higher_level_savings  # a run from the cache sends nothing

        bill.higher_levels = higher_level_savings(sent, bill, services.prices)
