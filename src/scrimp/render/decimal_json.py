"""Dollars as JSON numbers: exact decimals, no float and no exponent."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import msgspec
from msgspec import Raw

_ZERO = Raw(b"0")
_encode = msgspec.json.Encoder().encode


def decimal_number(dollars: Decimal) -> Raw:
    """Return dollars as a JSON number."""
    if not dollars:
        return _ZERO
    digits = format(dollars, "f")
    return Raw((digits.rstrip("0").rstrip(".") if "." in digits else digits).encode())


def encode_json(document: object) -> bytes:
    """Return JSON in one line for a document of dicts, lists and plain values whose dollars are Decimals."""
    return _encode(_with_decimals(document))


def _with_decimals(value: object) -> object:
    if isinstance(value, Decimal):
        return decimal_number(value)
    if isinstance(value, Mapping):
        return {name: _with_decimals(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_with_decimals(part) for part in value]
    return value
