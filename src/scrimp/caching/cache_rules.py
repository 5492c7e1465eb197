"""How a provider's prompt cache works for a model, and what it charges: facts that others find and decisions use."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from scrimp.enums import CacheLifetime

# How a cache is asked for: by marks in the request ("marks"), by a name of what is shared ("key"), or not at all.
CacheForm = Literal["marks", "key", "automatic", "none"]

LIFETIME_SECONDS: Mapping[CacheLifetime, int] = {"5m": 300, "30m": 1800, "1h": 3600}

LIFETIME_WORDS: Mapping[CacheLifetime, str] = {"5m": "5 minutes", "30m": "30 minutes", "1h": "an hour"}


class CacheRules(Struct, frozen=True, kw_only=True):
    """What a provider keeps for a model, and how it is asked to."""

    form: CacheForm
    minimum: int = 0  # tokens; shorter beginnings are not kept, without a word
    lifetimes: tuple[CacheLifetime, ...] = ("5m",)  # lifetimes that can be requested; each use renews them
    unasked: bool = False  # whether it is kept without being asked for, too
    billed_unasked: bool = False  # and a write is billed then
    storable: bool = False  # whether it can be stored for sure, too, at a price by the hour
    explicit: bool = False  # one of two ways: what is asked for is read at another rate than what is kept unasked


NO_CACHE = CacheRules(form="none")


class CacheRates(Struct, frozen=True, kw_only=True):
    """Dollars per million tokens of input: fresh, read from the cache, and written to it for each lifetime."""

    fresh: Decimal
    read: Decimal
    write: Mapping[CacheLifetime, Decimal]
    storage: Decimal | None = None  # dollars per million tokens stored for an hour; None if unknown
