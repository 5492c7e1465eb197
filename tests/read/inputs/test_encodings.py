"""Inputs in other encodings than UTF-8: named, marked or told by their NULs; what is none of them gets advice."""

from __future__ import annotations

import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.errors import InputError, UsageError
from scrimp.read.inputs.encodings import checked_encoding
from scrimp.read.inputs.streams import InputStream
from scrimp.read.options import ReadOptions, option_text
from scrimp.read.prompts import prompts

_LINES = st.lists(
    st.text(st.characters(exclude_characters="\r\n\0\ufeff\x1a", exclude_categories=["Cs"]), min_size=1), min_size=1
)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "gb18030", "utf-7"])
@given(lines=_LINES, end=st.sampled_from(["\n", "\r\n"]))
def test_any_text_is_read_in_any_encoding_that_is_named(encoding: str, lines: list[str], end: str) -> None:
    data = end.join([*lines, ""]).encode(encoding)
    stream = InputStream("t", io.BytesIO(data), encoding)

    assert b"".join(stream.lines()).decode() == end.join([*lines, ""])


@pytest.mark.parametrize("format_name", ["auto", "jsonl", "csv", "json", "lines", "text"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf_is_told_by_its_mark_or_its_nuls(read, encoding, format_name):
    data = (
        "text\nhé\n" if format_name == "csv" else '{"text":"hé"}' if format_name in ("auto", "jsonl", "json") else "hé"
    )

    assert [prompt.text for prompt in read(data.encode(encoding), format_name)] == ["hé"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le"])
def test_utf16_without_a_mark_may_be_named_without_its_byte_order(read, encoding):
    data = "hello\n".encode(encoding)

    assert [prompt.text for prompt in read(data, encoding=encoding[:6])] == ["hello"]


@pytest.mark.parametrize("mark", [b"", b"\xff\xfe"])
def test_a_mark_says_more_than_the_name(read, mark):
    data = mark + "é\n".encode("utf-16-le") if mark else "\ufeffé\n".encode()

    assert [prompt.text for prompt in read(data, encoding="cp1252")] == ["é"]


def test_nul_separated_records_are_not_taken_for_utf16(read):
    assert [prompt.text for prompt in read(b"a\0b\0c\0", nul=True)] == ["a", "b", "c"]


def test_records_of_a_pipe_in_another_encoding_come_as_they_are_written():
    out, into = os.pipe()
    with open(out, "rb") as stdin, open(into, "wb", buffering=0) as writer:
        found = prompts(["-"], ReadOptions(encoding="cp1252"), warn=print, stdin=stdin)
        writer.write("é\n".encode("cp1252"))
        assert next(found).text == "é"
        writer.write("ü\n".encode("cp1252"))
        assert next(found).text == "ü"


@pytest.mark.parametrize(
    ("data", "advice"),
    [(b"a\ncaf\xe9\n",
      "if it comes from Excel or Windows, add --encoding cp1252; else name the encoding it was saved in"),
     (b"a\n\x8d\xe9\n", "name the encoding the file was saved in with --encoding")],
)  # fmt: skip
def test_the_advice_for_other_bytes_is_an_encoding_that_can_read_them(read, data, advice):
    with pytest.raises(InputError, match=rf"^stdin:2: byte \d \(0x\w\w\) is not UTF-8: {advice}$"):
        read(data)
    if "cp1252" in advice:
        assert [prompt.text for prompt in read(data, encoding="cp1252")] == ["a", "café"]


@pytest.mark.parametrize(
    ("encoding", "bad"), [("cp1252", b"\x81"), ("ascii", b"\xc3"), ("utf-16-le", b"\x00\xd8a\x00")]
)
def test_a_byte_that_is_not_of_the_named_encoding_names_its_line(read, encoding, bad):
    data = "one\ntwo\n".encode(encoding) * 30_000 + bad + "\n".encode(encoding)

    with pytest.raises(InputError, match=rf"^stdin:60001: a byte \(0x\w\w\) that is not {encoding}: name the encoding"):
        read(data, encoding=encoding)


@pytest.mark.parametrize("name", ["cp125", "", "base64", "rot13", "idna", "unicode_escape\0", "hex"])
def test_what_is_not_an_encoding_is_refused(name):
    with pytest.raises(UsageError, match="is not an encoding: name one such as utf-8, utf-16, cp1252"):
        checked_encoding(name)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_template_file_is_read_by_its_mark(tmp_path, encoding):
    (tmp_path / "t.txt").write_bytes("Sag {text}:\r\né\r\n".encode(encoding))

    assert option_text(f"@{tmp_path}/t.txt") == "Sag {text}:\né"
