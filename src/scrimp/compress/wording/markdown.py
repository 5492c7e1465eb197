"""Strip decoration from Markdown: emphasis, thematic breaks, padding.

Headings, lists, quotations, code, tables, pictures and links stay, and so do comments, which may contain facts. A
thematic break is removed before a heading, which separates as well, and shortened to three marks elsewhere, where it
may be all that separates two passages.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from scrimp.compress.wording.emphasis import emphasis_pairs
from scrimp.compress.zones import protected_spans

Edit = tuple[int, int, str]  # text[start:end] and its replacement
Span = tuple[int, int]

_MAX_PASSES = 4
_HAS_DECORATION = re.compile(r"[*_]|#[ \t]*$|^[ \t]{0,3}---|[ \t]$|-:?[ \t]*\|", re.MULTILINE)
_THEMATIC_BREAK = re.compile(r"(?<=\n\n) {0,3}((?:\*[ \t]*+){3,}+|(?:-[ \t]*+){3,}+|(?:_[ \t]*+){3,}+)\n\n(#{1,6} )?+")
_HAS_THEMATIC_BREAK = re.compile(r"\n\n {0,3}[-*_][ \t]*+[-*_]")
_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t](?=[^\n]*[^\s#])[^\n]*[^\s#]([ \t]++\1)$", re.MULTILINE)
_TRAILING = re.compile(r"(?<=[^ \t\n])[ \t]++$", re.MULTILINE)
_HAS_TRAILING = re.compile(r"[ \t]\n")
_TABLE_DELIMITER = re.compile(r"^ {0,3}\|?+[ \t]*+:?+-++:?+[ \t]*+(?:\|[ \t]*+(?::?+-++:?+[ \t]*+)?+)++$", re.MULTILINE)
_DASHES, _SPACE = re.compile("-{2,}+"), re.compile(r"(?<=[-:|])[ \t]++(?=[-:|])")
_PADDING = re.compile(r"(?<=(?<!\\)\|)[ \t]{2,}+(?=[^\n])|(?<=[^\s|])[ \t]{2,}+(?=\|)")
_INDENTED = re.compile(r"^(?: {4}|\t)[^\n]++", re.MULTILINE)
_FRONT_MATTER = re.compile(r"\A(---|\+\+\+)[ \t]*+\n(?:(?!\1[ \t]*+(?:\n|\Z))[^\n]*+\n)*+\1")
_PARAGRAPH = re.compile(r"(?:[^\n]++\n?+)++")
_LINE = re.compile(r"[^\n]++")
# Where a mark may open; only for speed.
_EMPHASIS = re.compile(r"(?<![^\s|(\[{\u201c*_\u2014])[*_](?=[^\s*_])")
_ADDRESS = re.compile(r"\]\([^()\n]*+(?:\([^()\n]*+\)[^()\n]*+)*+\)|^ {0,3}\[[^\]\n]++\]:[^\n]*+", re.MULTILINE)
_QUOTE, _CODE = re.compile(protected_spans.QUOTE), re.compile(protected_spans.CODE)
_NO_WORDS = frozenset(("ident", "number", "version", "flag", "table"))  # what marks may be inside of


def strip_decoration(text: str, *, protected: re.Pattern[str] | None = None) -> str:
    """Return Markdown prose without decoration; what `protected` matches stays.

    Never longer, idempotent, in linear time. A text with a diff in it stays.
    """
    if not _HAS_DECORATION.search(text) or "@@ -" in text:
        return text
    before = text
    for _ in range(_MAX_PASSES):
        after = _strip_once(before, protected)
        if after == before:
            return after
        before = after
    return text  # no ordinary text needs as many passes; an unclear one stays


def _strip_once(text: str, protected: re.Pattern[str] | None) -> str:
    fixed = _FixedSpans([*_blocks(text, protected), *_comments(text)])  # numbers in comments, too
    single = ((edit,) for edit in chain(_thematic_breaks(text), _headings(text), _trailing(text), _tables(text)))
    return _apply(text, chain(single, _emphasis(text, fixed)), fixed)


class _FixedSpans:
    """Spans that may not change."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._spans: list[Span] = []
        reach = 0
        for start, end in sorted(spans):
            reach = max(reach, end)
            self._spans.append((start, reach))

    def free(self, start: int, end: int) -> bool:
        number = bisect_left(self._spans, (end,)) - 1
        return number < 0 or self._spans[number][1] <= start


def _apply(text: str, groups: Iterable[Sequence[Edit]], fixed: _FixedSpans) -> str:
    """Apply the edits of each group, all or none, that touch no fixed span; edits do not overlap."""
    edits = sorted(edit for group in groups if all(fixed.free(start, end) for start, end, _ in group) for edit in group)
    pieces: list[str] = []
    done = 0
    for start, end, new in edits:
        pieces += (text[done:start], new)
        done = end
    return "".join([*pieces, text[done:]]) if edits else text


def _blocks(text: str, protected: re.Pattern[str] | None) -> Iterator[Span]:
    """Yield the spans of code, kept and protected text, and front matter."""
    yield from ((span.start, span.end) for span in protected_spans.keep_spans(text))
    yield from ((fence.start, fence.end) for fence in protected_spans.fences(text))
    yield from (match.span() for match in _FRONT_MATTER.finditer(text))
    yield from (match.span() for match in _INDENTED.finditer(text))
    if "`" in text:
        yield from (match.span() for match in _CODE.finditer(text))
    if protected is not None:
        yield from (match.span() for match in protected.finditer(text))


def _comments(text: str) -> Iterator[Span]:
    start = text.find("<!--")
    while start >= 0 and (closing := text.find("-->", start + 4)) >= 0:
        yield start, closing + 3
        start = text.find("<!--", closing + 3)


def _thematic_breaks(text: str) -> Iterator[Edit]:
    for match in _THEMATIC_BREAK.finditer(text) if _HAS_THEMATIC_BREAK.search(text) else ():
        if match[2]:
            yield match.start(), match.start(2), ""
        elif len(match[1]) > 3:
            yield match.start(), match.end(1), "---"


def _headings(text: str) -> Iterator[Edit]:
    return ((*match.span(2), "") for match in _HEADING.finditer(text)) if "#\n" in f"{text}\n" else iter(())


def _trailing(text: str) -> Iterator[Edit]:
    return (
        ((*match.span(), "") for match in _TRAILING.finditer(text)) if _HAS_TRAILING.search(f"{text}\n") else iter(())
    )


def _tables(text: str) -> Iterator[Edit]:
    if "|" not in text:
        return
    done = 0
    for delimiter in _TABLE_DELIMITER.finditer(text):
        above = text.rfind("\n", 0, max(delimiter.start() - 1, 0)) + 1
        if delimiter.start() < done or "|" not in text[above : delimiter.start()]:
            continue
        shortest = (
            "-" if delimiter[0].lstrip().startswith("|") else "---"
        )  # a line that starts with one dash is a list item
        yield from (
            (*dashes.span(), shortest)
            for dashes in _DASHES.finditer(text, *delimiter.span())
            if len(dashes[0]) > len(shortest)
        )
        yield from ((*space.span(), "") for space in _SPACE.finditer(text, *delimiter.span()))
        yield from _padding(text, above, delimiter.start())
        done = protected_spans.table_end(text, delimiter.end())
        yield from _padding(text, delimiter.end(), done)


def _padding(text: str, start: int, end: int) -> Iterator[Edit]:
    return ((*match.span(), " ") for match in _PADDING.finditer(text, start, end))


def _emphasis(text: str, fixed: _FixedSpans) -> Iterator[Sequence[Edit]]:
    for paragraph in _PARAGRAPH.finditer(text):
        if not _EMPHASIS.search(text, *paragraph.span()):
            continue
        table = _TABLE_DELIMITER.search(text, *paragraph.span())
        for piece in _LINE.finditer(text, *paragraph.span()) if table else [paragraph]:
            yield from _emphasis_in(text, piece.start(), piece[0], fixed)


def _emphasis_in(text: str, at: int, piece: str, fixed: _FixedSpans) -> Iterator[Sequence[Edit]]:
    inner: _FixedSpans | None = None
    for line in _LINE.finditer(piece):
        if not _EMPHASIS.search(line[0]):
            continue
        inner = _FixedSpans(_inline(piece, at)) if inner is None else inner
        free = _both(fixed.free, inner.free)
        for pair in emphasis_pairs(text, at + line.start(), at + line.end(), free):
            yield tuple((*mark, "") for mark in pair)


def _both(one: Callable[[int, int], bool], other: Callable[[int, int], bool]) -> Callable[[int, int], bool]:
    return lambda start, end: one(start, end) and other(start, end)


def _inline(piece: str, at: int) -> Iterator[Span]:
    """Yield the spans that marks may surround but not be inside of: code, mathematics, addresses, quotations."""
    found = [(span.start, span.end) for span in protected_spans.find_spans(piece) if span.kind not in _NO_WORDS]
    found += [match.span() for pattern in (_ADDRESS, _QUOTE, _CODE) for match in pattern.finditer(piece)]
    return ((at + start, at + end) for start, end in found)
