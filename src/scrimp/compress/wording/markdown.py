"""What Markdown puts around words for the eye: marks of emphasis, rulers, padding.

Headings, lists, quotations, code, tables, pictures, links and their addresses stay, and comments, which may hold a
fact. A rule across the page goes before a heading, which parts as well, and is written with three marks elsewhere,
where it may be all that parts two passages.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from scrimp.compress.wording.emphasis import emphasis_pairs
from scrimp.compress.zones import protected_spans

Edit = tuple[int, int, str]  # what is put for text[start:end]
Span = tuple[int, int]

_MAX_PASSES = 4
_HAS_DECORATION = re.compile(r"[*_]|#[ \t]*$|^[ \t]{0,3}---|[ \t]$|-:?[ \t]*\|", re.MULTILINE)
_THEMATIC_BREAK = re.compile(r"(?<=\n\n) {0,3}((?:\*[ \t]*+){3,}+|(?:-[ \t]*+){3,}+|(?:_[ \t]*+){3,}+)\n\n(#{1,6} )?+")
_HAS_THEMATIC_BREAK = re.compile(r"\n\n {0,3}[-*_][ \t]*+[-*_]")
_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t](?=[^\n]*[^\s#])[^\n]*[^\s#]([ \t]++\1)$", re.MULTILINE)
_TRAILING = re.compile(r"(?<=[^ \t\n])[ \t]++$", re.MULTILINE)
_HAS_TRAILING = re.compile(r"[ \t]\n")
_TABLE_RULER = re.compile(r"^ {0,3}\|?+[ \t]*+:?+-++:?+[ \t]*+(?:\|[ \t]*+(?::?+-++:?+[ \t]*+)?+)++$", re.MULTILINE)
_DASHES, _SPACE = re.compile("-{2,}+"), re.compile(r"(?<=[-:|])[ \t]++(?=[-:|])")
_PADDING = re.compile(r"(?<=(?<!\\)\|)[ \t]{2,}+(?=[^\n])|(?<=[^\s|])[ \t]{2,}+(?=\|)")
_INDENTED = re.compile(r"^(?: {4}|\t)[^\n]++", re.MULTILINE)
_FRONT_MATTER = re.compile(r"\A(---|\+\+\+)[ \t]*+\n(?:(?!\1[ \t]*+(?:\n|\Z))[^\n]*+\n)*+\1")
_PARAGRAPH = re.compile(r"(?:[^\n]++\n?+)++")
_LINE = re.compile(r"[^\n]++")
# What may open a mark: for speed alone, the words of a name in underscores are not looked at.
_EMPHASIS = re.compile(r"(?<![^\s|(\[{\u201c*_\u2014])[*_](?=[^\s*_])")
_ADDRESS = re.compile(r"\]\([^()\n]*+(?:\([^()\n]*+\)[^()\n]*+)*+\)|^ {0,3}\[[^\]\n]++\]:[^\n]*+", re.MULTILINE)
_QUOTE, _CODE = re.compile(protected_spans.QUOTE), re.compile(protected_spans.CODE)
_NO_WORDS = frozenset(("ident", "number", "version", "flag", "table"))  # what a mark may stand around


def strip_decoration(text: str, *, protected: re.Pattern[str] | None = None) -> str:
    """Return prose in Markdown without the decoration it reads the same without; what `protected` matches stays.

    Never longer, once is as good as twice, in time linear in the text. A text with a diff in it stays.
    """
    if not _HAS_DECORATION.search(text) or "@@ -" in text:
        return text
    before = text
    for _ in range(_MAX_PASSES):
        after = _strip_once(before, protected)
        if after == before:
            return after
        before = after
    return text  # nothing that people write needs as many; what is unclear stays


def _strip_once(text: str, protected: re.Pattern[str] | None) -> str:
    fixed = _FixedSpans([*_blocks(text, protected), *_comments(text)])  # a comment may hold a number, too
    single = ((cut,) for cut in chain(_thematic_breaks(text), _headings(text), _trailing(text), _tables(text)))
    return _apply(text, chain(single, _emphasis(text, fixed)), fixed)


class _FixedSpans:
    """Spans that nothing may touch."""

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
    """Apply the cuts of each group, all or none, that touch nothing fixed; no two of them overlap."""
    cuts = sorted(cut for group in groups if all(fixed.free(start, end) for start, end, _ in group) for cut in group)
    pieces: list[str] = []
    done = 0
    for start, end, new in cuts:
        pieces += (text[done:start], new)
        done = end
    return "".join([*pieces, text[done:]]) if cuts else text


def _blocks(text: str, protected: re.Pattern[str] | None) -> Iterator[Span]:
    """Yield what is code, marked to be kept, protected, a quotation, or settings before a document."""
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
    for ruler in _TABLE_RULER.finditer(text):
        above = text.rfind("\n", 0, max(ruler.start() - 1, 0)) + 1
        if ruler.start() < done or "|" not in text[above : ruler.start()]:
            continue
        least = "-" if ruler[0].lstrip().startswith("|") else "---"  # a line that begins with one dash is of a list
        yield from (
            (*dashes.span(), least) for dashes in _DASHES.finditer(text, *ruler.span()) if len(dashes[0]) > len(least)
        )
        yield from ((*space.span(), "") for space in _SPACE.finditer(text, *ruler.span()))
        yield from _padding(text, above, ruler.start())
        done = protected_spans.table_end(text, ruler.end())
        yield from _padding(text, ruler.end(), done)


def _padding(text: str, start: int, end: int) -> Iterator[Edit]:
    return ((*match.span(), " ") for match in _PADDING.finditer(text, start, end))


def _emphasis(text: str, fixed: _FixedSpans) -> Iterator[Sequence[Edit]]:
    for paragraph in _PARAGRAPH.finditer(text):
        if not _EMPHASIS.search(text, *paragraph.span()):
            continue
        table = _TABLE_RULER.search(text, *paragraph.span())
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
    """Yield what marks may stand around but not in: code, mathematics, addresses, quotations."""
    found = [(span.start, span.end) for span in protected_spans.find_spans(piece) if span.kind not in _NO_WORDS]
    found += [match.span() for pattern in (_ADDRESS, _QUOTE, _CODE) for match in pattern.finditer(piece)]
    return ((at + start, at + end) for start, end in found)
