from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal

from msgspec.structs import replace

from outcomes import answered, failed
from scrimp.billing.totals import Bill
from scrimp.render.rows.writers import open_row_writer
from scrimp.render.run_reporter import RunReporter
from scrimp.values import Prompt


def reporter(
    stream: io.BytesIO,
    progress_calls: list[object],
    explain: Callable[[str], None] | None = None,
    clear: Callable[[], None] = lambda: None,
) -> RunReporter:
    writer = open_row_writer(stream, "jsonl", ["index"], terminal=False, warn=print)
    return RunReporter(writer, Bill(), lambda *counts: progress_calls.append(counts), explain, clear)


def test_rows_are_printed_then_counted() -> None:
    stream, progress_calls = io.BytesIO(), list[object]()
    reporter(stream, progress_calls).report([answered(), answered(cache="hit", index=1), failed(index=2)])

    assert stream.getvalue() == b'{"index":0}\n{"index":1}\n{"index":2}\n'
    assert progress_calls == [(3, 1, Decimal("0.0000118"), 1, 0, 0)]


def test_long_rows_are_flushed_before_all_of_their_group_are_written() -> None:
    stream, whole = io.BytesIO(), list[int]()
    writer = open_row_writer(stream, "jsonl", ["index"], terminal=False, warn=print)
    long = [replace(answered(index=index), prompt=Prompt(index=index, text="x" * 60_000)) for index in range(3)]
    RunReporter(
        writer, Bill(), lambda *_: None, None, flushed=lambda: whole.append(stream.getvalue().count(b"\n"))
    ).report([*long, answered(index=3), answered(index=4)])

    assert whole == [1, 2, 3, 5]


def test_a_bar_leaves_before_rows_are_printed() -> None:
    stream, seen = io.BytesIO(), list[bytes]()
    reporter(stream, [], clear=lambda: seen.append(stream.getvalue())).report([answered()])

    assert seen == [b""]


def test_the_first_failure_is_remembered() -> None:
    run_reporter = reporter(io.BytesIO(), [])
    run_reporter.report([answered(), failed(index=1, message="first"), failed(index=2, message="second")])

    assert run_reporter.first_failure == "in.jsonl:2: first"


def test_verbose_explains_where_each_row_went_and_why() -> None:
    explanations: list[str] = []
    reporter(io.BytesIO(), [], explanations.append).report([answered(), failed(index=1)])

    assert explanations == ["in.jsonl:1: miss: openai/gpt-6-luna ()", "in.jsonl:2: error: openai had an error"]
