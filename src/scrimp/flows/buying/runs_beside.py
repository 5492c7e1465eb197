"""What concurrent runs use of credits: what came to the ledger since it began, and what is underway."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from scrimp.errors import StoreError
from scrimp.flows.buying.provider_credits import Credit, CreditUse
from scrimp.store.files.credit_uses import CreditUseFile, OtherUses
from scrimp.store.ledger_queries.other_runs import CallsBeside, calls_beside, calls_of, newest_entry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrimp.config.paths import Paths
    from scrimp.store.ledger_queries.lost_calls import LostCall

_WINDOW = 1.0  # seconds between two looks, unless a run begins or ends


class RunsBeside:
    """Looks into the ledger now and then, and at each moment at what other runs tell. They are told of this one."""

    def __init__(
        self, granted: Mapping[str, Credit], paths: Paths, run: str, warn: Callable[[str], None], *,
        bounded: Callable[[Sequence[LostCall]], tuple[Decimal, int]], clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        """Those of `run` are its own. What is used is counted from here on; `bounded` is as in `spent_before`."""
        self._since = {name: credit.begin for name, credit in granted.items()}
        self._ledger, self._run, self._warn, self._bounded, self._clock = paths.ledger_db, run, warn, bounded, clock
        self._folder, self._others = paths.credit_uses, OtherUses(paths.credit_uses, run)
        self._own: CreditUseFile | None = None
        self._in_ledger: dict[tuple[str, str], Decimal] = {}  # runs in progress, by provider and run: dollars at most
        self._looked, self._blind, self._is_told = clock(), False, True
        self._seen = 0
        self._look(begins=True)

    def news(self) -> Mapping[str, CreditUse]:
        """Return what others have used since the last call of this method; nothing if that was a moment ago."""
        now = self._clock()
        if self._blind or (now - self._looked < _WINDOW and not self._others.came_or_went):
            return {}
        self._looked = now
        return self._look()

    def underway(self, provider: str) -> Decimal:
        """Return the dollars of a credit that other runs have paid or keep, without what the ledger had of them."""
        return sum(
            (max(Decimal(0), use.of(provider) - self._in_ledger.get((provider, use.run), 0)) for use in self._others),
            Decimal(0),
        )

    def tell(self, provider: str, paid: Decimal, kept: Decimal) -> None:
        """Report to others what this run has paid for calls, and reserves for calls in flight or for workers."""
        if not self._is_told:
            return
        try:
            if self._own is None:
                self._own = CreditUseFile(self._folder, self._run, list(self._since))
            self._own.tell(provider, paid, kept)
        except StoreError as error:
            self._is_told = False
            self._warn(f"other runs do not see what this one uses of credits: {error}")

    def close(self) -> None:
        """Stop reporting and looking, once the ledger has everything that this run has used."""
        if self._own is not None:
            self._own.close()
        self._others.close()

    def _look(self, *, begins: bool = False) -> dict[str, CreditUse]:
        """Look who is there, then into the ledger: of a run that has just ended it has all."""
        news = dict[str, CreditUse]()
        try:
            began = self._others.look()
            there = {use.run for use in self._others}
            self._in_ledger = {place: dollars for place, dollars in self._in_ledger.items() if place[1] in there}
            newest = newest_entry(self._ledger) if self._ledger.exists() else 0
            if newest > self._seen and not begins:
                found = calls_beside(self._ledger, self._run, self._since, after=self._seen, until=newest)
                for (provider, run), calls in found.items():
                    use = self._use(calls)
                    news[provider] = news.get(provider, CreditUse()).plus(use)
                    if (provider, run) in self._in_ledger:
                        self._in_ledger[provider, run] += use.dollars + use.at_most
            for run in [use.run for use in began]:
                self._in_ledger |= {(provider, run): Decimal(0) for provider in self._since}
                of_run = calls_of(self._ledger, run, self._since, until=newest) if newest else {}
                for place, use in ((place, self._use(calls)) for place, calls in of_run.items()):
                    self._in_ledger[place] = use.dollars + use.at_most
            self._seen = newest
        except StoreError as error:
            self._blind = True
            self._warn(f"this run no longer sees what other runs use of credits: {error}")
        return news

    def _use(self, calls: CallsBeside) -> CreditUse:
        at_most, unbounded = self._bounded(calls.unknown) if calls.unknown else (Decimal(0), 0)
        return CreditUse(dollars=calls.cost, at_most=at_most, unknown=len(calls.unknown), unbounded=unbounded)
