"""What is wrong with bytes that are not the text or the JSON they should be, as a sentence."""

from __future__ import annotations

import msgspec

from scrimp.errors import InputError
from scrimp.values import Json

# What msgspec raises for bytes that are no JSON: NaN, a lone surrogate and a number beyond a float are none either.
NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
decode_json = msgspec.json.Decoder().decode


def place(name: str, number: int) -> str:
    """Return where a row stands; number 0 is an input that is one row."""
    return f"{name}:{number}" if number else name


def as_utf8(data: bytes, name: str, number: int) -> str:
    """Return the text of a line, a record or a file."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise InputError(
            f"{place(name, number)}: byte {error.start + 1} (0x{data[error.start]:02x}) is not UTF-8: convert the "
            "file, for instance with `iconv -f LATIN1 -t UTF-8`"
        ) from error


def json_row(data: bytes | msgspec.Raw, name: str, number: int) -> Json:
    """Return the value of one row of JSON."""
    try:
        value: Json = decode_json(data)
    except NOT_JSON as error:
        raise bad_json(bytes(data), name, number, error, "fix or remove that row") from error
    return value


def bad_json(data: bytes, name: str, number: int, error: Exception, next_move: str) -> InputError:
    """Return the error for bytes that are no JSON; a byte that is no text comes first."""
    as_utf8(data, name, number)
    return InputError(f"{place(name, number)}: not JSON ({_reason(data, error)}): {next_move}")


def _reason(data: bytes, error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    reason = str(error).removeprefix("JSON is malformed: ").partition(" - at ")[0]
    if reason != "Input data was truncated":
        return reason[:1].lower() + reason[1:]
    return "cut short, or half of a surrogate pair" if b"\\ud" in data.lower() else "cut short"
