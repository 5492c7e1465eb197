"""Whether it pays to have a provider store what calls begin with, where it keeps that by itself, but not surely."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

PRICED_PER = 1_000_000
SECONDS_PER_HOUR = 3600
# Dollars: what it must save at least for some calls to be made first, and looked at, before the others.
WORTH_A_LOOK = Decimal("0.01")
# Seconds that it is stored for at least, and at most before it is asked again whether that pays.
SHORTEST, LONGEST = 300, 3600


class StorageRates(Struct, frozen=True, kw_only=True):
    """Dollars per million tokens of input, fresh and read; and for a million that are stored for an hour."""

    fresh: Decimal
    read: Decimal
    storage: Decimal


class Stored(Struct, frozen=True, kw_only=True):
    """What calls begin with: its tokens, the calls that would read it, and the seconds for which it is stored."""

    tokens: int
    calls: int
    seconds: int

    def cost(self, rates: StorageRates) -> Decimal:
        """Return the dollars for writing and storing it: it is billed as fresh input once, then by the hour."""
        storage = rates.storage * self.seconds / SECONDS_PER_HOUR
        return self.tokens * (rates.fresh + storage) / PRICED_PER

    def saved(self, rates: StorageRates, share: Decimal) -> Decimal:
        """Return the dollars that storing it saves, if the provider reads this share of it by itself; may be negative.

        What is stored is read by every call; what is not read is billed as fresh input.
        """
        unread = self.tokens * self.calls * (1 - share) * (rates.fresh - rates.read) / PRICED_PER
        return unread - self.cost(rates)


def seconds_stored(calls: int, *, seconds_of_call: float, at_once: int) -> int:
    """Return for how long to store it: half as long again as the calls are expected to take, within bounds."""
    expected = calls * seconds_of_call / max(1, at_once)
    return int(min(LONGEST, max(SHORTEST, 1.5 * expected)))
