"""How a provider refuses calls with 429: patterns named on the command line, each a decision about one call.

`random:0.2` refuses a fifth; `burst:5:2` everything for 2 of every 5 seconds; `bucket:10:5` what comes faster than 10 a
second beyond a reserve of 5; `window:50:5` all but the first 50 calls of every 5 seconds; `slots:4` what comes while 4
are being answered. After the `@` stands what a refusal says: `@1` is Retry-After: 1, `@1ms` retry-after-ms: 1, `@1llm`
LiteLLM's llm_provider-retry-after: 1, `@true` the seconds until a call would be answered; without it, nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

# Whether a call is refused and in how many seconds it would not be; arguments: the time and the calls being answered.
Refuses = Callable[[float, int], float | None]


def random(share: float, *, seed: int = 7) -> Refuses:
    """Refuse a share of the calls, whichever they are."""
    fraction = Random(seed).random
    return lambda now, answering: 0.0 if fraction() < share else None


def burst(period: float, length: float) -> Refuses:
    """Refuse everything for some seconds of each period, which begins half a period after the first call."""
    began: list[float] = []

    def refuses(now: float, answering: int) -> float | None:
        began[:] = began or [now]
        into = (now - began[0] - period / 2) % period
        return length - into if now - began[0] >= period / 2 and into < length else None

    return refuses


def bucket(rate: float, capacity: float) -> Refuses:
    """Refuse what a token bucket, filled continuously, has no token for."""
    level, at = capacity, -math.inf

    def refuses(now: float, answering: int) -> float | None:
        nonlocal level, at
        level, at = min(capacity, level + rate * (now - at)), now
        if level < 1:
            return (1 - level) / rate
        level -= 1
        return None

    return refuses


def window(calls: float, seconds: float) -> Refuses:
    """Refuse all but the first calls of each window of time."""
    counted, current = 0, -1.0

    def refuses(now: float, answering: int) -> float | None:
        nonlocal counted, current
        if now // seconds != current:
            counted, current = 0, now // seconds
        counted += counted < calls + 1
        return None if counted <= calls else (current + 1) * seconds - now

    return refuses


def slots(number: float) -> Refuses:
    """Refuse what comes while so many calls are being answered."""
    return lambda now, answering: None if answering < number else 0.0


_PATTERNS: dict[str, Callable[..., Refuses]] = {
    "random": random, "burst": burst, "bucket": bucket, "window": window, "slots": slots,
}  # fmt: skip


class Pattern:
    """A pattern by its name, and what its refusals say."""

    def __init__(self, spec: str) -> None:
        words, _, self._says = spec.partition("@")
        name, *numbers = words.split(":")
        self._refuses = _PATTERNS[name](*map(float, numbers))

    def refusal(self, now: float, answering: int) -> dict[str, str] | None:
        """Return the headers of a refusal, None where the call is answered."""
        seconds = self._refuses(now, answering)
        return None if seconds is None else self._headers(seconds)

    def _headers(self, seconds: float) -> dict[str, str]:
        if not self._says:
            return {}
        if self._says == "true":
            return {"retry-after": str(math.ceil(seconds))}
        for ending, header in (("ms", "retry-after-ms"), ("llm", "llm_provider-retry-after")):
            if self._says.endswith(ending):
                return {header: self._says.removesuffix(ending)}
        return {"retry-after": self._says}
