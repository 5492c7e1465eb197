"""Decoding bytes as UTF-8 and JSON; errors name the row and the byte."""

from __future__ import annotations

import re

import msgspec
from msgspec import Raw

from scrimp.errors import InputError
from scrimp.values import Json

ONE_A_LINE = "write each row on one line, as `jq -c` does"
# What msgspec raises for invalid JSON, which includes NaN and a lone surrogate.
JSON_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
# A number with a fraction or an exponent stays as it was written: 19.90 is not 19.9 to a model that reads a price.
_decode = msgspec.json.Decoder(float_hook=Raw).decode
_INVALID = re.compile(r"invalid character \(byte (\d+)\)")
_WORD = re.compile(rb"-?[A-Za-z]+")
# Integers that are not written as Python writes them: minus zero. (It may be in a string: then nothing is lost.)
_has_minus_zero = re.compile(rb"-0(?=[\s,\]}])(?<=[\[:,\s]-0)").search


def decode_json(data: bytes | Raw) -> Json:
    """Return the value of one row of JSON, its numbers as they were written (see `Json`)."""
    try:
        value: Json = _decode(data)
    except msgspec.ValidationError:  # an integer of more digits than Python reads
        return _decode_exactly(data)
    return _decode_exactly(data) if _has_minus_zero(data) else value


def _decode_exactly(data: bytes | Raw) -> Json:
    import json  # few rows have such a number

    try:
        value: Json = json.loads(bytes(data), parse_int=_as_written, parse_float=Raw, parse_constant=_refused)
        msgspec.json.encode(value)  # fails for half of a surrogate pair, which Python's decoder lets through
    except ValueError as error:
        raise msgspec.DecodeError(str(error)) from error
    return value


def _refused(constant: str) -> Json:
    raise msgspec.DecodeError(f"{constant} is not JSON")


def _as_written(digits: str) -> int | Raw:
    return Raw(digits) if digits == "-0" or len(digits) > 1000 else int(digits)


def location(name: str, number: int) -> str:
    """Return the location of a row for a message; number 0 means that the whole input is one row."""
    return f"{name}:{number}" if number else name


def decode_utf8(data: bytes, name: str, number: int) -> str:
    """Return the text of a line, a record or a file."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise InputError(f"{location(name, number)}: {not_utf8(data, error)}") from error


def not_utf8(data: bytes, error: UnicodeDecodeError, move: str = "") -> str:
    """Return which byte is not UTF-8 and the next move, which may be another encoding."""
    return f"byte {error.start + 1} (0x{data[error.start]:02x}) is not UTF-8: {move or _encoding_hint(data)}"


def _encoding_hint(data: bytes) -> str:
    """Return which --encoding to try: a file from Excel or Windows is cp1252 in Western Europe and America."""
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        return "name the encoding the file was saved in with --encoding"
    return "if it comes from Excel or Windows, add --encoding cp1252; else name the encoding it was saved in"


def has_several_values(error: Exception) -> bool:
    """Return whether there is more after a first value that is whole."""
    return "trailing characters" in str(error)


def json_error(data: bytes, name: str, number: int, error: Exception, hint: str) -> InputError:
    """Return the error for bytes that are not valid JSON; raise the one for invalid UTF-8 if that is the reason."""
    decode_utf8(data, name, number)
    return InputError(f"{location(name, number)}: {not_json(data, error, hint)}")


def not_json(data: bytes, error: Exception, hint: str) -> str:
    """Return why bytes that are UTF-8 are not JSON, and the next move."""
    return f"not JSON ({_reason(data, error)}): {hint}"


def _reason(data: bytes, error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    reason = str(error).removeprefix("JSON is malformed: ").partition(" - at ")[0]
    if (place := _INVALID.fullmatch(reason)) is not None:
        at_end = data.endswith(b"\n") and int(place[1]) == len(data) - 1  # within a text that is not closed
        return "cut short" if at_end else _invalid(data, int(place[1])) or reason
    if reason != "Input data was truncated":
        return reason[:1].lower() + reason[1:]
    return "cut short, or half of a surrogate pair" if b"\\ud" in data.lower() else "cut short"


def _invalid(data: bytes, at: int) -> str | None:
    """Return what is wrong at a byte: a word such as NaN, None or True, or a control character; None for others."""
    word = next((found for found in _WORD.finditer(data, max(0, at - 10)) if found.end() > at), None)
    if word is not None and word.start() <= at:
        told = word[0][:20].decode()
        return f"{told} at byte {word.start() + 1} is not a value; null, true, false and texts in double quotes are"
    if at + 1 < len(data) and (code := data[at]) < ord(" "):
        return f"a control character at byte {at + 1}, which is written \\u{code:04x} in a text"
    return None
