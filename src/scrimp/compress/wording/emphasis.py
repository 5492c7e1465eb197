"""Marks of emphasis in Markdown: which stars and underscores stand around words, and so say nothing themselves.

A mark opens where a word begins and closes where one ends, with no letter on its other side: what is inside a name, a
product, a path or a pattern is none. Of what is open, the last is closed first; a line in which marks cross stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_CLUSTER = re.compile(r"[*_]++")
_MARK = re.compile(r"\*++|_++")
_MAX_WIDTH = 3
# Marks beside a mark are looked past: so what is one now is one when they are gone.
_OPENS = re.compile(r"(?:^|[\s|\u2014])[(\[{\u201c*_]*\Z", re.MULTILINE)
_FIRST = re.compile(r"[^\W_]|[`\"'(\[\u201c\u2018\u00ab$\u20ac\u00a3\u00a5#@-]")
_CLOSES = re.compile(r"[.,;:!?)\]}\u201d\u2026*_]*+(?:[\s|\u2014]|\Z)|[*_]*+\][(\[]")
_WINDOW = 12
_PLAIN_WORD = re.compile(r"[(\[\u201c]?[^\W\d_]+(?:['\u2019-][^\W\d_]+)*[.,;:!?)\]\u201d\u2026]*\Z")
_UNIT = re.compile(r"[*_]*+\s*+[*_]*+[A-Za-z%\u2030\u00b0$\u20ac\u00a3\u00a5\u20b9\u00b5\u4e00-\u9fff]")
_VALUE = re.compile(r"[\d$\u20ac\u00a3\u00a5\u20b9+\u2212][*_]*\s*[*_]*\Z")

Pair = tuple[tuple[int, int], tuple[int, int]]


def emphasis_pairs(text: str, start: int, end: int, free: Callable[[int, int], bool]) -> list[Pair]:
    """Return where the marks around words are in the line text[start:end]; `free` says what may be changed."""
    opened: list[tuple[int, int]] = []
    found: list[Pair] = []
    for cluster in _CLUSTER.finditer(text, start, end):
        opens, closes = _opens(text, start, cluster), _closes(text, start, cluster)
        if opens == closes or not free(*cluster.span()):
            continue
        for mark in _MARK.finditer(text, *cluster.span()):
            if opens:
                opened.append(mark.span())
            elif opened:
                pair = (opened.pop(), mark.span())
                if text[slice(*pair[0])] != mark[0]:
                    return []
                found.append(pair)
    return [pair for pair in found if _is_emphasis(text, pair)]


def _opens(text: str, start: int, cluster: re.Match[str]) -> bool:
    window = max(start, cluster.start() - _WINDOW)
    before = text[window : cluster.start()] if window == start else f"x{text[window : cluster.start()]}"
    return bool(_FIRST.match(text, cluster.end())) and bool(_OPENS.search(before))


def _closes(text: str, start: int, cluster: re.Match[str]) -> bool:
    last = text[cluster.start() - 1] if cluster.start() > start else " "
    return not last.isspace() and last != "\\" and bool(_CLOSES.match(text, cluster.end()))


def _is_emphasis(text: str, pair: Pair) -> bool:
    """Say whether a pair is emphasis, and neither a name in underscores nor between a number and its unit."""
    (opening, start), (end, closing) = pair
    width, inner = start - opening, text[start:end].strip("*_")
    if width > _MAX_WIDTH or not inner or (text[opening] == "_" and not _underscored(inner, width)):
        return False
    before = text[max(0, opening - _WINDOW) : opening]
    return not (inner[-1].isdigit() and _UNIT.match(text, closing)) and not _VALUE.search(before)


def _underscored(inner: str, width: int) -> bool:
    """Say whether what is between underscores is words: __init__ is a name, and so may be both in _id and type_."""
    words = [word.strip("*_") for word in inner.split()]
    plain = all(_PLAIN_WORD.match(word) for word in (words[0], words[-1]))
    return plain and (width > 1 if len(words) > 1 and not words[0][:1].isupper() else width == 1 or len(words) > 1)
