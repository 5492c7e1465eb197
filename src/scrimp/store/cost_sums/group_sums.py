"""The sums of a group of entries as they are added up, and as the total that is made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from msgspec import Struct

from scrimp.billing.cost_total import CostTotal
from scrimp.store.cost_sums.groups import Name
from scrimp.store.cost_sums.measures import COLUMNS, LATENCIES, MEASURES
from scrimp.store.encoding.dollars import dollars

# The order of `place` in SQL, for groups whose names are their values; the name follows. Sums of picodollars may be
# more than a nanodollar.
DEAREST = "nano + pico / 1000 DESC, pico % 1000 DESC, calls DESC"


class GroupSums(Struct):
    """The sums of a group, in the order of COLUMNS, and the efforts of its calls."""

    sums: list[int]
    efforts: set[str]


def merge(groups: dict[Name, GroupSums], name: Name, sums: list[int], efforts: set[str]) -> None:
    """Add sums to those of the group of a name."""
    known = groups.get(name)
    if known is None:
        groups[name] = GroupSums(sums, efforts)
        return
    known.sums = [one + other for one, other in zip(known.sums, sums, strict=True)]
    known.efforts |= efforts


def less(whole: list[int], parts: Iterable[list[int]]) -> list[int]:
    """Return the sums of what is in no part."""
    for part in parts:
        whole = [one - other for one, other in zip(whole, part, strict=True)]
    return whole


def totals_of(groups: Mapping[Name, GroupSums]) -> list[CostTotal]:
    """Return the totals of groups that have any call."""
    return [total(name, each.sums, each.efforts) for name, each in groups.items() if each.sums[0]]


def total(name: Name, sums: list[int], efforts: Iterable[str] = ()) -> CostTotal:
    """Return the total of a group."""
    named = dict(zip(COLUMNS, sums, strict=True))
    return CostTotal(
        name=name[0], answered_by=name[1], efforts=tuple(sorted(efforts)),
        cost=dollars(named["nano"], named["pico"]),
        numbered_cost=dollars(named["numbered_nano"], named["numbered_pico"]),
        latencies=tuple(named[latency] for latency in LATENCIES),
        **{measure: named[measure] for measure in MEASURES if not measure.endswith(("nano", "pico"))},
    )  # fmt: skip


def place(total: CostTotal) -> tuple[Decimal, int, str, str]:
    """Return the sort key of a total: the most expensive first."""
    return -total.cost, -total.calls, total.name, total.answered_by or ""
