"""Find emphasis in Markdown: pairs of stars or underscores around words.

A mark opens at the start of a word and closes at the end of one, with no letter on its other side, so that names,
products, paths and patterns are not affected. The mark opened last is closed first; a line where pairs cross has none.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_CLUSTER = re.compile(r"[*_]++")
_MARK = re.compile(r"\*++|_++")
_MAX_WIDTH = 3
# Adjacent marks are ignored, so that a mark is still one when they are gone.
_BEFORE_OPENING = re.compile(r"(?:^|[\s|\u2014])[(\[{\u201c*_]*\Z", re.MULTILINE)
_WORD_START = re.compile(r"[^\W_]|[`\"'(\[\u201c\u2018\u00ab$\u20ac\u00a3\u00a5#@-]")
_AFTER_CLOSING = re.compile(r"[.,;:!?)\]}\u201d\u2026*_]*+(?:[\s|\u2014]|\Z)|[*_]*+\][(\[]")
_WINDOW = 12
_PLAIN_WORD = re.compile(r"[(\[\u201c]?[^\W\d_]+(?:['\u2019-][^\W\d_]+)*[.,;:!?)\]\u201d\u2026]*\Z")
_UNIT = re.compile(r"[*_]*+\s*+[*_]*+[A-Za-z%\u2030\u00b0$\u20ac\u00a3\u00a5\u20b9\u00b5\u4e00-\u9fff]")
_VALUE = re.compile(r"[\d$\u20ac\u00a3\u00a5\u20b9+\u2212][*_]*\s*[*_]*\Z")

Pair = tuple[tuple[int, int], tuple[int, int]]


def emphasis_pairs(text: str, start: int, end: int, free: Callable[[int, int], bool]) -> list[Pair]:
    """Return the pairs of marks in the line text[start:end]; `free` tells whether a span may change."""
    open_marks: list[tuple[int, int]] = []
    found: list[Pair] = []
    for cluster in _CLUSTER.finditer(text, start, end):
        opens, closes = _opens(text, start, cluster), _closes(text, start, cluster)
        if opens == closes or not free(*cluster.span()):
            continue
        for mark in _MARK.finditer(text, *cluster.span()):
            if opens:
                open_marks.append(mark.span())
            elif open_marks:
                pair = (open_marks.pop(), mark.span())
                if text[slice(*pair[0])] != mark[0]:
                    return []
                found.append(pair)
    return [pair for pair in found if _is_emphasis(text, pair)]


def _opens(text: str, start: int, cluster: re.Match[str]) -> bool:
    window = max(start, cluster.start() - _WINDOW)
    before = text[window : cluster.start()] if window == start else f"x{text[window : cluster.start()]}"
    return bool(_WORD_START.match(text, cluster.end())) and bool(_BEFORE_OPENING.search(before))


def _closes(text: str, start: int, cluster: re.Match[str]) -> bool:
    last = text[cluster.start() - 1] if cluster.start() > start else " "
    return not last.isspace() and last != "\\" and bool(_AFTER_CLOSING.match(text, cluster.end()))


def _is_emphasis(text: str, pair: Pair) -> bool:
    """Return whether a pair is emphasis, and not part of a name or between a number and its unit."""
    (opening, start), (end, closing) = pair
    width, inner = start - opening, text[start:end].strip("*_")
    if width > _MAX_WIDTH or not inner or (text[opening] == "_" and not _is_words(inner, width)):
        return False
    before = text[max(0, opening - _WINDOW) : opening]
    return not (inner[-1].isdigit() and _UNIT.match(text, closing)) and not _VALUE.search(before)


def _is_words(inner: str, width: int) -> bool:
    """Return whether the text between underscores is words: __init__ is a name, and so may be _id and type_."""
    words = [word.strip("*_") for word in inner.split()]
    plain = all(_PLAIN_WORD.match(word) for word in (words[0], words[-1]))
    return plain and (width > 1 if len(words) > 1 and not words[0][:1].isupper() else width == 1 or len(words) > 1)
