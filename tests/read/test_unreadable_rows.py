"""Rows that cannot be read fail alone; an input that is not what it was taken for is told at once."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.errors import InputError
from scrimp.read.formats.csv_records import CsvRecords
from scrimp.read.options import ReadOptions
from scrimp.read.prompts import prompts
from scrimp.values import Prompt

_ROWS = 40


def read(data: bytes, format_name: str, **options: object) -> list[Prompt]:
    asked = ReadOptions(format=format_name, **options)  # type: ignore[arg-type]  # of any field
    return list(prompts(["-"], asked, warn=lambda _: None, stdin=io.BytesIO(data)))


def json_line(number: int) -> bytes:
    return json.dumps({"id": f"t-{number}", "text": f"größe {number}"}, ensure_ascii=False).encode()


def table_line(number: int) -> bytes:
    sheet = io.StringIO()
    csv.writer(sheet, lineterminator="").writerow([f"t-{number}", f"größe, {number}" if number % 3 else "no", "x"])
    return sheet.getvalue().encode()


JSON_FAULTS = (
    b'{"text": "cut',
    b"nonsense",
    b"42",
    b"null",
    b'{"text": "caf\xe9"}',
    b'{"a": 1}{"b": 2}',
    b"[1,2]",
    b"{",
)
TABLE_FAULTS = (b"one", b"t,a,b,c", b't,"open,x', b't,"he said "hi"",x', b"t,caf\xe9,x", b't,"a"b,x', b"t,a\rb,x")
BROKEN = st.dictionaries(st.integers(25, _ROWS - 1), st.integers(0, 6), min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("format_name", "header", "line", "faults"),
    [("jsonl", b"", json_line, JSON_FAULTS), ("csv", b"id,text,k\n", table_line, TABLE_FAULTS)],
)
@given(broken=BROKEN)
def test_all_rows_but_the_broken_ones_are_read_with_their_own_numbers(
    format_name: str, header: bytes, line: Callable[[int], bytes], faults: tuple[bytes, ...], broken: dict[int, int]
) -> None:
    lines = [faults[broken[n]] if n in broken else line(n) for n in range(_ROWS)]
    found = read(header + b"\n".join(lines) + b"\n", format_name)
    first_line = header.count(b"\n") + 1

    assert [prompt.index for prompt in found] == list(range(_ROWS))
    assert {prompt.index for prompt in found if prompt.defect} == broken.keys()
    for prompt in found:
        raw = lines[prompt.index].decode(errors="replace")
        assert prompt.source == f"stdin:{first_line + prompt.index}"
        assert (prompt.unread or "").rstrip("\n") == (raw if prompt.index in broken else "")
        assert (prompt.text == "") == prompt.defect.startswith(f"{prompt.source}: ") == (prompt.index in broken)


def test_a_quote_that_is_never_closed_takes_no_row_with_it() -> None:
    lines = [b"id,text,k", *(b"%d,hello,x" % number for number in range(1_000))]
    lines[5] = b'4,"hello,x'
    lines[700] = b"699,hello"
    found = read(b"\n".join(lines), "csv")

    assert [prompt.index for prompt in found if prompt.defect] == [4, 699]
    assert len(found) == 1_000


def test_lines_of_a_text_in_a_broken_row_are_not_taken_for_rows() -> None:
    text = 'Dear Sir,\nI said "no", and left.\nYours,\nA. B.'
    lines = ["id,text", *(f'{number},"one, two\nthree, four"' for number in range(30)), f'30,"{text}"', "31,last"]
    found = read("\n".join(lines).encode(), "csv")

    assert found[-1].text == "last"
    assert not any("Yours" in prompt.text or "left" in prompt.text for prompt in found)
    assert "lines 62 to 63 are in it" in found[30].defect


def test_rows_after_a_record_of_the_largest_size_are_read() -> None:
    lines = ["a,b\n", '1,"xxxx\n', 'yyyyyyyyy"\n', "2,x\n", '3,"xxxx\n', "yyyyyyyyy\n", "4,x\n"]
    records = CsvRecords(lines, ",", before=0, longest=10)
    found = []
    while records.next():
        found.append((records.number, records.cells))

    assert found == [(1, ["a", "b"]), (2, ["1", "xxxx\nyyyyyyyyy"]), (4, ["2", "x"]), (5, None), (7, ["4", "x"])]


def test_quotes_that_all_stay_open_are_not_looked_at_again_for_each_row() -> None:
    lines = [b"id,text", *(b"%d,x" % number for number in range(1_000)), *([b'12","'] * 2_000)]
    found = read(b"\n".join(lines), "csv")

    assert [bool(prompt.defect) for prompt in found[:1_000]] == [False] * 1_000
    assert len(found) < 1_100
    assert "to 3001 are in it" in found[-1].defect


@pytest.mark.parametrize(
    ("data", "format_name", "says"),
    [
        (b"id,text\n1,a\n2,b\n" * 20, "jsonl", "stdin:1: not JSON"),
        (b"# Title\n\nSome words, and more.\nOne, two, three\n" * 20, "jsonl", "stdin:1: not JSON"),
        (json.dumps([{"prompt": "a"}, {"prompt": "b"}], indent=1).encode(), "jsonl", "--format json"),
        (json.dumps(["a", "b", "c"], indent=1).encode(), "jsonl", "--format json"),
        (b"{'text': 'a'}\n" * 300, "jsonl", "stdin:1: not JSON"),
        (b"1\n" * 300, "jsonl", "not a number"),
        (b"Report\nid,text\n" + b"1,a\n" * 300, "csv", "stdin:2: the row has 2 fields, the header 1"),
        (b"id,text\n1,abc\n2,h\xe9llo\n3,abc\n", "csv", "--encoding cp1252"),
        (b"abc\nh\xe9llo\n", "lines", "--encoding cp1252"),
    ],
)
def test_an_input_of_another_format_is_told_before_any_row(data: bytes, format_name: str, says: str) -> None:
    found: list[Prompt] = []
    with pytest.raises(InputError, match=says):
        found.extend(prompts(["-"], ReadOptions(format=format_name), warn=print, stdin=io.BytesIO(data)))

    assert not any(prompt.defect for prompt in found)


def test_prose_that_fits_its_header_by_chance_is_told_within_a_few_rows() -> None:
    data = b"# Title\nA line of words\n" + b"One, two, three\n" * 300
    given: list[Prompt] = []
    with pytest.raises(InputError, match="stdin:3: the row has 3 fields"):
        given.extend(prompts(["-"], ReadOptions(format="csv"), warn=print, stdin=io.BytesIO(data)))

    assert len(given) <= 2


def test_an_input_most_of_whose_rows_cannot_be_read_is_told_how_many() -> None:
    with pytest.raises(InputError, match=r"^stdin:1: not JSON .*; 2 of the first 3 rows cannot be read$"):
        read(b'{"a\n{"b\n"c"', "jsonl")
    with pytest.raises(InputError, match=r"^stdin:2: .*; 8 of the first 15 rows cannot be read$"):
        read(b'"a"\n{"b\n' * 7 + b'{"c\n' * 20, "jsonl")


def test_a_broken_first_row_waits_for_one_that_can_be_read() -> None:
    first, second = read(b'{"text": "cu\n{"text": "b"}\n', "jsonl")

    assert ("cut short" in first.defect, second.text) == (True, "b")


def test_a_row_that_is_not_utf8_among_many_that_are_ascii_fails_alone() -> None:
    found = read(b"hello\n" * 150 + b"don\x92t\n" + b"hello\n", "lines")

    assert [prompt.index for prompt in found if prompt.defect] == [150]
    assert "byte 4 (0x92) is not UTF-8" in found[150].defect


def test_one_of_several_files_that_cannot_be_read_fails_alone(tmp_path: Path) -> None:
    contents = {
        "a.md": b"caf\xe9", "b.md": b"one", "c.jsonl": b'{"text": "cut', "d.jsonl": b'{"text": "two"}\n"cut',
    }  # fmt: skip
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    found = list(prompts([str(tmp_path)], ReadOptions(), warn=print))

    assert [(prompt.text, bool(prompt.defect)) for prompt in found] == [
        ("", True), ("one", False), ("", True), ("two", False), ("", True),
    ]  # fmt: skip
    assert found[0].id == str(tmp_path / "a.md")


def test_a_text_among_objects_that_have_what_the_template_names_fails_alone() -> None:
    found = read(b'{"a": "x"}\n"text"\n{"a": "y"}\n', "jsonl", template="Say {a}")

    assert [prompt.text for prompt in found] == ["Say x", "", "Say y"]
    assert found[1].defect.startswith("there is no column 'a'")


@pytest.mark.parametrize(
    "options", [{"id_field": "id"}, {"attach_field": "a"}, {"attach_field": "a", "template": "Hi"}]
)
def test_a_text_among_objects_that_have_a_named_column_fails_alone(options: dict[str, str]) -> None:
    row = b'{"id": "1", "a": "https://example.com/a.png", "text": "x"}\n'
    found = read(row + b'"text"\n' + row, "jsonl", **options)

    assert [(prompt.text != "", len(prompt.attachments)) for prompt in found] == [
        (True, "attach_field" in options), (False, 0), (True, "attach_field" in options),
    ]  # fmt: skip
    assert found[1].defect.startswith("there is no column '")


def test_a_row_longer_than_any_model_takes_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scrimp.read.inputs.streams.InputStream.__init__.__kwdefaults__", {"longest": 1000})
    rows = [b'{"text": "a"}', b'{"text": "%b"}' % (b"x" * 3_000), b'{"text": "b"}']
    found = read(b"\n".join(rows), "jsonl")

    assert [prompt.text for prompt in found] == ["a", "", "b"]
    assert "cut it up" in found[1].defect
