"""What csv.writer writes is read back cell for cell, however it delimits, quotes and ends lines."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrimp.errors import UsageError
from scrimp.read.formats.csv import csv_rows
from scrimp.read.formats.csv_dialect import checked_delimiter
from scrimp.read.formats.unreadable_row import UnreadableRow
from scrimp.read.inputs.streams import InputStream

DELIMITERS = (",", ";", "\t", "|")
FEW_OF_EACH = settings(max_examples=max(30, settings().max_examples // 3))  # twelve dialects
ENDS = ("\r\n", "\n", "\r")
_CELLS = st.text(
    st.sampled_from("ab;,|\t\"' \n=é0") | st.characters(exclude_characters="\0\r", exclude_categories=["Cs"])
)
# Without quotes round it, a name with another delimiter in it cannot be told from two names.
_PLAIN_NAMES = st.text(st.characters(exclude_characters="\0\r\n,;\t|\ufeff", exclude_categories=["Cs"]), min_size=1)
_QUOTED_NAMES = st.text(st.characters(exclude_characters="\0\r\ufeff", exclude_categories=["Cs"]), min_size=1)


def rows_of(data: bytes, delimiter: str | None = None, encoding: str | None = None) -> list[dict[str, str]]:
    return [row for row, _ in csv_rows(InputStream("t", io.BytesIO(data), encoding), ",", delimiter)]  # type: ignore[misc]  # rows are objects


def table(names: list[str], rows: list[list[str]], **dialect: object) -> str:
    sheet = io.StringIO(newline="")
    csv.writer(sheet, **dialect).writerows([names, *rows])  # type: ignore[arg-type]  # any dialect
    return sheet.getvalue()


@st.composite
def tables(draw: st.DrawFn, names: st.SearchStrategy[str], narrowest: int) -> tuple[list[str], list[list[str]]]:
    header = draw(st.lists(names, min_size=narrowest, max_size=4, unique=True))
    row = st.lists(_CELLS, min_size=len(header), max_size=len(header))
    # A row of blanks is what a spreadsheet leaves below its last row.
    return header, draw(st.lists(row.filter(lambda cells: "".join(cells).strip()), min_size=1, max_size=4))


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("delimiter", DELIMITERS)
@FEW_OF_EACH
@given(written=tables(_PLAIN_NAMES, 2), announced=st.booleans())
def test_a_table_is_read_back_cell_for_cell(
    delimiter: str, end: str, written: tuple[list[str], list[list[str]]], announced: bool
) -> None:
    names = written[0]
    # csv.writer quotes the line end it uses, and leaves others bare.
    rows = [[cell.replace("\n", end) for cell in row] for row in written[1]]
    text = table(names, rows, delimiter=delimiter, lineterminator=end)
    head = f"sep={delimiter}{end}" if announced else ""

    assert rows_of(f"{head}{text}".encode()) == [dict(zip(names, row, strict=True)) for row in rows]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("delimiter", DELIMITERS)
@FEW_OF_EACH
@given(written=tables(_QUOTED_NAMES, 2))
def test_quoted_names_may_hold_any_delimiter_and_line_end(
    delimiter: str, end: str, written: tuple[list[str], list[list[str]]]
) -> None:
    names, rows = written
    text = table(names, rows, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)

    assert rows_of(text.encode()) == [dict(zip(names, row, strict=True)) for row in rows]


@given(written=tables(_QUOTED_NAMES, 1), quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
def test_a_delimiter_that_is_given_is_not_guessed(written: tuple[list[str], list[list[str]]], quoting: int) -> None:
    names, rows = written
    text = table(names, rows, delimiter=";", quoting=quoting)

    assert rows_of(text.encode(), ";") == [dict(zip(names, row, strict=True)) for row in rows]


@given(texts=st.lists(_CELLS.filter(str.strip), min_size=1, max_size=4))
def test_one_column_stays_one_whatever_is_in_it(texts: list[str]) -> None:
    assert rows_of(table(["text"], [[each] for each in texts]).encode()) == [{"text": each} for each in texts]


@pytest.mark.parametrize(
    ("data", "first"),
    [
        (b"name, first;text\nAda;hi, there, you\n", {"name, first": "Ada", "text": "hi, there, you"}),
        (b"id;last, first\n1;Ada, Countess\n", {"id": "1", "last, first": "Ada, Countess"}),
        (b"id, text\n1, a;b\n", {"id": "1", " text": " a;b"}),
        (b"id, a|b\n1, x\n", {"id": "1", " a|b": " x"}),
        (b'"last, first";text\nAda;hi\n', {"last, first": "Ada", "text": "hi"}),
        (b'"a;b"\nx;y\n', {"a;b": "x;y"}),
        (b"a,b;c\n1,2;3\n", {"a": "1", "b;c": "2;3"}),
        (b"\n\nid;text\n1;a\n", {"id": "1", "text": "a"}),
        (b'"two\nlines";text\n1;a\n', {"two\nlines": "1", "text": "a"}),
        (b'SEP=|\r\nid|text\r\n1|a\r\n', {"id": "1", "text": "a"}),
        (b'id;text\r1;"a\nb\rc"\r', {"id": "1", "text": "a\nb\rc"}),
    ],
)  # fmt: skip
def test_the_first_lines_show_the_delimiter(data: bytes, first: dict[str, str]) -> None:
    assert rows_of(data) == [first]


def test_a_carriage_return_without_quotes_is_still_an_error_where_lines_end_otherwise() -> None:
    (broken,) = rows_of(b"id,text\n1,a\rb\n")

    assert isinstance(broken, UnreadableRow)
    assert "not valid CSV (a carriage return" in broken.reason


def test_lines_after_a_sep_line_keep_their_numbers() -> None:
    found = list(csv_rows(InputStream("t", io.BytesIO(b"sep=;\nid;text\n1;a\nb\n")), ","))

    (row, number) = found[1]
    assert isinstance(row, UnreadableRow)
    assert (number, "the delimiter is ';' (--delimiter names" in row.reason) == (4, True)


@pytest.mark.parametrize(
    ("given_text", "expected"), [("tab", "\t"), ("\\t", "\t"), (";", ";"), ("Pipe", "|"), ("\x1f", "\x1f")]
)
def test_a_delimiter_may_be_a_word(given_text: str, expected: str) -> None:
    assert checked_delimiter(given_text) == expected


@pytest.mark.parametrize("text", ["", ";;", '"', "\n", "tabulator"])
def test_what_cannot_delimit_is_refused(text: str) -> None:
    with pytest.raises(
        UsageError, match="is not a delimiter: give one character, such as ';', or one of the words tab"
    ):
        checked_delimiter(text)
