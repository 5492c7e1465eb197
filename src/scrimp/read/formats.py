"""From bytes to rows: each format yields a row and where it stands, one at a time; what is wrong says where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

import msgspec

from scrimp.errors import InputError
from scrimp.values import Json

Row = tuple[Json, str]
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_decode = msgspec.json.Decoder().decode


def sniff(head: bytes) -> str:
    """Return the format of a stream from its first line that is not blank: JSON objects, or plain lines."""
    first = head.removeprefix(_BOM).lstrip()[:1]
    return "jsonl" if first == b"{" else "lines"


def rows(stream: BinaryIO, name: str, format_name: str, *, nul: bool) -> Iterator[Row]:
    """Yield the rows of a stream."""
    if nul:
        return _nul_separated(stream, name)
    if format_name == "jsonl":
        return _jsonl(stream, name)
    if format_name in ("csv", "tsv"):
        return _table(stream, name, "\t" if format_name == "tsv" else ",")
    if format_name == "json":
        return _json(stream, name)
    if format_name == "text":
        return iter([(_text(stream.read(), name, "", 0), name)])
    return _lines(stream, name)


def _first_lines(stream: Iterable[bytes], name: str) -> Iterator[tuple[int, bytes]]:
    """Number the lines of a stream from 1; a byte order mark is dropped, UTF-16 is named as what it is."""
    for number, line in enumerate(stream, 1):
        if number == 1:
            if line.startswith(_UTF16):
                raise InputError(f"{name} is UTF-16: convert it, for instance with `iconv -f UTF-16 -t UTF-8`")
            yield 1, line.removeprefix(_BOM)
        else:
            yield number, line


def _text(data: bytes, name: str, row: str, offset: int) -> str:
    try:
        return data.removeprefix(_BOM).decode() if not row else data.decode()
    except UnicodeDecodeError as error:
        where = f"{name}:{row}" if row else name
        byte = f"0x{data[error.start]:02x}"
        raise InputError(
            f"{where}: byte {offset + error.start + 1} ({byte}) is not UTF-8: convert the file, for instance with "
            "`iconv -f LATIN1 -t UTF-8`"
        ) from error


def _jsonl(stream: Iterable[bytes], name: str) -> Iterator[Row]:
    for number, line in _first_lines(stream, name):
        if line.isspace() or not line:
            continue
        try:
            row = _decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            _text(line, name, str(number), 0)  # a wrong byte has a clearer sentence
            raise InputError(f"{name}:{number}: not JSON ({error}): mend or remove that line") from error
        yield row, f"{name}:{number}"


def _lines(stream: Iterable[bytes], name: str) -> Iterator[Row]:
    for number, line in _first_lines(stream, name):
        text = _text(line, name, str(number), 0).rstrip("\r\n")
        if text.strip():
            yield text, f"{name}:{number}"


def _nul_separated(stream: BinaryIO, name: str) -> Iterator[Row]:
    rest, number = b"", 0
    while chunk := stream.read1(1 << 16) if hasattr(stream, "read1") else stream.read(1 << 16):
        *whole, rest = (rest + chunk).split(b"\0")
        for record in whole:
            number += 1
            if record.strip():
                yield _text(record, name, str(number), 0), f"{name}:{number}"
    if rest.strip():
        yield _text(rest, name, str(number + 1), 0), f"{name}:{number + 1}"


def _json(stream: BinaryIO, name: str) -> Iterator[Row]:
    """Yield the elements of an array, or of the one array an object holds; the file is read whole, as JSON must be."""
    data = stream.read().removeprefix(_BOM)
    try:
        value = _decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        _text(data, name, "", 0)
        raise InputError(f"{name}: not JSON ({error}): mend it, or say --format") from error
    if isinstance(value, dict):
        arrays = [each for each in value.values() if isinstance(each, list)]
        value = arrays[0] if len(arrays) == 1 and "messages" not in value else [value]
    if not isinstance(value, list):
        raise InputError(f"{name}: a JSON input is an array of rows: wrap it in [ ]")
    for number, row in enumerate(value, 1):
        yield row, f"{name}[{number}]"


def _table(stream: Iterable[bytes], name: str, separator: str) -> Iterator[Row]:
    import csv  # noqa: PLC0415 - only a table needs it

    csv.field_size_limit(2**31 - 1)  # a prompt may be longer than the 128 KiB Python allows
    lines = (_text(line, name, str(number), 0) for number, line in _first_lines(stream, name))
    reader = csv.reader(lines, delimiter=separator, strict=True)
    try:
        header = next(reader, None)
        if header is None:
            return
        if len(set(header)) < len(header):
            twice = next(each for each in header if header.count(each) > 1)
            raise InputError(f"{name}:1: the column '{twice}' is there twice: rename one")
        for row in reader:
            if not row:
                continue
            if len(row) != len(header):
                raise InputError(
                    f"{name}:{reader.line_num}: {len(row)} fields where the header has {len(header)}: mend the quoting"
                )
            yield dict(zip(header, row, strict=True)), f"{name}:{reader.line_num}"
    except csv.Error as error:
        raise InputError(
            f"{name}:{reader.line_num}: not {'TSV' if separator != ',' else 'CSV'} ({error}): mend the quoting"
        ) from error
