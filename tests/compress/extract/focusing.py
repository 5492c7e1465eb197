"""One text, focused as the documents of a prompt are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec

import pytest

from scrimp.compress.extract.bm25 import sentence_relevance
from scrimp.compress.extract.focus import Piece
from scrimp.compress.extract.focus import focus as focus_pieces
from scrimp.compress.extract.outline import build_outline

by_words_alone = pytest.mark.skipif(
    find_spec("wordllama") is not None, reason="the extra `vectors` is installed: words do not decide alone"
)


def focus(text: str, query: str, *, keep: float, must_keep: Callable[[str], bool] | None = None) -> str:
    """Return what is left of a text that is a document."""
    return focus_pieces([Piece(text, True)], query, keep=keep, must_keep=must_keep)[0]


def relevance(units: Sequence[str], query: str) -> list[float]:
    """Return the score of each unit; 0 for labels and line breaks."""
    scores = sentence_relevance(units, build_outline(units), query).scores
    return [scores.get(index, 0.0) for index in range(len(units))]
