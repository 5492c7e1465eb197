"""One text, focused as the documents of a prompt are."""

from __future__ import annotations

from collections.abc import Callable

from scrimp.compress.extract.focus import Piece
from scrimp.compress.extract.focus import focus as focus_pieces
from scrimp.compress.options import Scorer


def focus(
    text: str, query: str, *, keep: float, must_keep: Callable[[str], bool] | None = None, scorer: Scorer | None = None
) -> str:
    """Return what is left of a text that is a document."""
    return focus_pieces([Piece(text, True)], query, keep=keep, must_keep=must_keep, scorer=scorer)[0]
