"""`scrimp estimate --batch`: live, in batches and off-peak, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scrimp.cli.printing import print_line, print_table
from scrimp.flows.batch.timing.cheap_hours import hour_of
from scrimp.units import format_dollars, format_percent

if TYPE_CHECKING:
    from scrimp.cli.session import Session
    from scrimp.flows.batch.costs.ways import Ways
    from scrimp.flows.estimates.quotes import Quote

_HEADERS = ("tier", "model", "live", "batch", "off-peak", "by", "saved")


def print_ways(quoted: Sequence[Quote], ways: Sequence[Ways], routed: Ways | None, session: Session) -> None:
    """Print what each model costs by each way, and what the run costs as it is routed."""
    print_table(
        _HEADERS, [_cells(quote, each) for quote, each in zip(quoted, ways, strict=True)], "llrrrrr", session.out,
        empty="no model can be called: set a key, or see them all with --all",
    )  # fmt: skip
    if routed is not None:
        print_line(f"as routed: {in_words(routed)}")


def in_words(ways: Ways) -> str:
    """Return the amounts: live $4.10, batch $2.05, off-peak $2.05 by 10:00 UTC."""
    parts = [f"live {format_dollars(ways.live)}"]
    parts += [] if ways.batch is None else [f"batch {format_dollars(ways.batch)}"]
    if ways.off_peak is not None:
        parts.append(f"off-peak {format_dollars(ways.off_peak)}{' by ' if _by(ways) else ''}{_by(ways)}")
    return ", ".join(parts)


def _by(ways: Ways) -> str:
    return "" if ways.off_peak_by is None else hour_of(ways.off_peak_by)


def _cells(quote: Quote, ways: Ways) -> tuple[str, ...]:
    saved = "" if not ways.live or ways.least is None else format_percent(float(1 - ways.least / ways.live))
    return (
        quote.tier or "asked for", quote.model, format_dollars(ways.live),
        "" if ways.batch is None else "as live" if ways.batch == ways.live else format_dollars(ways.batch),
        "" if ways.off_peak is None else format_dollars(ways.off_peak), _by(ways), saved,
    )  # fmt: skip
