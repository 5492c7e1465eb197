"""What runs beside this one use of credits: their calls that came to the ledger since it began."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from scrimp.errors import StoreError
from scrimp.flows.buying.provider_credits import Credit, CreditUse
from scrimp.store.ledger_queries.other_runs import calls_beside, newest_entry

if TYPE_CHECKING:
    from scrimp.store.ledger_queries.lost_calls import LostCall

_WINDOW = 1.0  # seconds between two looks


class RunsBeside:
    """Looks into the ledger now and then."""

    def __init__(
        self, granted: Mapping[str, Credit], ledger: Path, run: str, warn: Callable[[str], None], *,
        bounded: Callable[[Sequence[LostCall]], tuple[Decimal, int]], clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        """Those of `run` are its own. What is used is counted from here on; `bounded` is as in `spent_before`."""
        self._since = {name: credit.begin for name, credit in granted.items()}
        self._ledger, self._run, self._warn, self._bounded, self._clock = ledger, run, warn, bounded, clock
        self._looked, self._blind = clock(), False
        self._seen = self._newest() if self._since else 0

    def news(self) -> Mapping[str, CreditUse]:
        """Return what others have used since this was asked last; nothing where that was a moment ago."""
        now = self._clock()
        if self._blind or now - self._looked < _WINDOW:
            return {}
        self._looked = now
        newest = self._newest()
        if newest <= self._seen:
            return {}
        try:
            calls = calls_beside(self._ledger, self._run, self._since, after=self._seen, until=newest)
        except StoreError as error:
            self._look_no_more(error)
            return {}
        self._seen = newest
        return {name: self._use(each.cost, each.unknown) for name, each in calls.items()}

    def _use(self, cost: Decimal, unknown: Sequence[LostCall]) -> CreditUse:
        at_most, unbounded = self._bounded(unknown)
        return CreditUse(dollars=cost, at_most=at_most, unknown=len(unknown), unbounded=unbounded)

    def _newest(self) -> int:
        try:
            return newest_entry(self._ledger) if self._ledger.exists() else 0
        except StoreError as error:
            self._look_no_more(error)
            return 0

    def _look_no_more(self, error: StoreError) -> None:
        self._blind = True
        self._warn(f"what other runs use of credits is not known from here on: {error}")
