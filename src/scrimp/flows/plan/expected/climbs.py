"""How far rows of a task climbed along a chain before: the share of them that came to each step."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from scrimp.errors import StoreError
from scrimp.values import Chain

_SECONDS = 30 * 86_400.0  # older rows may no longer say how the next ones climb
_ENOUGH = 10  # rows


class ChainClimbs:
    """The climbs that the ledger has of chains with a name; it is read when the first is asked for."""

    def __init__(self, ledger: Path, *, until: float) -> None:
        """Calls since `until`, in seconds since the epoch, do not count."""
        self._ledger, self._until = ledger, until

    def shares(self, chain: Chain, tasks: Collection[str]) -> list[Decimal] | None:
        """Return the share of rows that came to each step of a chain; None if too few are known."""
        if chain.name is None or len(chain.steps) < 2:
            return None
        ends = [0] * len(chain.steps)
        for task in tasks:
            for step, rows in self._ends.get((task, chain.name), {}).items():
                if step < len(ends):
                    ends[step] += rows
        rows = sum(ends)
        return [Decimal(sum(ends[step:])) / rows for step in range(len(ends))] if rows >= _ENOUGH else None

    @cached_property
    def _ends(self) -> dict[tuple[str, str], dict[int, int]]:
        """By task and chain: how many rows came to an end at which step."""
        from scrimp.store.ledger import Ledger  # only where a chain is called

        ends: dict[tuple[str, str], dict[int, int]] = {}
        if not self._ledger.exists():  # looking at it must not make it
            return ends
        try:
            with Ledger(self._ledger) as ledger:
                climbs = ledger.climbs(since=self._until - _SECONDS, until=self._until)
        except StoreError:
            return ends  # an expectation needs no ledger
        for each in climbs:
            ends.setdefault((each.signature, each.chain), {})[each.step] = each.rows
        return ends
