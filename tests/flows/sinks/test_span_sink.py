from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from outcomes import answered, entry
from scrimp.config.sink_tables import SinkTable
from scrimp.flows.sinks.open_sinks import open_sinks
from scrimp.flows.sinks.span_sink import SpanSink
from scrimp.transport.http.otlp import Span, SpanRefusal
from scrimp.values import Outcome


class Poster:
    """Takes spans once it may; keeps those it took."""

    def __init__(self, refusals: Sequence[SpanRefusal | None] = ()) -> None:
        self.may = threading.Event()
        self.taken: list[Span] = []
        self.refusals = list(refusals)

    def encoded(self, spans: Sequence[Span]) -> Sequence[Span]:
        return spans

    def post(self, spans: Sequence[Span]) -> SpanRefusal | None:
        self.may.wait(100)
        refusal = self.refusals.pop(0) if self.refusals else None
        if refusal is None:
            self.taken += spans
        return refusal

    def close(self) -> None:
        pass


def rows(number: int) -> list[Outcome]:
    return [answered(index=n, entries=[replace(entry(), call=f"c{n}")]) for n in range(number)]


def sink_of(poster: Poster, *, longest: float = 20.0, content: bool = False) -> SpanSink:
    return SpanSink("x", lambda: poster, {}, content=content, longest=longest)  # type: ignore[arg-type, return-value]


def test_every_call_is_told_or_counted_as_lost_when_they_come_faster_than_they_go() -> None:
    poster = Poster()
    sink = sink_of(poster)
    take = sink.tee(lambda _: None)
    many = rows(9000)
    for start in range(0, 9000, 100):
        take(many[start : start + 100])
    poster.may.set()
    said = sink.close()

    assert said is not None
    lost = 9000 - len(poster.taken)
    assert 2048 <= len(poster.taken) <= 2048 + 256
    assert f"was not told of {lost:,} calls" in said
    assert "faster than it took them" in said


def test_texts_that_wait_are_bounded_too() -> None:
    poster = Poster()
    sink = sink_of(poster, content=True)
    take = sink.tee(lambda _: None)
    large = [replace(row, prompt=replace(row.prompt, text="x" * 1_000_000)) for row in rows(40)]
    for row in large:
        take([row])
    poster.may.set()

    assert "calls, which the ledger has" in (sink.close() or "")
    # Fifteen may wait, each a little over a million characters, and as many may have been taken before they did.
    assert 15 <= len(poster.taken) <= 30


def test_rows_reach_the_output_before_the_sink() -> None:
    seen: list[str] = []
    sink = sink_of(Poster())
    take = sink.tee(lambda _: seen.append("output"))
    sink._take = lambda _: seen.append("sink")  # type: ignore[method-assign]
    take(rows(1))

    assert seen == ["output", "sink"]


def test_what_cannot_be_taken_at_all_is_not_posted_again() -> None:
    poster = Poster([SpanRefusal("it answered with status 400", retryable=False)])
    poster.may.set()
    sink = sink_of(poster)
    sink.tee(lambda _: None)(rows(3))
    said = sink.close()

    assert (poster.taken, poster.refusals) == ([], [])
    assert said is not None
    assert "3 calls, which the ledger has: it answered with status 400" in said


def test_rows_without_calls_start_nothing() -> None:
    sink = sink_of(Poster())
    sink.tee(lambda _: None)([answered(cache="hit")])

    assert (sink._thread, sink.close()) == (None, None)


def test_a_missing_extra_is_said_and_the_run_goes_on() -> None:
    said: list[str] = []
    opened = open_sinks({"otel": SinkTable()}, {}, {}, hide=lambda *_: None, warn=said.append, installed=lambda: False)
    taken: list[Outcome] = []
    opened.tee(taken.extend)(rows(2))

    assert len(taken) == 2
    assert said == ["no sink is told of this run: `pip install 'scrimp[otel]'` brings what [sinks] needs"]


def test_a_sink_that_breaks_costs_its_own_spans_and_no_traceback() -> None:
    class Broken(Poster):
        def post(self, spans: Sequence[Span]) -> SpanRefusal | None:
            raise KeyError("x")

    sink = sink_of(Broken())
    sink.tee(lambda _: None)(rows(3))

    assert "3 calls, which the ledger has: it failed (KeyError: 'x')" in (sink.close() or "")


class Unsound(Poster):
    """Breaks at rows of a model called `bad`, and at requests as it is told to."""

    def __init__(self, faults: Sequence[BaseException | SpanRefusal | None]) -> None:
        super().__init__()
        self.faults = list(faults)
        self.may.set()

    def encoded(self, spans: Sequence[Span]) -> Sequence[Span]:
        if any(span.name == "chat bad" for span in spans):
            raise ValueError("out of range")
        return spans

    def post(self, spans: Sequence[Span]) -> SpanRefusal | None:
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, BaseException):
            raise fault
        self.taken += spans if fault is None else spans[fault.spans or len(spans) :]
        return fault


FAULTS = (
    None, OSError("gone"), KeyError("x"), RuntimeError(), SpanRefusal("status 400", retryable=False),
    SpanRefusal("rejected", retryable=False, spans=1),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(FAULTS), max_size=6), st.lists(st.booleans(), min_size=1, max_size=1200))
def test_whatever_goes_wrong_each_call_is_told_or_counted_and_what_comes_later_is_told(
    faults: list[BaseException | SpanRefusal | None], bad: list[bool]
) -> None:
    poster = Unsound(faults)
    sink = sink_of(poster)
    sink._rows.extend(
        answered(entries=[replace(entry(), call=f"c{n}", model="bad" if each else "good")])
        for n, each in enumerate(bad)
    )
    while rows := sink._next_rows():
        sink._post(poster, rows)  # type: ignore[arg-type]

    assert len(poster.taken) + sink._lost == len(bad)
    assert len({span.span_id for span in poster.taken}) == len(poster.taken)
    assert sink._in_flight == 0
    if not any(faults):
        assert sink._lost == sum(bad)


def test_after_a_request_that_broke_the_next_ones_are_posted() -> None:
    broken = threading.Event()

    class Once(Unsound):
        def post(self, spans: Sequence[Span]) -> SpanRefusal | None:
            try:
                return super().post(spans)
            finally:
                broken.set()

    poster = Once([KeyError("x")])
    sink = sink_of(poster)
    take = sink.tee(lambda _: None)
    take(rows(3))
    assert broken.wait(100)
    take(rows(5))

    assert "not told of 3 calls, which the ledger has: it failed (KeyError: 'x')" in (sink.close() or "")
    assert len(poster.taken) == 5


def opened(name: str, table: SinkTable, **env: str) -> tuple[int, list[str], list[str]]:
    """Return how many sinks are opened, what is hidden, and what is said."""
    hidden: list[str] = []
    said: list[str] = []
    sinks = open_sinks(
        {name: table}, env, {}, hide=lambda _, value: hidden.append(value), warn=said.append, installed=lambda: True
    )
    return len(sinks.sinks), hidden, said


def test_secrets_of_sinks_are_hidden_and_no_words_that_completions_may_have() -> None:
    table = SinkTable(project="support", headers={"x-team": "the second line", "authorization": "Basic abcd"})

    assert opened("langsmith", table, LANGSMITH_API_KEY="lsv2_0123456789") == (1, ["abcd", "lsv2_0123456789"], [])


@pytest.mark.parametrize("headers", ["authorization=Basic%20sk-secret%0A", "Basic sk-secret", "x=sk-secret\u20ac"])
def test_a_header_that_cannot_be_sent_is_said_without_its_words(headers: str) -> None:
    number, _, said = opened("otel", SinkTable(), OTEL_EXPORTER_OTLP_HEADERS=headers)

    assert (number, len(said)) == (0, 1)
    assert "sinks.otel has a header that cannot be sent" in said[0]
    assert "secret" not in said[0]
