"""Rates and their differences, as commands print them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from scrimp.prices.comparison import Difference
from scrimp.prices.rates import Rates
from scrimp.units import CENTS, format_count

# As a person reads a price: what goes in, then what comes out.
_ORDER = (
    "input", "cached_input", "explicit_read", "cache_write", "cache_write_long", "output", "reasoning",
    "thinking_output", "input_audio", "cached_audio", "output_audio", "web_search",
    "cache_storage",
)  # fmt: skip


def shown_rate(rate: Decimal | None) -> str:
    """Return a rate with every digit; nothing where there is none."""
    return "" if rate is None else format(rate.normalize(), "f") if rate else "0"


def rate_cell(rate: Decimal | None) -> str:
    """Return a rate for a column, with every digit and to the cent at least, so that points line up where they can."""
    if not rate:
        return shown_rate(rate)
    places = -int(rate.normalize().as_tuple().exponent)
    return f"{rate:.{max(CENTS, places)}f}"


def shown_rates(rates: Rates) -> str:
    """Return the rates there are, each with its kind."""
    kinds = [(kind, getattr(rates, kind)) for kind in _ORDER]
    return ", ".join(f"{_name(kind)} {shown_rate(rate)}" for kind, rate in kinds if rate is not None)


def _name(kind: str) -> str:
    return "a thousand web searches" if kind == "web_search" else kind.replace("_", " ")


def difference_rows(differences: Sequence[Difference]) -> list[tuple[str, ...]]:
    """Return a row for each difference: model, what for, both rates, and the ratio of the second to the first."""
    return [
        (f"{each.provider}/{each.model}", _what(each), rate_cell(each.ours), rate_cell(each.theirs), _times(each))
        for each in differences
    ]


def difference_json(differences: Sequence[Difference], names: tuple[str, str]) -> list[dict[str, object]]:
    """Return the differences as objects; `names` are the keys of the two rates."""
    return [
        {"model": f"{each.provider}/{each.model}", "processing": each.processing, "above": each.above,
         "kind": each.kind, names[0]: each.ours, names[1]: each.theirs}
        for each in differences
    ]  # fmt: skip


def _what(difference: Difference) -> str:
    how = "" if difference.processing == "standard" else f"{difference.processing} "
    above = f" above {format_count(difference.above)}" if difference.above else ""
    return f"{how}{_name(difference.kind)}{above}"


def _times(difference: Difference) -> str:
    """Return a ratio: a list in other units, or a slip of a digit, shows in it."""
    if not difference.ours or difference.theirs is None:
        return ""
    return f"x{float(difference.theirs / difference.ours):.3g}"
