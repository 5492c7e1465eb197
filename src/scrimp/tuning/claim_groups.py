"""Rows put together for one claim: a signature where it has enough of them, else its kind, else the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from msgspec import Struct

from scrimp.tuning.bounds import fewest
from scrimp.tuning.recorded_row import RecordedRow

_ENOUGH = 3  # times the rows that a clean record needs: a few losses must be affordable


class Group(Struct, frozen=True):
    """Rows that one claim is made about, and the signatures it holds for: on average, not for each alone."""

    name: str
    signatures: tuple[str, ...]
    rows: tuple[RecordedRow, ...]


def claim_groups(recorded: Sequence[RecordedRow], target: float, risk: float) -> tuple[Group, ...]:
    """Return groups of which each can be certified at its share of the risk; formed by counting, blind to scores.

    A signature with enough rows is on its own, the others of a kind are pooled if together they have enough, and what
    is left over is one group. The more groups, the smaller each one's share and the more rows it needs.
    """
    shares = 1
    while True:
        found = _formed(recorded, _ENOUGH * fewest(target, risk / shares))
        if len(found) <= shares:
            return found
        shares += 1


def _formed(recorded: Sequence[RecordedRow], enough: int) -> tuple[Group, ...]:
    alone, few = _split(recorded, lambda row: row.signature, enough)
    kinds, rest = _split(few, lambda row: row.kind, enough)
    pooled = [(f"{kind} (small signatures)" if kind else "small signatures", rows) for kind, rows in kinds]
    last = [("the rest" if alone or kinds else "all", rest)] if rest else []
    return tuple(
        Group(name or "no signature", _signatures(rows), tuple(rows)) for name, rows in (*alone, *pooled, *last)
    )


def _split(
    recorded: Sequence[RecordedRow], key: Callable[[RecordedRow], str], enough: int
) -> tuple[list[tuple[str, list[RecordedRow]]], list[RecordedRow]]:
    by: defaultdict[str, list[RecordedRow]] = defaultdict(list)
    for row in recorded:
        by[key(row)].append(row)
    large = [(name, rows) for name, rows in sorted(by.items()) if len(rows) >= enough]
    return large, [row for rows in by.values() if len(rows) < enough for row in rows]


def _signatures(rows: Sequence[RecordedRow]) -> tuple[str, ...]:
    return tuple(sorted({row.signature for row in rows}))
