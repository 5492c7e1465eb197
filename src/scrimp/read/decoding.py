"""Decoding bytes as UTF-8 and JSON; errors name the row and the byte."""

from __future__ import annotations

import msgspec

from scrimp.errors import InputError
from scrimp.values import Json

# What msgspec raises for invalid JSON, which includes NaN, a lone surrogate and a number beyond the range of a float.
JSON_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
decode_json = msgspec.json.Decoder().decode


def location(name: str, number: int) -> str:
    """Return the location of a row for a message; number 0 means that the whole input is one row."""
    return f"{name}:{number}" if number else name


def decode_utf8(data: bytes, name: str, number: int) -> str:
    """Return the text of a line, a record or a file."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise InputError(
            f"{location(name, number)}: byte {error.start + 1} (0x{data[error.start]:02x}) is not UTF-8: convert the "
            "file, for instance with `iconv -f LATIN1 -t UTF-8`"
        ) from error


def decode_row(data: bytes | msgspec.Raw, name: str, number: int) -> Json:
    """Return the value of one row of JSON."""
    try:
        value: Json = decode_json(data)
    except JSON_ERRORS as error:
        raise json_error(bytes(data), name, number, error, "fix or remove that row") from error
    return value


def json_error(data: bytes, name: str, number: int, error: Exception, hint: str) -> InputError:
    """Return the error for bytes that are not valid JSON; raise the one for invalid UTF-8 if that is the reason."""
    decode_utf8(data, name, number)
    return InputError(f"{location(name, number)}: not JSON ({_reason(data, error)}): {hint}")


def _reason(data: bytes, error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    reason = str(error).removeprefix("JSON is malformed: ").partition(" - at ")[0]
    if reason != "Input data was truncated":
        return reason[:1].lower() + reason[1:]
    return "cut short, or half of a surrogate pair" if b"\\ud" in data.lower() else "cut short"
