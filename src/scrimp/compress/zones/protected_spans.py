"""Find the parts of a text that no rule may change, in one scan.

Every pattern stops where it could start again, and never backtracks (possessive quantifiers), so the scan is linear on
any text. It skips plain words in one step and tries the patterns only on what remains.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal

from msgspec import Struct

from scrimp.compress.keep_tags import KEEP_CLOSE, KEEP_OPEN

SpanKind = Literal[
    "keep", "fence", "front_matter", "table", "hunk",
    "code", "template", "math", "tag", "url", "email", "path", "quote", "version", "number", "flag", "ident", "extra",
]  # fmt: skip


class Span(Struct, frozen=True, gc=False):
    """A protected part: text[start:end]."""

    start: int
    end: int
    kind: SpanKind


class Fence(Struct, frozen=True, gc=False):
    """A fenced block, from the line of its opening fence to the end of the line of its closing fence."""

    start: int
    end: int
    body_start: int
    body_end: int
    info: str


# Info strings of fences that hold rows, output or prose rather than code; JSON in a fence is code.
DATA_FENCES = frozenset({"csv", "tsv", "log", "logs", "text", "txt", "plain", "plaintext"})

_EDGE = r"(?<![A-Za-z0-9_.@+/~-])"
_STOP = r"\s<>\"`()\[\]\u3001\u3002\uff0c\uff09"
CODE = r"```[^`\n]++```|``(?!`)(?:[^`\n]|`(?!`))++``|`[^`\n]++`"
_TEMPLATE = (
    r"\{\{[^{}]*+\}\}|\{%[^{}%]*+%\}|\{#[^{}#\n]*+#\}|\$\{[^{}\n]*+\}|\{[\w.:!]++\}"
    r"|<%(?:[^%<]|%(?!>)|<(?!%))*+%>|%\(\w++\)[sdf]|%[sdfi](?!\w)"
)
_MATH = (
    r"\$\$[^$]++\$\$|\\\[(?:[^\\]|\\(?![\[\]]))*+\\\]|\\\((?:[^\\\n]|\\(?![()]))*+\\\)"
    r"|\$(?=[^\s$])[^$\n]*+(?<=[^\s\\])\$(?!\w)|\\[A-Za-z]++(?:\{[^{}\n]*+\})*+"
)
_TAG = r"<!--(?:[^-<]|-(?!->)|<(?!!--))*+-->|<\|[^<>|\n]*+\|>|</?[A-Za-z][^<>]*+>|&#?[A-Za-z0-9]{1,20};"
URL = (
    _EDGE + r"(?:[A-Za-z][A-Za-z0-9+.-]*+://|www\.|mailto:|data:[\w/+.-]++;base64,)"
    rf"(?:[^{_STOP}.,;:!?'*]++|[.,;:!?'*]++(?=[^{_STOP}.,;:!?'*])|\([^{_STOP}]*+\))++"
)
MAIL = _EDGE + r"[A-Za-z0-9.+_%-][A-Za-z0-9.+_%'-]*+@[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)++"
PATH = (
    r"(?<![A-Za-z0-9_])[A-Za-z]:\\[^\s<>\"|?*:]++|\\\\[\w.-]++\\[^\s<>\"|?*:]++"
    rf"|{_EDGE}(?:~|\.{{1,2}})?+(?:/[\w.@%+~-]++)++/?+|{_EDGE}[A-Za-z0-9_.@+-]++(?:/[\w.@%+~-]++)++/?+"
)
QUOTE = (
    r"\"(?<!\\\")(?<!\w\w\")(?<![^\WfrbuFRBU]\")(?=[^\s\"])(?:[^\"\\\n]|\\[^\n]|\n(?![ \t]*+\n))++\"(?!\w)"
    r"|'(?<!\w\w')(?<![^\WfrbuFRBU]')(?=[^\s'])(?:[^'\n]|(?<=\w)'(?=\w))++'(?!\w)"
    "|\u00ab[^\u00ab\u00bb]++\u00bb|\u201c[^\u201c\u201d]++\u201d|\u201e[^\u201e\u201c\u201d]++[\u201c\u201d]"
    "|\u300c[^\u300c\u300d]++\u300d|\u300e[^\u300e\u300f]++\u300f|\u2018[^\u2018\u2019\n]++\u2019(?!\\w)"
)
_SIGN = "-+\u2212\u00b1"
_MONEY = "$\u20ac\u00a3\u00a5\u20b9"
_UNIT = (
    "%|\u2030|\u00b0[CFK]?|[\u20ac\u00a3\u00a5\u20b9]|(?:mg|\u00b5g|ug|kg|g|ml|mL|cl|l|L)(?:/(?:kg|ml|l|L|h|day))?"
    "|(?:km|m|mi)/(?:h|s)|(?:mm|cm|km|m|nm|ft|in|mi|yd)[\u00b2\u00b3]?|(?:k|M|G|T|Ki|Mi|Gi|Ti)?(?:B|bit|bps|Hz)|[MGT]Bps"
    "|(?:ms|\u00b5s|ns|s|sec|secs|min|mins|h|hr|hrs|d)|(?:m|k|M|G)?(?:W|Wh|V|A|J|Pa|N)|mol|mmol/L|lbs?|oz|px|pt|em|rem|USD|EUR|GBP|CHF|JPY"
    "|(?:second|minute|hour|day|week|month|year|word|token|line|page|sentence|item|dose|time|point|dollar|euro|cent|degree)s?"
    "|percent|million|billion|trillion|thousand|kilometers?|kilometres?|meters?|metres?|miles?|feet|inch(?:es)?|pounds?|am|pm|AM|PM"
    "|[\u5e74\u6708\u65e5\u65f6\u6642\u5206\u79d2\u5143\u5186\u5c81\u6b73\u4eba\u4e2a\u4e07\u4ebf]"
)
NUMBER = (
    rf"[{_SIGN}{_MONEY}\d](?:(?<=\d)(?<![A-Za-z\d_]\d)(?<![A-Za-z\d_]\.\d)"
    rf"|(?<=[{_SIGN}{_MONEY}])(?<![\w)\]][{_SIGN}])[{_SIGN}{_MONEY}]?+\.?+\d)"
    r"[A-Za-z\d_]*+(?:[.:/\u2013-]\d[A-Za-z\d_]*+|,\d{3}(?!\d)|(?<=\.\d{3}),\d++|(?<=[eE])\+\d++|\^[-+]?+\d++)*+"
    rf"(?:[ \u00a0\u202f]?+(?:{_UNIT})(?![A-Za-z\d_]))?+"
)
VERSION = (
    r"(?<![\w.])v\d++(?:\.[\w]++)*+(?:[-+][A-Za-z0-9.+-]*+)?+"
    r"|(?<![\w.])\d++\.\d++\.\d++(?:\.\d++)*+(?![\w:/]|-\d)(?:[-+][A-Za-z][A-Za-z0-9.+-]*+)?+"
    r"|(?:[<>=~!]=|\^|~|[<>])[ ]?+\d++(?:\.\d++)++(?:, ?+[<>=~!]=?+ ?+\d++(?:\.\d++)*+)*+"
)
FLAG = r"(?<![^\s(\[{,\"'`|=])--?[A-Za-z][\w-]*+"
# A plain word: lowercase, perhaps with an initial capital. Anything else that starts with a letter is an identifier.
_PLAIN_WORD = r"[A-Z]?+[^\W\d_A-Z]++(?!\w)|[A-Z](?!\w)"
IDENT = (
    r"(?<!\w)[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?!\w)"
    r"|[A-Za-z_]\w*+(?:(?:\.|::|->)[A-Za-z_]\w*+)++(?:\(\))?+"
    r"|(?<![\w-])[A-Za-z](?=[A-Za-z-]*+\d)\w*+(?:-\w++)++"
    rf"|(?!{_PLAIN_WORD})[A-Za-z_]\w*+(?:\(\))?+|\$[A-Za-z_]\w*+"
)
# What no pattern matched: a whole word with its apostrophes, or other scripts up to what may open a quotation.
OTHER = (
    "[A-Za-z0-9_]++(?:['\u2019][A-Za-z]++)*+"
    f"|[^\\x00-\\x7f\u00ab\u201c\u201e\u300c\u300e\u2018{_SIGN[2:]}{_MONEY[1:]}]++|[\\s\\S]|\\Z"
)
_PLAIN_WORDS = r"(?:[A-Z]?+[^\W\d_A-Z]++[.,;:!?]{0,2}+[ \n]++|[ \n]++)*+"
_INLINE = re.compile(
    f"{_PLAIN_WORDS}(?:(?P<code>{CODE})|(?P<template>{_TEMPLATE})|(?P<math>{_MATH})|(?P<tag>{_TAG})|(?P<url>{URL})"
    f"|(?P<email>{MAIL})|(?P<path>{PATH})|(?P<quote>{QUOTE})|(?P<version>{VERSION})|(?P<number>{NUMBER})"
    f"|(?P<flag>{FLAG})|(?P<ident>{IDENT})|(?:{OTHER}))"
)
_FENCE = re.compile(r"^(?:\A\ufeff)?+[ \t]*+(?P<mark>`{3,}+|~{3,}+)(?P<info>[^\n]*+)", re.MULTILINE)
_FRONT_MATTER = re.compile(
    r"\A(---|\+\+\+)[ \t]*+\r?\n(?=[^\n]*[:=])(?:(?!\1[ \t]*+\r?(?:\n|\Z))[^\n]*+\n)++\1[ \t]*+(?=\r?\n|\r?\Z)"
)
_DELIMITER_ROW = re.compile(
    r"^[ \t]*+\|?+[ \t]*+:?+-++:?+[ \t]*+(?:\|[ \t]*+(?::?+-++:?+[ \t]*+)?+)++\r?$", re.MULTILINE
)
_HUNK = re.compile(
    r"^(?:diff --git [^\n]*+\n(?:(?:index|new|deleted|similarity|rename|old) [^\n]*+\n)*+)?+"
    r"(?:--- [^\n]*+\n\+\+\+ [^\n]*+\n)?+@@ -\d[^\n]*+(?:\n[ +\\-][^\n]*+|\n(?=\n?[ +-]))*+",
    re.MULTILINE,
)


def find_spans(text: str, *, extra: re.Pattern[str] | None = None) -> list[Span]:
    """Return the protected spans, in order and without overlap; they cover all that `extra` matches."""
    found: list[Span] = []
    done = 0
    for block in _without_overlaps(
        [*keep_spans(text), *_fence_spans(text), *_front_matter(text), *_tables(text), *_hunks(text)]
    ):
        found += _inline_spans(text, done, block.start)
        found.append(block)
        done = block.end
    found += _inline_spans(text, done, len(text))
    if extra is None:
        return found
    return _without_overlaps([*found, *(Span(m.start(), m.end(), "extra") for m in extra.finditer(text) if m[0])])


def rewrite_outside(text: str, protected: Sequence[Span], rewrite: Callable[[str], str]) -> str:
    """Apply a rewrite to each part between the spans separately."""
    pieces: list[str] = []
    done = 0
    for span in protected:
        if span.start > done:
            pieces.append(rewrite(text[done : span.start]))
        pieces.append(text[span.start : span.end])
        done = span.end
    if done < len(text):
        pieces.append(rewrite(text[done:]))
    return "".join(pieces)


def fences(text: str) -> list[Fence]:
    """Return the fenced blocks; an unclosed one runs to the end."""
    if "```" not in text and "~~~" not in text:
        return []
    found: list[Fence] = []
    opening: re.Match[str] | None = None
    for match in _FENCE.finditer(text):
        info = match["info"].strip()
        if opening is None:
            opening = match if "`" not in info else None
        elif not info and match["mark"].startswith(opening["mark"]):
            found.append(_fence(opening, match.start(), match.end()))
            opening = None
    if opening is not None:
        found.append(_fence(opening, len(text), len(text)))
    return found


def _fence(opening: re.Match[str], body_end: int, end: int) -> Fence:
    words = opening["info"].split(maxsplit=1)
    info = words[0].strip("{}.").lower() if words else ""
    return Fence(opening.start(), end, min(opening.end() + 1, body_end), body_end, info)


def _inline_spans(text: str, start: int, end: int) -> Iterator[Span]:
    for match in _INLINE.finditer(text, start, end):
        kind = match.lastgroup
        if kind is not None:
            yield Span(match.start(kind), match.end(), kind)  # type: ignore[arg-type]  # the groups are named after kinds


def _without_overlaps(spans: list[Span]) -> list[Span]:
    """Sort spans; of two that overlap, the later one keeps only what follows the earlier."""
    spans.sort(key=lambda span: (span.start, -span.end))
    joined: list[Span] = []
    done = 0
    for span in spans:
        if span.start >= done:
            joined.append(span)
        elif span.end > done:
            joined.append(Span(done, span.end, span.kind))
        done = max(done, span.end)
    return joined


def keep_spans(text: str) -> Iterator[Span]:
    """Yield what keep tags enclose; an unclosed tag keeps the rest of the text."""
    start = text.find(KEEP_OPEN)
    while start >= 0:
        closing = text.find(KEEP_CLOSE, start)
        end = len(text) if closing < 0 else closing + len(KEEP_CLOSE)
        yield Span(start, end, "keep")
        start = text.find(KEEP_OPEN, end)


def _fence_spans(text: str) -> Iterator[Span]:
    return (Span(fence.start, fence.end, "fence") for fence in fences(text))


def _front_matter(text: str) -> Iterator[Span]:
    if match := _FRONT_MATTER.match(text):
        yield Span(0, match.end(), "front_matter")


def _tables(text: str) -> Iterator[Span]:
    """Yield Markdown tables: a delimiter row, the header above it and the rows below, which contain pipes."""
    if "|" not in text or "-" not in text:
        return
    done = 0
    for delimiter in _DELIMITER_ROW.finditer(text):
        if delimiter.start() < done:
            continue
        above = text.rfind("\n", 0, max(delimiter.start() - 1, 0)) + 1
        start = above if "|" in text[above : delimiter.start()] else delimiter.start()
        done = table_end(text, delimiter.end())
        yield Span(start, done, "table")


def table_end(text: str, end: int) -> int:
    """Return the end of the rows of a table: lines with a pipe, from the line after `end` on."""
    while end < len(text):
        following = text.find("\n", end + 1)
        following = len(text) if following < 0 else following
        if text.find("|", end + 1, following) < 0:
            break
        end = following
    return end


def _hunks(text: str) -> Iterable[Span]:
    if "@@ -" in text:
        for match in _HUNK.finditer(text):
            yield Span(match.start(), match.end(), "hunk")
