"""A provider that refuses calls with 429 by several patterns, beside the official openai client with its backoff."""

from __future__ import annotations

from collections.abc import Iterator

from bench import baseline
from bench.plan import Plan
from bench.processes import CrashError, TooLongError
from bench.provider import Ours, refusing
from bench.table import Row

_IN_FLIGHT = 16
_AT_ONCE, _SLOW = (0.0, 0.0), (0.05, 0.3)
_DELAYS = {_AT_ONCE: "at once", _SLOW: "50-300 ms"}
_SHORT = (("random:0.2@0", _AT_ONCE), ("bucket:50:10@1", _AT_ONCE))
_FULL = (
    *((f"random:{share}@{said}", _AT_ONCE) for share in (0.05, 0.2, 0.3) for said in ("0", "1", "")),
    ("random:0.1@100ms", _AT_ONCE), ("random:0.1@1llm", _AT_ONCE), ("random:0.05@30", _AT_ONCE),
    *((f"random:{share}@{said}", _SLOW) for share in (0.05, 0.3) for said in ("0", "1", "")),
    *((f"burst:5:2@{said}", delay) for said in ("0", "1", "") for delay in _DELAYS),
    *((f"bucket:20:5@{said}", delay) for said in ("0", "1", "", "true") for delay in _DELAYS),
    *((f"bucket:4:1@{said}", _AT_ONCE) for said in ("0", "1", "")),
    *((f"window:100:10@{said}", _AT_ONCE) for said in ("0", "1", "", "true")), ("window:100:30@30", _AT_ONCE),
    ("slots:4", _SLOW), ("slots:4@1", _SLOW),
)  # fmt: skip
# Where the provider's own rate decides the time, the fewer rows the better.
_ROWS, _FEW_ROWS, _SHORT_ROWS, _AT_MOST = 800, 200, 100, 300.0


def measure(plan: Plan) -> Iterator[Row]:
    for pattern, delay in _SHORT if plan.short else _FULL:
        slow = pattern.startswith(("bucket:4", "slots", "random:0.05@30"))
        count = plan.size(_FEW_ROWS if slow else _ROWS, _SHORT_ROWS)
        yield _row(f"429 {pattern}, answers {_DELAYS[delay]}", plan, pattern, delay, count)


def _row(what: str, plan: Plan, pattern: str, delay: tuple[float, float], count: int) -> Row:
    with refusing(pattern, delay=delay) as provider:
        seconds = _scrimp(plan, provider, count)
        refused = provider.refused()
    with refusing(pattern, delay=delay) as provider:
        theirs = baseline.measure_at(
            provider, plan, "openai_patient", calls=count, in_flight=_IN_FLIGHT, at_most=_AT_MOST
        )  # fmt: skip
        their_refused = provider.refused()
    if isinstance(seconds, str):
        measured = f"{seconds} ({refused:,} x 429)"
    else:
        measured = f"{count / seconds:,.0f} rows/s, {seconds:.1f} s, {refused:,} x 429"
    if isinstance(theirs, str):
        return Row(what=what, measured=measured, beside=f"openai {theirs}", asked="at least 0.5 x")
    beside = f"openai {theirs.a_second:,.0f} rows/s, {theirs.seconds:.1f} s, {their_refused:,} x 429{theirs.flaw}"
    ratio = "" if isinstance(seconds, str) else f"{count / seconds / theirs.a_second:.2f} x"
    return Row(what=what, measured=measured, beside=beside, ratio=ratio, asked="at least 0.5 x")


def _scrimp(plan: Plan, provider: Ours, count: int) -> float | str:
    """Return the seconds of the whole process, or in words why there are none."""
    home = plan.home()
    home.configure(provider.url)
    try:
        return home.run(count, in_flight=_IN_FLIGHT, limit=_AT_MOST).seconds
    except TooLongError:
        return f"{len(provider.times()):,} of {count:,} rows in {_AT_MOST:g} s"
    except CrashError as error:
        return f"fails: {str(error)[-200:]}"
