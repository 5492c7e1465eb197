"""Rows pooled for one claim: a signature where it has enough of them, else its kind, else the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from msgspec import Struct

from scrimp.tuning.statistics.bounds import min_rows

_MARGIN = 3  # times the rows that a clean record needs: a few losses must be affordable


class TaskRow(Protocol):
    """A row of a task."""

    @property
    def signature(self) -> str:
        """The name of the task."""

    @property
    def kind(self) -> str:
        """The kind of task."""


_Row = TypeVar("_Row", bound=TaskRow)


class ClaimGroup(Struct, Generic[_Row], frozen=True):
    """Rows that one claim is made about, and the signatures it holds for: on average, not for each alone."""

    name: str
    signatures: tuple[str, ...]
    rows: tuple[_Row, ...]


def claim_groups(rows: Sequence[_Row], target: float, risk: float) -> tuple[ClaimGroup[_Row], ...]:
    """Return groups that can each be certified at their share of the risk; formed by counting, blind to scores.

    A signature with enough rows is on its own, the others of a kind are pooled if together they have enough, and what
    is left over is one group. The more groups, the smaller each one's share and the more rows it needs.
    """
    shares = 1
    while True:
        groups = _groups_of(rows, rows_wanted(target, risk / shares))
        if len(groups) <= shares:
            return groups
        shares += 1


def rows_wanted(target: float, risk: float) -> int:
    """Return how many rows a task should have to be certified on its own: with them it may lose some answers."""
    return _MARGIN * min_rows(target, risk)


def _groups_of(rows: Sequence[_Row], size: int) -> tuple[ClaimGroup[_Row], ...]:
    """Return groups of at least this many rows, but for the last."""
    alone, small = _split_by_size(rows, lambda row: row.signature, size)
    kinds, rest = _split_by_size(small, lambda row: row.kind, size)
    pooled = [(f"{kind} (small signatures)" if kind else "small signatures", members) for kind, members in kinds]
    last = [("the rest" if alone or kinds else "all", rest)] if rest else []
    return tuple(
        ClaimGroup(name or "no signature", _signatures(members), tuple(members))
        for name, members in (*alone, *pooled, *last)
    )


def _split_by_size(
    rows: Sequence[_Row], key: Callable[[_Row], str], size: int
) -> tuple[list[tuple[str, list[_Row]]], list[_Row]]:
    """Return the rows of each key that has enough of them, and all other rows."""
    by_key: defaultdict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        by_key[key(row)].append(row)
    large = [(name, members) for name, members in sorted(by_key.items()) if len(members) >= size]
    return large, [row for members in by_key.values() if len(members) < size for row in members]


def _signatures(rows: Sequence[TaskRow]) -> tuple[str, ...]:
    return tuple(sorted({row.signature for row in rows}))
