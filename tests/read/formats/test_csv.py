from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.errors import InputError
from scrimp.read.formats.csv import csv_rows
from scrimp.read.inputs.streams import InputStream


def test_the_header_names_the_columns(read):
    (prompt,) = read(b"id,text,label\n7,Hello,x\n", "csv")

    assert (prompt.text, prompt.id, prompt.row) == ("Hello", "7", {"id": "7", "text": "Hello", "label": "x"})


def test_tabs_delimit_the_columns_of_a_tsv(read):
    assert read(b"id\ttext\n7\ta, b\n", "tsv")[0].row == {"id": "7", "text": "a, b"}


@pytest.mark.parametrize("data", [b"id;text\n7;a, b\n", b"id\ttext\n7\ta, b\n"])
def test_the_delimiter_of_a_csv_is_the_one_in_its_header(read, data):
    assert read(data, "csv")[0].row == {"id": "7", "text": "a, b"}


def test_a_quoted_field_may_hold_lines_and_its_row_is_named_by_the_first(read):
    found = read(b'id,text\r\n1,"two\nlines, and ""quotes"""\r\n\r\n2,next\r\n', "csv")

    assert [(prompt.text, prompt.source) for prompt in found] == [
        ('two\nlines, and "quotes"', "stdin:2"),
        ("next", "stdin:5"),
    ]


def test_a_field_may_be_huge(read):
    assert len(read(b"text\n" + b"x" * 500_000, "csv")[0].text) == 500_000


@pytest.mark.parametrize(("row", "count"), [(b"1", 1), (b"1,2,3", 3)])
def test_a_ragged_row_is_named(read, row, count):
    first, ragged, last = read(b"id,text\n1,a\n" + row + b"\n2,b\n", "csv")

    assert ragged.defect.startswith(f"stdin:3: the row has {count} fields, the header 2: ")
    assert (ragged.unread, ragged.index, first.text, last.text) == (row.decode() + "\n", 1, "a", "b")


def test_a_header_that_names_a_column_twice_is_an_error(read):
    with pytest.raises(InputError, match=r"stdin:1: the header has 'a' twice \(its columns are a, b, a\): rename one"):
        read(b"a,b,a\n1,2,3\n", "csv")


def test_a_table_may_have_a_hundred_thousand_columns() -> None:
    """Comparing each name with those before it would take minutes."""
    names = [f"c{number}" for number in range(100_000)]
    stream = InputStream("stdin", io.BytesIO(f"{','.join(names)}\n{',' * 99_999}x\n".encode()))
    ((row, _),) = csv_rows(stream, ",")

    assert isinstance(row, dict)
    assert (len(row), row["c99999"]) == (100_000, "x")


def test_a_quote_that_is_never_closed_is_named_by_the_row_it_opens_in(read):
    broken = read(b'id,text\n1,a\n2,"b\n3,c\n', "csv")[1]

    assert "stdin:3: not valid CSV (a quote that opens in this row is never closed; lines 3 to 4" in broken.defect
    assert broken.unread == '2,"b\n3,c\n'


def test_a_header_alone_holds_no_prompt(read):
    assert read(b"id,text\n", "csv") == []
    assert read.warnings == ["stdin contains no prompt"]


_FIELDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@given(st.lists(st.tuples(_FIELDS, _FIELDS), min_size=1, max_size=5), st.sampled_from([",", "\t"]))
def test_any_text_written_as_a_table_is_read_back(rows, delimiter):
    sheet = io.StringIO()
    writer = csv.writer(sheet, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([("id", "text"), *rows])

    found = csv_rows(InputStream("t", io.BytesIO(sheet.getvalue().encode())), delimiter)

    # A row of blanks is what a spreadsheet leaves below its last row.
    assert [(row["id"], row["text"]) for row, _ in found] == [row for row in rows if "".join(row).strip()]
