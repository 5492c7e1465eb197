from __future__ import annotations

import bz2
import gzip
import lzma
import re

import pytest

from scrimp.errors import InputError
from scrimp.read.formats.row_formats import sniff_format


def told(prompts):
    return [(prompt.text, prompt.source) for prompt in prompts]


@pytest.mark.parametrize(
    ("first_line", "expected"),
    [(b'{"a": 1}\n', "jsonl"), (b' { "a', "jsonl"), (b"{\n", "jsonl"), (b"{}", "jsonl"), (b'[{"a":1}]', "json"),
     (b"[\n", "json"), (b"[]\n", "json"), (b"Hello\n", "lines"), (b"{name} is late", "lines"), (b"[INST] hi", "lines"),
     (b'"quoted" word', "lines"), (b"[] is a list", "lines"), (b"", "lines")],
)  # fmt: skip
def test_stdin_is_told_by_its_first_line(first_line, expected):
    assert sniff_format(first_line) == expected


@pytest.mark.parametrize(
    ("table", "prompts"),
    [(b",id,text\n0,5,a\n1,6,b\n", ["a", "b"]), (b",text\n0,a\n", ["a"]), (b'"","id","text"\n"1",5,"a"\n', ["a"]),
     (b"id;text;\n1;a;\n", ["a"]), (b"id,text\r1,a\r2,b\r", ["a", "b"]), (b"\xef\xbb\xbf,id,text\r\n0,5,a\r\n", ["a"])],
)  # fmt: skip
def test_a_table_of_stdin_may_have_row_numbers_without_a_name(read, table, prompts):
    assert [prompt.text for prompt in read(table, "auto")] == prompts


@pytest.mark.parametrize("line", ["text,", "Hello, text", ",", ",,", "A question, an instruction, a text,", ", text"])
def test_a_line_with_commas_is_not_taken_for_a_header(read, line):
    assert [prompt.text for prompt in read(f"{line}\nb\n".encode(), "auto")] == [line, "b"]


@pytest.mark.parametrize("format_name", ["auto", "jsonl"])
def test_a_json_text_sequence_is_rows_on_one_line_each_or_several(read, format_name):
    """RFC 7464: each text after a record separator, as `jq --seq` writes them; a text itself cannot have that byte."""
    data = b'\x1e{"text":"a"}\n\x1e{\n  "text": "b\\nc"\n}\n\x1e"d"\n'

    assert told(read(data, format_name)) == [("a", "stdin:1"), ("b\nc", "stdin:2"), ("d", "stdin:3")]
    broken = read(b'\x1e{"text":"a"}\n\x1e{"text":\n', format_name)[1]
    assert broken.defect == "stdin:2: not JSON (cut short): fix or remove that line"


def test_blank_lines_are_skipped_but_counted(read):
    assert told(read(b'\n{"text":"a"}\r\n  \n\n{"text":"b"}')) == [("a", "stdin:2"), ("b", "stdin:5")]
    assert told(read(b"\n\na b\r\n \n c\n")) == [("a b", "stdin:3"), (" c", "stdin:5")]


@pytest.mark.parametrize(
    ("data", "format_name"),
    [(b'{"text":"a"}\n', "auto"), (b"a\n", "auto"), (b"text\na\n", "csv"), (b'[{"text":"a"}]', "json"), (b"a", "text")],
)
def test_a_byte_order_mark_is_not_part_of_the_first_row(read, data, format_name):
    assert [prompt.text for prompt in read(b"\xef\xbb\xbf" + data, format_name)] == ["a"]


def test_a_line_that_is_not_json_names_its_number(file, read):
    path = file("tickets.jsonl", '{"text":"a"}\n{"text":"b"}\n{"text": oops}\n{"text":"c"}\n')

    broken = read.files(path)[2]
    assert re.search(r"tickets\.jsonl:3: not JSON \(oops at byte 10 .*\): fix or remove that line", broken.defect)
    assert broken.unread == '{"text": oops}\n'


@pytest.mark.parametrize(
    ("line", "reason"),
    [(b'{"a": NaN}', r"NaN at byte 7 is not a value; null, true, "), (b'{"a": -Infinity}', r"-Infinity at byte 7 is"),
     (b'{"a": "b\tc"}', r"a control character at byte 9, which is written .u0009"), (b'{"a": ?}', "invalid character"),
     (b'{"text": "x", "ok": True}', "True at byte 21 is not"), (b'{"a": 1', "cut short"),
     (b'{"a": "\\uD800"}', "half of a surrogate pair"), (b'{"a":' + b"[" * 100_000, "nested too deeply"),
     (b'{"a": 1} x', "trailing characters")],
)  # fmt: skip
def test_invalid_json_says_why(read, line, reason):
    with pytest.raises(InputError, match=rf"stdin:1: not JSON \(.*{reason}"):
        read(line)


@pytest.mark.parametrize("data", [b'{\n  "text": "a"\n}\n', b'[\n{"text":"a"}]\n', b'[{"text":"a"},\n {"text":"b"}]\n'])
def test_a_json_document_is_told_from_broken_lines(read, data):
    with pytest.raises(InputError, match="write each row on one line, as `jq -c` does, or use --format json"):
        read(data, "jsonl")


def test_several_values_on_a_line_are_told_from_broken_json(read):
    with pytest.raises(InputError, match="write each row on one line, as `jq -c` does; otherwise fix or remove"):
        read(b'{"text": "a"}{"text": "b"}\n')


@pytest.mark.parametrize(
    ("data", "format_name", "where"),
    [(b'{"text":"a"}\n{"text":"caf\xe9"}\n', "jsonl", r"stdin:2: byte 13 \(0xe9\)"),
     (b"a\ncaf\xe9\n", "lines", r"stdin:2: byte 4 \(0xe9\)"),
     (b"text\na\ncaf\xe9\n", "csv", r"stdin:3: byte 4 \(0xe9\)"),
     (b'[{"text":"a"},{"text":"caf\xe9"}]', "json", r"stdin:2: byte 13 \(0xe9\)"),
     (b"a\ncaf\xe9\n", "text", r"stdin: byte 6 \(0xe9\)")],
)  # fmt: skip
def test_a_byte_that_is_not_utf8_names_row_and_byte(read, data, format_name, where):
    with pytest.raises(
        InputError, match=where + " is not UTF-8: if it comes from Excel or Windows, add --encoding cp1252; "
    ):
        read(data, format_name)


def test_a_text_file_is_one_prompt(file, read):
    path = file("haiku.md", "# Haiku\n\n\nold pond\n")

    assert told(read.files(path)) == [("# Haiku\n\n\nold pond\n", str(path))]


def test_nul_bytes_separate_prompts_of_several_lines(read):
    assert told(read(b"one\ntwo\0\0{three}\0", nul=True)) == [("one\ntwo", "stdin:1"), ("{three}", "stdin:3")]


def test_a_record_may_be_longer_than_any_buffer(read):
    long = b"x" * 3_000_000

    assert [len(prompt.text) for prompt in read(long + b"\0" + long, nul=True)] == [3_000_000, 3_000_000]


def test_nul_bytes_and_another_format_exclude_each_other(read):
    with pytest.raises(InputError, match="plain text, not csv: use either -0 or --format"):
        read(b"a", "csv", nul=True)


def test_a_gzipped_file_is_decompressed(file, read):
    path = file("t.jsonl.gz", gzip.compress(b'{"text":"a"}\n' * 3) + gzip.compress(b'{"text":"b"}\n'))

    assert [prompt.text for prompt in read.files(path)] == ["a", "a", "a", "b"]


@pytest.mark.parametrize("damage", [lambda data: data[:-20], lambda _: b"plain", lambda data: data[:40] + b"x" * 40])
def test_a_damaged_gzipped_file_is_named(file, read, damage):
    rows = b"".join(b'{"text":"%d"}\n' % (number**3) for number in range(100))
    path = file("t.jsonl.gz", damage(gzip.compress(rows)))

    with pytest.raises(InputError, match=r"t\.jsonl\.gz is damaged \(.*\): check it with `gzip -t`"):
        read.files(path)


@pytest.mark.parametrize("format_name", ["auto", "csv", "jsonl", "text"])
@pytest.mark.parametrize(
    ("data", "message"),
    [(b"PK\x03\x04\x14\0\x06\0", "a ZIP archive, as .xlsx and .docx are: export a table as CSV"),
     (b"%PDF-1.7\n%\xe2\xe3", "a PDF: convert it to text"), (b"\x89PNG\r\n\x1a\n", "an image: name files of text"),
     (b"\xff\xd8\xff\xe0\0\x10JFIF", "an image: "), (bz2.compress(b"hello"), "compressed with bzip2: "),
     (lzma.compress(b"hello"), "compressed with xz: "), (b"PAR1\x15\x04", "a Parquet file: "),
     (b"SQLite format 3\0\x10", "an SQLite database: ")],
)  # fmt: skip
def test_a_file_that_is_no_text_is_named_as_what_it_is(read, data, message, format_name):
    with pytest.raises(InputError, match=f"^stdin is {re.escape(message)}"):
        read(data, format_name)


def test_a_text_may_begin_as_another_file_does(read):
    assert [prompt.text for prompt in read(b"BZh is a word\nPK too\n")] == ["BZh is a word", "PK too"]


def test_gzipped_bytes_under_another_name_are_recognized(read):
    with pytest.raises(
        InputError,
        match=r"stdin is compressed with gzip: decompress it with `gunzip -c`, or name a file that ends in \.gz",
    ):
        read(gzip.compress(b"hello"))
