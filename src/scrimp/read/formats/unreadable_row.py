"""A row that cannot be read: it fails alone, and what stood there is kept as it was."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

_KEPT = 1 << 20  # characters of it: a quote that is never closed may take the rest of a file with it


class UnreadableRow(Struct, frozen=True):
    """What is wrong with a row, as a sentence without its place; `whole` where the input is at fault, not the row."""

    reason: str
    raw: str
    whole: bool = False
    columns: Sequence[str] = ()  # of its table


def unreadable(reason: str, raw: bytes | str, *, whole: bool = False, columns: Sequence[str] = ()) -> UnreadableRow:
    """Return such a row; bytes that are not UTF-8 are kept as the character that stands for them."""
    text = raw[:_KEPT].decode(errors="replace") if isinstance(raw, bytes) else raw[:_KEPT]
    return UnreadableRow(reason, text.encode(errors="replace").decode(), whole, columns)
