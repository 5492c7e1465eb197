from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes import answer, answered, failed
from scrimp.errors import UsageError
from scrimp.render.rows.writers import open_row_writer
from scrimp.values import Outcome


def written(
    out: str,
    outcomes: Sequence[Outcome],
    fields: Sequence[str] | None = None,
    *,
    terminal: bool = False,
    warned: list[str] | None = None,
) -> str:
    stream = io.BytesIO()
    writer = open_row_writer(stream, out, fields, terminal=terminal, warn=(warned if warned is not None else []).append)
    for outcome in outcomes:
        writer.write(outcome)
    writer.close()
    return stream.getvalue().decode()


def test_jsonl_has_a_line_for_each_row() -> None:
    lines = written("jsonl", [answered(index=0), failed(index=1)]).splitlines()

    assert [json.loads(line)["status"] for line in lines] == ["ok", "error"]


def test_json_is_one_array() -> None:
    rows = json.loads(written("json", [answered(index=0), answered(index=1)]))

    assert [row["index"] for row in rows] == [0, 1]


def test_json_of_no_rows_is_an_empty_array() -> None:
    assert json.loads(written("json", [])) == []


def test_fields_are_kept_in_the_order_asked_for() -> None:
    line = written("jsonl", [answered(row={"city": "Bern"})], ["usage.input", "input.city", "cost_usd", "id"])

    assert line == '{"usage.input":212,"input.city":"Bern","cost_usd":0.0000118,"id":null}\n'


def test_an_unknown_field_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"no field 'outptu': did you mean 'output'\? known are v, index, .*input.COL"):
        written("jsonl", [], ["outptu"])
    with pytest.raises(UsageError, match="usage has input, cache_read"):
        written("csv", [], ["usage.tokens"])
    with pytest.raises(UsageError, match=r"a column of the input is input\.ticket"):
        written("csv", [], ["ticket"])


def test_a_mistyped_input_column_is_warned_of_once() -> None:
    warned: list[str] = []
    rows = [answered(row={"city": "Bern"}, index=index) for index in range(3)]
    written("jsonl", rows, ["input.ctiy"], warned=warned)

    assert warned == ["row 0 has no input column 'ctiy': its columns are city"]


def test_csv_begins_with_a_header_and_keeps_input_columns() -> None:
    text = written("csv", [answered(row={"city": "Bern", "pop": 134}, name="a"), failed(row={"city": "Thun"})])

    first, second = csv.DictReader(io.StringIO(text))
    assert first == {
        "index": "0", "id": "a", "status": "ok", "output": "billing", "model": "gpt-6-luna", "tier": "",
        "cost_usd": "0.0000118", "error": "", "input.city": "Bern", "input.pop": "134",
    }  # fmt: skip
    assert second["error"] == "openai had an error"


def test_csv_of_no_rows_is_a_header() -> None:
    assert written("csv", []) == "index,id,status,output,model,tier,cost_usd,error\n"
    assert written("tsv", [], ["id", "output"]) == "id\toutput\n"


def test_columns_the_header_is_too_early_for_are_not_lost_silently() -> None:
    warned: list[str] = []
    written("csv", [answered(row={"a": 1}), answered(row={"a": 1, "b": 2}, index=1)], warned=warned)

    assert warned == ["row 1 has columns that the header lacks: name input.b in --fields to keep them"]


@pytest.mark.parametrize("out", ["csv", "tsv"])
@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
def test_a_csv_reader_gets_back_what_was_written(out: str, texts: list[str]) -> None:
    rows = [answered(answer(text), row={"column": text}) for text in texts]
    text = written(out, rows, ["output", "input.column"])
    back = list(csv.reader(io.StringIO(text, newline=""), delimiter="\t" if out == "tsv" else ","))

    assert back == [["output", "input.column"], *([text, text] for text in texts)]


def test_text_is_the_completion_and_a_newline() -> None:
    assert written("text", [answered(answer("two\nlines")), answered(answer("one\n"))]) == "two\nlines\none\n"


def test_a_failed_row_is_told_and_not_printed_as_text() -> None:
    warned: list[str] = []
    text = written("text", [failed(index=2, kept=answer("broken o"), status="truncated")], warned=warned)

    assert text == ""
    assert warned == ["in.jsonl:3 has no completion: openai had an error"]


def test_a_million_failed_rows_are_not_told_one_by_one() -> None:
    warned: list[str] = []
    rows = [failed(index=index) for index in range(100)]
    other = [failed(index=index, message=f"no {index}") for index in range(100)]
    written("text", [*rows, *other], warned=warned)

    assert warned[:5] == [
        "in.jsonl:1 has no completion: openai had an error", "in.jsonl:2 has no completion: openai had an error",
        "in.jsonl:3 has no completion: openai had an error",
        "in.jsonl:4 and more rows have no completion: openai had an error", "in.jsonl:1 has no completion: no 0",
    ]  # fmt: skip
    assert len(warned) == 21
    assert "--out jsonl" in warned[-1]


def test_text_prints_another_field_but_not_two() -> None:
    assert written("text", [answered(), failed()], ["status"]) == "ok\nerror\n"
    with pytest.raises(UsageError, match="use --out tsv"):
        written("text", [], ["id", "output"])


@pytest.mark.parametrize("out", ["jsonl", "json", "csv", "tsv", "text"])
@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_no_control_character_reaches_a_terminal(out: str, text: str) -> None:
    noise = f"{text}\x1b]0;title\x07\x9b2J\x7f\r"
    shown = written(out, [answered(answer(noise), row={noise: noise})], terminal=True)

    assert not [char for char in shown if char not in "\n\t" and (char < " " or "\x7f" <= char <= "\x9f")]


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_json_on_a_terminal_still_means_the_same(text: str) -> None:
    noise = f"{text}\x1b\x9b\x7f"

    assert json.loads(written("jsonl", [answered(answer(noise))], terminal=True))["output"] == noise


def test_a_pipe_gets_the_bytes() -> None:
    assert written("text", [answered(answer("\x1b[31mred\x9b"))]) == "\x1b[31mred\x9b\n"


def test_a_text_stream_gets_rows_behind_what_was_written_before() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    stream.write("first\n")
    writer = open_row_writer(stream, "text", None, terminal=False, warn=print)
    writer.write(answered(answer("zweitens: ä")))
    writer.flush()

    assert raw.getvalue().decode() == "first\nzweitens: ä\n"


def test_rows_go_to_a_stream_that_holds_text_only() -> None:
    stream = io.StringIO()
    writer = open_row_writer(stream, "text", None, terminal=False, warn=print)
    writer.write(answered())
    writer.close()

    assert stream.getvalue() == "billing\n"


def test_an_unbuffered_stream_is_written_in_whole_and_stays_open() -> None:
    read_end, write_end = os.pipe()
    with open(write_end, "wb", buffering=0) as stream:
        writer = open_row_writer(stream, "jsonl", ["index"], terminal=False, warn=print)
        for index in range(3):
            writer.write(answered(index=index))
        writer.close()

        assert not stream.closed
        assert os.read(read_end, 1000) == b'{"index":0}\n{"index":1}\n{"index":2}\n'
    os.close(read_end)


class ClosedPipe(io.BufferedIOBase):
    def write(self, data: object) -> int:
        raise BrokenPipeError


def test_a_closed_pipe_is_not_swallowed() -> None:
    writer = open_row_writer(ClosedPipe(), "jsonl", None, terminal=False, warn=print)  # type: ignore[arg-type]  # a stream
    with pytest.raises(BrokenPipeError):
        writer.write(answered())
