"""Credits with providers: dollars that are used up before others are spent, by what the ledger has of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct
from msgspec.structs import replace

from scrimp.errors import StoreError
from scrimp.units import format_dollars, pluralize

if TYPE_CHECKING:
    from scrimp.billing.cost_total import CostTotal
    from scrimp.store.ledger_queries.lost_calls import LostCall

_NOTHING = Decimal(0)
_NEAR_END = Decimal("0.1")  # share of the credit that is left when a run warns
_MOST_BOUNDED = 5_000  # calls of unknown cost; each is priced by itself


class Credit(Struct, frozen=True, kw_only=True):
    """A credit with a provider, and the day it is counted from; None: all calls that the ledger has."""

    dollars: Decimal
    since: str | None = None  # "2026-11-01", in UTC

    @property
    def begin(self) -> float:
        """The moment from which calls use it up, in seconds since the epoch."""
        return 0.0 if self.since is None else datetime.fromisoformat(self.since).replace(tzinfo=UTC).timestamp()


class CreditUse(Struct, frozen=True, kw_only=True):
    """What calls used of a credit: a cost that is unknown is never nothing."""

    dollars: Decimal = Decimal(0)  # dollars of calls whose cost is known
    at_most: Decimal = Decimal(0)  # the most that calls of unknown cost can have cost
    unknown: int = 0  # calls of unknown cost
    unbounded: int = 0  # lost calls without even an upper bound

    def with_call(self, cost: Decimal | None, at_most: Decimal | None) -> CreditUse:
        """Return the use with one more call."""
        if cost is not None:
            return replace(self, dollars=self.dollars + cost)
        more, unbounded = at_most or Decimal(0), self.unbounded + (at_most is None)
        return replace(self, at_most=self.at_most + more, unknown=self.unknown + 1, unbounded=unbounded)

    def plus(self, more: CreditUse) -> CreditUse:
        """Return the sum of both uses."""
        return CreditUse(
            dollars=self.dollars + more.dollars, at_most=self.at_most + more.at_most,
            unknown=self.unknown + more.unknown, unbounded=self.unbounded + more.unbounded,
        )  # fmt: skip

    @property
    def told(self) -> str:
        """A part of a sentence on the calls of unknown cost; empty if there are none."""
        bounded = self.unknown - self.unbounded
        parts = []
        if bounded:
            most, count = format_dollars(self.at_most), "counts" if bounded == 1 else "count"
            parts.append(f"{pluralize(bounded, 'call')} of unknown cost {count} as up to {most}")
        if self.unbounded:
            are = "is" if self.unbounded == 1 else "are"
            parts.append(f"{pluralize(self.unbounded, 'call')} whose cost nothing bounds {are} not counted")
        return ", ".join(parts)


_UNUSED = CreditUse()


class Beside(Protocol):
    """The runs that are in progress at the same time."""

    def news(self) -> Mapping[str, CreditUse]:
        """Return what they have used, by the ledger, since the last call of this method."""
        ...

    def underway(self, provider: str) -> Decimal:
        """Return the dollars that they use and that were in no news."""
        ...

    def tell(self, provider: str, paid: Decimal, kept: Decimal) -> None:
        """Report the use of this run to them."""
        ...

    def close(self) -> None:
        """Stop reporting."""
        ...


class ProviderCredits:
    """What is left of each credit; calls of this run are taken off as they are paid."""

    def __init__(
        self, granted: Mapping[str, Credit], used: Mapping[str, CreditUse],
        warn: Callable[[str], None] = lambda _: None, beside: Beside | None = None,
    ) -> None:  # fmt: skip
        """`used` is what each provider's calls used before this run, since its credit is counted.

        `beside` are concurrent runs that may use them; None: a credit is this run's alone.
        """
        self.by_provider, self._used, self._warn, self._beside = granted, dict(used), warn, beside
        self._paid: dict[str, Decimal] = {}  # spent by this run, by provider: dollars at most
        self._in_flight: dict[str, Decimal] = {}
        self._lent: dict[str, Decimal] = {}  # to workers, and not used up by them
        self._in_batches: dict[str, Decimal] = {}
        self._warned: set[tuple[str, bool]] = set()

    def left(self, provider: str) -> Decimal | None:
        """Return the dollars that are left of a credit, never less than none; None if there is no credit.

        Calls of unknown cost count with the most that they can have cost.
        """
        credit, used = self.by_provider.get(provider), self.used(provider)
        return None if credit is None else max(Decimal(0), credit.dollars - used.dollars - used.at_most)

    def lend(self) -> dict[str, Decimal]:
        """Keep what is left of each credit, in dollars, for workers of this run, and return it."""
        for name in self.by_provider:
            self._lent[name] = max(_NOTHING, self._free(name))
            self._tell(name)
        return dict(self._lent)

    def used(self, provider: str) -> CreditUse:
        """Return the use of a credit."""
        return self._used.get(provider, _UNUSED)

    def has(self, provider: str) -> bool:
        """Return whether the next call is paid by a credit, after those in flight and in batches."""
        return provider in self.by_provider and self._free(provider) > 0

    def _free(self, provider: str) -> Decimal:
        """Return the balance of a credit, less what is reserved for calls of this run and of others."""
        underway = _NOTHING
        if self._beside is not None:
            for name, use in self._beside.news().items():
                self._used[name] = self.used(name).plus(use)
            underway = self._beside.underway(provider)
        kept = self._in_flight.get(provider, _NOTHING) + self._in_batches.get(provider, _NOTHING)
        return (self.left(provider) or _NOTHING) - kept - underway

    def _tell(self, provider: str) -> None:
        if self._beside is not None:
            kept = self._in_flight.get(provider, _NOTHING) + self._lent.get(provider, _NOTHING)
            self._beside.tell(provider, self._paid.get(provider, _NOTHING), kept)

    def close(self) -> None:
        """Release what is kept; to be called once the ledger has what this run has used."""
        if self._beside is not None:
            self._beside.close()

    @contextmanager
    def reserved(self, provider: str, cost: Decimal | None) -> Iterator[None]:
        """Keep what a call in flight is expected to cost from being spent on others."""
        if provider not in self.by_provider or cost is None:
            yield
            return
        self._in_flight[provider] = self._in_flight.get(provider, _NOTHING) + cost
        self._tell(provider)
        try:
            yield
        finally:
            self._in_flight[provider] -= cost
            self._tell(provider)

    def expect_in_batch(self, provider: str, cost: Decimal | None) -> None:
        """Keep what a call in a batch is expected to cost, or cost already, from being spent on others."""
        if provider in self.by_provider and cost is not None:
            self._in_batches[provider] = self._in_batches.get(provider, _NOTHING) + cost

    def forget_batches(self) -> None:
        """Release what is kept for calls in batches: they are counted again."""
        self._in_batches.clear()

    def pay(self, provider: str, cost: Decimal | None, *, at_most: Decimal | None = None) -> None:
        """Deduct the cost of a call from the credit; warn once when it is nearly used up, and once when it is.

        `at_most` is what it can have cost where that is unknown; None if not even that is known.
        """
        if provider not in self.by_provider:
            return
        self._used[provider] = self.used(provider).with_call(cost, at_most)
        dollars = (at_most or _NOTHING) if cost is None else cost
        self._paid[provider] = self._paid.get(provider, _NOTHING) + dollars
        if provider in self._lent:
            self._lent[provider] = max(_NOTHING, self._lent[provider] - dollars)
        self._tell(provider)
        told, state = self.told(provider), (provider, not self.left(provider))
        if told and state not in self._warned:
            self._warned.add(state)
            self._warn(told)

    def state(self, provider: str) -> str:
        """Return a sentence on what is left of a credit; nothing where there is none."""
        credit, left = self.by_provider.get(provider), self.left(provider)
        if credit is None or left is None:
            return ""
        since = f" since {credit.since}" if credit.since else ""
        whole, unknown = format_dollars(credit.dollars), self.used(provider).told
        more = f"; {unknown}" if unknown else ""
        return f"Credit with {provider}: {format_dollars(left)} of {whole} are left{since}{more}."

    def told(self, provider: str) -> str:
        """Return a sentence on a credit that is near its end or used up, with the next move; else nothing."""
        credit, left = self.by_provider.get(provider), self.left(provider)
        if credit is None or left is None or left >= credit.dollars * _NEAR_END:
            return ""
        name, unknown = f"[providers.{provider}]", self.used(provider).told
        more = f" ({unknown})" if unknown else ""
        move = f"once it is topped up, raise credit or move credit_since in {name}"
        if not left:
            whole = format_dollars(credit.dollars)
            return f"the credit of {whole} with {provider} is used up, so its calls are paid{more}: {move}"
        rest = f"{format_dollars(left)} of {format_dollars(credit.dollars)} are left"
        return f"the credit with {provider} is near its end, {rest}{more}: {move}"


def spent_before(
    granted: Mapping[str, Credit], ledger: Path, sums: Path, warn: Callable[[str], None],
    note: Callable[[str], None] = lambda _: None, *,
    bounded: Callable[[Sequence[LostCall]], tuple[Decimal, int]] = lambda calls: (Decimal(0), len(calls)),
) -> dict[str, CreditUse]:  # fmt: skip
    """Return the use of each provider's credit since it is counted, from the ledger or its sums.

    `bounded` says what calls of unknown cost can have cost at most, and of how many of them that is unknown.
    """
    if not granted:
        return {}
    from scrimp.flows.buying.ledger_totals import totals_since  # only where there are credits

    try:
        days = {credit.begin: totals_since(ledger, sums, "provider", credit.begin, note) for credit in granted.values()}
        return {
            name: _use(total, ledger, credit, bounded)
            for name, credit in granted.items()
            for total in [next((each for each in days[credit.begin] if each.name == name), None)]
        }
    except StoreError as error:
        warn(f"the balance of credits is unknown, so they count as unused: {error}")
        return {}


def _use(
    total: CostTotal | None, ledger: Path, credit: Credit,
    bounded: Callable[[Sequence[LostCall]], tuple[Decimal, int]],
) -> CreditUse:  # fmt: skip
    if total is None or not total.unknown:
        return _UNUSED if total is None else CreditUse(dollars=total.cost)
    from scrimp.store.ledger_queries.lost_calls import unknown_calls  # few calls are of unknown cost

    calls = unknown_calls(ledger, total.name, since=credit.begin, lost_alone=not total.unpriced, most=_MOST_BOUNDED)
    at_most, unbounded = bounded(calls)
    others = max(0, total.unknown - len(calls))
    return CreditUse(dollars=total.cost, at_most=at_most, unknown=len(calls) + others, unbounded=unbounded + others)
