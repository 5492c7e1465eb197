"""The most expensive of many groups of calls, and the sum of the rest: a hundred thousand lines are not read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from scrimp.billing.cost_total import CostTotal
from scrimp.units import pluralize

_NUMBERS = tuple(
    name for name in CostTotal.__struct_fields__ if name not in ("name", "answered_by", "efforts", "latencies")
)


class Ranking(Struct, frozen=True):
    """The first groups in order, and the sum of the others, which is named for their number."""

    totals: Sequence[CostTotal]
    rest: CostTotal | None = None

    @property
    def all(self) -> list[CostTotal]:
        """The groups, with the others as the last one."""
        return [*self.totals, *([] if self.rest is None else [self.rest])]


def ranked(totals: Sequence[CostTotal], most: int) -> Ranking:
    """Return the first `most` of groups that are in order, and the sum of the rest."""
    first, others = totals[:most], totals[most:]
    return Ranking(first, _combined(others[0], others[1:], 1, len(others)) if others else None)


def ranked_of(whole: CostTotal, first: Sequence[CostTotal], others: int) -> Ranking:
    """Return the first groups, and the sum of the `others`, if there are any."""
    return Ranking(first, _combined(whole, first, -1, others) if others else None)


def _combined(base: CostTotal, more: Sequence[CostTotal], sign: int, groups: int) -> CostTotal:
    """Return a total with others added to it, or with the sign -1 taken from it; it is named for its groups."""
    numbers: dict[str, Any] = {
        name: getattr(base, name) + sign * sum(getattr(each, name) for each in more) for name in _NUMBERS
    }
    latencies = tuple(
        count + sign * sum(counts)
        for count, *counts in zip(base.latencies, *(each.latencies for each in more), strict=True)
    )
    return CostTotal(name=pluralize(groups, "other"), latencies=latencies, **numbers)
