"""Cheap hours: calls that no batch takes, to models whose price changes by time of day, wait until they cost least."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.prices.cheap_hours import CheapHours
from scrimp.units import format_percent

if TYPE_CHECKING:
    from scrimp.prices.book import PriceBook
    from scrimp.values import ModelRef

_MINUTE = 60
_LOOK = 1.0  # the most seconds until it is seen that waiting is over: the machine may sleep meanwhile, or the run stop


class Wait(Struct, frozen=True):
    """What a model waits for, in words."""

    until: float  # seconds since the epoch
    words: str
    ends: float | None = None  # when it costs more again

    @property
    def end_hour(self) -> str:
        """The time of day by which the calls are made at that price."""
        return hour_of(self.until if self.ends is None else self.ends)


class CheapHoursClock:
    """Decides whether a model is called now, or later for less."""

    def __init__(
        self, prices: PriceBook, clock: Callable[[], float], *, last_call: float | None, look: float = _LOOK
    ) -> None:
        """`last_call`, in seconds since the epoch, ends all waiting; `look` is the most seconds between two looks."""
        self._prices, self._clock, self._last_call, self._look = prices, clock, last_call, min(look, _LOOK)
        self._known: dict[tuple[str, str], tuple[float, CheapHours | None]] = {}

    def wait_for(self, model: ModelRef) -> Wait | None:
        """Return until when a model is not called; None if it is called now."""
        now = self._clock()
        if self._last_call is not None and now >= self._last_call:
            return None
        hours = self._hours(model, now)
        if hours is None or hours.begin <= now:
            return None
        saved = format_percent(hours.saved)
        words = f"{model.without_arm} waits for {hour_of(hours.begin)}, when it costs {saved} less"
        return Wait(hours.begin if self._last_call is None else min(hours.begin, self._last_call), words, hours.end)

    def change(self, model: ModelRef) -> bool:
        """Return whether a model has hours at which it costs less than at others."""
        return self._hours(model, self._clock()) is not None

    def is_cheap(self, model: ModelRef) -> bool:
        """Return whether a model costs less now than at another time of day."""
        now = self._clock()
        hours = self._hours(model, now)
        return hours is not None and hours.begin <= now

    def _hours(self, model: ModelRef, now: float) -> CheapHours | None:
        """Return the hours as they were found in this minute."""
        place, minute = (model.provider, model.model), now // _MINUTE
        known = self._known.get(place)
        if known is None or known[0] != minute:
            known = minute, self._prices.cheap_hours(*place, now)
            self._known[place] = known
        return known[1]

    async def sleep(self, until: float, is_over: Callable[[], bool] = lambda: False) -> None:
        """Wait until a moment, in seconds since the epoch, or until it is over for another reason."""
        # A clock that is set, or a machine that sleeps, gives no signal.
        while (left := until - self._clock()) > 0 and not is_over():  # noqa: ASYNC110 - as above
            await asyncio.sleep(min(left, self._look))


def hour_of(moment: float) -> str:
    """Return a moment within a day as a time of day."""
    return f"{datetime.fromtimestamp(moment, UTC):%H:%M} UTC"
