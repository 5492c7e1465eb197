"""A field's value as the text of a cell."""

from __future__ import annotations

import msgspec

_encode = msgspec.json.Encoder().encode


def cell_text(value: object) -> str:
    """Return a field's value as a cell: strings as they are, nothing for null, JSON for anything else."""
    if isinstance(value, str):
        return value
    return "" if value is None else _encode(value).decode()
