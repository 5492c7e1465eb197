"""Sixty-four calls in flight to a provider that answers at once, beside the clients people would use instead."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence

from bench import baseline
from bench.plan import Plan
from bench.rates import first_to_last, steady
from bench.table import Row, times

_IN_FLIGHT = 64
_ASKED = {"openai": "5 x to 10 x", "litellm": "5 x to 10 x"}
_BARE = ("httpx", "aiohttp", "pyreqwest")
_TWO = ("--engine", "processes", "--workers", "2")
_FAST = ("aiohttp", "pyreqwest")  # a fifth of the calls, enough for the others, would be over before it began


def measure(plan: Plan) -> Iterator[Row]:
    count = plan.size(20_000, 1_000)
    wholes: list[float] = []
    middles: list[float] = []
    in_two: list[float] = []
    calls_of_two: list[float] = []
    others: dict[str, list[baseline.Rate | str]] = {name: [] for name in (*_ASKED, *_BARE)}
    for _ in range(plan.size(3, 1)):
        whole, seen = _scrimp(plan, count)
        wholes.append(whole)
        middles.append(steady(seen) or 0.0)
        if not plan.short:
            whole, seen = _scrimp(plan, count, *_TWO)
            in_two.append(whole)
            calls_of_two.append(first_to_last(seen) or 0.0)
        for name, rates in others.items():
            calls = count if name in _FAST else count // 5
            rates.append(baseline.measure(plan, name, calls=calls, in_flight=_IN_FLIGHT))
    whole, middle = statistics.median(wholes), statistics.median(middles)
    what = f"{count:,} rows, {_IN_FLIGHT} in flight"
    yield Row(
        what=what,
        measured=f"{whole:,.0f} rows/s",
        beside=f"itself, steady {middle:,.0f} calls/s",
        ratio=times(whole / middle) if middle else "",
    )
    if in_two:
        two = statistics.median(in_two)
        yield Row(
            what=f"{what}, two processes",
            measured=f"{two:,.0f} rows/s",
            beside=f"one process {whole:,.0f} rows/s",
            ratio=times(two / whole),
        )
        # As the clients are measured, by whom two cores are used, too: one by the client and one by the provider.
        calls = statistics.median(calls_of_two)
        yield baseline.beside(f"{what}, two processes", calls, "openai", others["openai"], asked="5.6 x", unit="calls")
    for name, rates in others.items():
        shown = f"bare {name}" if name in _BARE else name
        yield baseline.beside(what, whole, shown, rates, asked=_ASKED.get(name, ""))


def _scrimp(plan: Plan, count: int, *words: str) -> tuple[float, Sequence[float]]:
    """Return the rate of the whole process, cache and ledger on disk, and the moments of replies the provider saw."""
    with plan.connected() as (home, provider):
        spent = home.run(count, *words, in_flight=_IN_FLIGHT)
        return count / spent.seconds, provider.times()
