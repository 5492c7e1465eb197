"""Credits with providers: dollars that are used up before others are spent, by what the ledger has of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from msgspec import Struct

from scrimp.errors import StoreError
from scrimp.units import format_dollars

_NEAR_END = Decimal("0.1")  # of the credit is left


class Credit(Struct, frozen=True, kw_only=True):
    """A credit with a provider, and the day it is counted from; None: all calls that the ledger has."""

    dollars: Decimal
    since: str | None = None  # "2026-11-01", in UTC

    @property
    def begin(self) -> float:
        """The moment from which calls use it up, in seconds since the epoch."""
        return 0.0 if self.since is None else datetime.fromisoformat(self.since).replace(tzinfo=UTC).timestamp()


class ProviderCredits:
    """What is left of each credit; calls of this run are taken off as they are paid."""

    def __init__(
        self, granted: Mapping[str, Credit], used: Mapping[str, Decimal], warn: Callable[[str], None] = lambda _: None
    ) -> None:  # fmt: skip
        """`used` are the dollars of each provider's calls before this run, since its credit is counted."""
        self.by_provider, self._used, self._warn = granted, dict(used), warn
        self._in_flight: dict[str, Decimal] = {}
        self._warned: set[tuple[str, bool]] = set()

    def left(self, provider: str) -> Decimal | None:
        """Return the dollars that are left of a credit, never less than none; None where there is no credit."""
        credit = self.by_provider.get(provider)
        if credit is None:
            return None
        return max(Decimal(0), credit.dollars - self._used.get(provider, Decimal(0)))

    def has(self, provider: str) -> bool:
        """Return whether the next call is paid by a credit, after those in flight."""
        left = self.left(provider)
        return left is not None and left > self._in_flight.get(provider, Decimal(0))

    @contextmanager
    def reserved(self, provider: str, cost: Decimal | None) -> Iterator[None]:
        """Keep what a call in flight is expected to cost from being spent on others."""
        if provider not in self.by_provider or cost is None:
            yield
            return
        self._in_flight[provider] = self._in_flight.get(provider, Decimal(0)) + cost
        try:
            yield
        finally:
            self._in_flight[provider] -= cost

    def pay(self, provider: str, cost: Decimal | None) -> None:
        """Take what a call cost off the credit, and warn once when it is near its end, and once when it is used up."""
        if provider not in self.by_provider:
            return
        self._used[provider] = self._used.get(provider, Decimal(0)) + (cost or Decimal(0))
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
        return f"Credit with {provider}: {format_dollars(left)} of {format_dollars(credit.dollars)} are left{since}."

    def told(self, provider: str) -> str:
        """Return a sentence on a credit that is near its end or used up, with the next move; else nothing."""
        credit, left = self.by_provider.get(provider), self.left(provider)
        if credit is None or left is None or left >= credit.dollars * _NEAR_END:
            return ""
        name = f"[providers.{provider}]"
        move = f"once it is topped up, raise credit or move credit_since in {name}"
        if not left:
            whole = format_dollars(credit.dollars)
            return f"the credit of {whole} with {provider} is used up, so its calls are paid: {move}"
        rest = f"{format_dollars(left)} of {format_dollars(credit.dollars)} are left"
        return f"the credit with {provider} is near its end, {rest}: {move}"


def spent_before(
    granted: Mapping[str, Credit], ledger: Path, sums: Path, warn: Callable[[str], None],
    note: Callable[[str], None] = lambda _: None,
) -> dict[str, Decimal]:  # fmt: skip
    """Return what the calls of each provider with a credit cost since it is counted, by the ledger or its sums."""
    if not granted:
        return {}
    from scrimp.flows.buying.ledger_totals import totals_since  # noqa: PLC0415 - only where there are credits

    try:
        days = {credit.begin: totals_since(ledger, sums, "provider", credit.begin, note) for credit in granted.values()}
    except StoreError as error:
        warn(f"what is left of credits is not known, so they count as unused: {error}")
        return {}
    return {
        name: sum((total.cost for total in days[credit.begin] if total.name == name), Decimal(0))
        for name, credit in granted.items()
    }
