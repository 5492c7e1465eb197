from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal

from outcomes import answered, failed
from scrimp.billing.totals import Bill
from scrimp.render.report import Report
from scrimp.render.rows.writers import open_rows


def report(
    stream: io.BytesIO,
    heard: list[object],
    tell: Callable[[str], None] | None = None,
    clear: Callable[[], None] = lambda: None,
) -> Report:
    writer = open_rows(stream, "jsonl", ["index"], terminal=False, warn=print)
    return Report(writer, Bill(), lambda *counts: heard.append(counts), tell, clear)


def test_rows_are_printed_then_counted() -> None:
    stream, heard = io.BytesIO(), list[object]()
    report(stream, heard).take([answered(), answered(cache="hit", index=1), failed(index=2)])

    assert stream.getvalue() == b'{"index":0}\n{"index":1}\n{"index":2}\n'
    assert heard == [(3, 1, Decimal("0.0000118"), 1)]


def test_a_bar_leaves_before_rows_are_printed() -> None:
    stream, seen = io.BytesIO(), list[bytes]()
    report(stream, [], clear=lambda: seen.append(stream.getvalue())).take([answered()])

    assert seen == [b""]


def test_the_first_failure_is_remembered() -> None:
    taking = report(io.BytesIO(), [])
    taking.take([answered(), failed(index=1, message="first"), failed(index=2, message="second")])

    assert taking.first_failure == "in.jsonl:2: first"


def test_it_is_told_where_each_row_went_and_why() -> None:
    told: list[str] = []
    report(io.BytesIO(), [], told.append).take([answered(), failed(index=1)])

    assert told == ["in.jsonl:1: miss: openai/gpt-6-luna ()", "in.jsonl:2: error: openai had an error"]
