"""A thousand calls in flight to a provider that takes a second for each, beside the ideal and beside bare clients."""

from __future__ import annotations

from collections.abc import Iterator

from bench import baseline
from bench.plan import Plan
from bench.rates import steady
from bench.table import Row

_IN_FLIGHT = 1000
_DELAY = 1.0
_IDEAL = _IN_FLIGHT / _DELAY
_STATED = 600_000  # requests a minute, ten times the ideal


def measure(plan: Plan) -> Iterator[Row]:
    # Two thousand would be two waves, and no middle to tell a steady rate from.
    count = plan.size(20_000, 3_000)
    with plan.connected(delay=_DELAY) as (home, provider):
        whole = count / home.run(count, in_flight=_IN_FLIGHT).seconds
        middle = steady(provider.times(), delay=_DELAY)
        most = provider.most_in_flight()
    # The same where replies state that so many calls may be made: the second wave is whole.
    few = plan.size(5_000, 2_000)
    with plan.connected(delay=_DELAY, server="ours", states=_STATED) as (home, _):
        stated = few / home.run(few, in_flight=_IN_FLIGHT).seconds
    what = f"{count:,} rows, {_IN_FLIGHT:,} in flight"
    yield Row(
        what=what,
        measured=f"{whole:,.0f} rows/s",
        beside=f"ideal {_IDEAL:,.0f}/s, {_DELAY:g} s a call",
        ratio=f"{whole / _IDEAL:.0%}",
        asked="75 % to 90 %",
    )
    yield Row(
        what=what,
        measured=f"{middle:,.0f} calls/s steady" if middle else "too short to tell",
        beside=f"the same ({most:,} at once)" if most else "the same",
        ratio=f"{middle / _IDEAL:.0%}" if middle else "",
        asked="75 % to 90 %",
    )
    yield Row(
        what=f"{few:,} rows, limits stated",
        measured=f"{stated:,.0f} rows/s",
        beside="the same",
        ratio=f"{stated / _IDEAL:.0%}",
        asked="75 %",
    )
    for name, calls in (("pyreqwest", count), ("httpx", plan.size(5_000, 1_000))):
        theirs = baseline.measure(plan, name, calls=calls, in_flight=_IN_FLIGHT, delay=_DELAY, at_most=plan.size(60, 6))
        yield baseline.beside(what, whole, f"bare {name}", [theirs])
