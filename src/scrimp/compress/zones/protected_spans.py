"""Stretches of a text that no rule may change, found in one ordered scan.

Every pattern stops at the next place where it could begin, and gives back nothing (possessive quantifiers): so the scan
is linear on any text. It passes plain words in one stride and tries the patterns only at what is left.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal

from msgspec import Struct

SpanKind = Literal[
    "keep", "fence", "front", "table", "hunk",
    "code", "template", "math", "tag", "url", "email", "path", "quote", "version", "number", "flag", "ident", "extra",
]  # fmt: skip


class Span(Struct, frozen=True, gc=False):
    """A protected stretch: text[start:end]."""

    start: int
    end: int
    kind: SpanKind


class Fence(Struct, frozen=True, gc=False):
    """A fenced block, from the line of its opening mark to the end of the line of its closing one."""

    start: int
    end: int
    body_start: int
    body_end: int
    info: str


# What a fence may be marked with when it holds rows, output or prose and no code; JSON in a fence is code.
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
# A plain word: small letters, perhaps a capital first. What else begins with a letter is an identifier.
_PLAIN = r"[A-Z]?+[^\W\d_A-Z]++(?!\w)|[A-Z](?!\w)"
IDENT = (
    r"(?<!\w)[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?!\w)"
    r"|[A-Za-z_]\w*+(?:(?:\.|::|->)[A-Za-z_]\w*+)++(?:\(\))?+"
    r"|(?<![\w-])[A-Za-z](?=[A-Za-z-]*+\d)\w*+(?:-\w++)++"
    rf"|(?!{_PLAIN})[A-Za-z_]\w*+(?:\(\))?+|\$[A-Za-z_]\w*+"
)
# What no pattern wanted: a word whole with its apostrophes, a run of other scripts up to what may open a quotation.
REST = (
    "[A-Za-z0-9_]++(?:['\u2019][A-Za-z]++)*+"
    f"|[^\\x00-\\x7f\u00ab\u201c\u201e\u300c\u300e\u2018{_SIGN[2:]}{_MONEY[1:]}]++|[\\s\\S]|\\Z"
)
_STRIDE = r"(?:[A-Z]?+[^\W\d_A-Z]++[.,;:!?]{0,2}+[ \n]++|[ \n]++)*+"
_INLINE = re.compile(
    f"{_STRIDE}(?:(?P<code>{CODE})|(?P<template>{_TEMPLATE})|(?P<math>{_MATH})|(?P<tag>{_TAG})|(?P<url>{URL})"
    f"|(?P<email>{MAIL})|(?P<path>{PATH})|(?P<quote>{QUOTE})|(?P<version>{VERSION})|(?P<number>{NUMBER})"
    f"|(?P<flag>{FLAG})|(?P<ident>{IDENT})|(?:{REST}))"
)
_FENCE = re.compile(r"^(?:\A\ufeff)?+[ \t]*+(?P<mark>`{3,}+|~{3,}+)(?P<info>[^\n]*+)", re.MULTILINE)
_KEEP, _KEPT = "<scrimp:keep>", "</scrimp:keep>"
_FRONT = re.compile(
    r"\A(---|\+\+\+)[ \t]*+\r?\n(?=[^\n]*[:=])(?:(?!\1[ \t]*+\r?(?:\n|\Z))[^\n]*+\n)++\1[ \t]*+(?=\r?\n|\r?\Z)"
)
_RULER = re.compile(r"^[ \t]*+\|?+[ \t]*+:?+-++:?+[ \t]*+(?:\|[ \t]*+(?::?+-++:?+[ \t]*+)?+)++\r?$", re.MULTILINE)
_HUNK = re.compile(
    r"^(?:diff --git [^\n]*+\n(?:(?:index|new|deleted|similarity|rename|old) [^\n]*+\n)*+)?+"
    r"(?:--- [^\n]*+\n\+\+\+ [^\n]*+\n)?+@@ -\d[^\n]*+(?:\n[ +\\-][^\n]*+|\n(?=\n?[ +-]))*+",
    re.MULTILINE,
)


def spans(text: str, *, extra: re.Pattern[str] | None = None) -> list[Span]:
    """Return what is protected, in order and without overlap; what `extra` matches is covered in any case."""
    found: list[Span] = []
    done = 0
    for block in _joined([*keeps(text), *_fence_spans(text), *_front(text), *_tables(text), *_hunks(text)]):
        found += _inline(text, done, block.start)
        found.append(block)
        done = block.end
    found += _inline(text, done, len(text))
    if extra is None:
        return found
    return _joined([*found, *(Span(m.start(), m.end(), "extra") for m in extra.finditer(text) if m[0])])


def outside(text: str, protected: Sequence[Span], rule: Callable[[str], str]) -> str:
    """Apply a rule to what lies between the spans, each stretch for itself."""
    pieces: list[str] = []
    done = 0
    for span in protected:
        if span.start > done:
            pieces.append(rule(text[done : span.start]))
        pieces.append(text[span.start : span.end])
        done = span.end
    if done < len(text):
        pieces.append(rule(text[done:]))
    return "".join(pieces)


def fences(text: str) -> list[Fence]:
    """Return the fenced blocks; one that is never closed runs to the end."""
    if "```" not in text and "~~~" not in text:
        return []
    found: list[Fence] = []
    opened: re.Match[str] | None = None
    for match in _FENCE.finditer(text):
        info = match["info"].strip()
        if opened is None:
            opened = match if "`" not in info else None
        elif not info and match["mark"].startswith(opened["mark"]):
            found.append(_fence(opened, match.start(), match.end()))
            opened = None
    if opened is not None:
        found.append(_fence(opened, len(text), len(text)))
    return found


def _fence(opened: re.Match[str], body_end: int, end: int) -> Fence:
    words = opened["info"].split(maxsplit=1)
    info = words[0].strip("{}.").lower() if words else ""
    return Fence(opened.start(), end, min(opened.end() + 1, body_end), body_end, info)


def _inline(text: str, start: int, end: int) -> Iterator[Span]:
    for match in _INLINE.finditer(text, start, end):
        kind = match.lastgroup
        if kind is not None:
            yield Span(match.start(kind), match.end(), kind)  # type: ignore[arg-type]  # the groups are named for kinds


def _joined(found: list[Span]) -> list[Span]:
    """Put spans in order; where two overlap the later one keeps only what sticks out."""
    found.sort(key=lambda span: (span.start, -span.end))
    joined: list[Span] = []
    done = 0
    for span in found:
        if span.start >= done:
            joined.append(span)
        elif span.end > done:
            joined.append(Span(done, span.end, span.kind))
        done = max(done, span.end)
    return joined


def keeps(text: str) -> Iterator[Span]:
    """What the user marked; a mark that is never closed holds to the end."""
    start = text.find(_KEEP)
    while start >= 0:
        closing = text.find(_KEPT, start)
        end = len(text) if closing < 0 else closing + len(_KEPT)
        yield Span(start, end, "keep")
        start = text.find(_KEEP, end)


def _fence_spans(text: str) -> Iterator[Span]:
    return (Span(fence.start, fence.end, "fence") for fence in fences(text))


def _front(text: str) -> Iterator[Span]:
    if match := _FRONT.match(text):
        yield Span(0, match.end(), "front")


def _tables(text: str) -> Iterator[Span]:
    """A row of dashes and bars makes a table of the line above and of the lines below that have bars."""
    if "|" not in text or "-" not in text:
        return
    done = 0
    for ruler in _RULER.finditer(text):
        if ruler.start() < done:
            continue
        above = text.rfind("\n", 0, max(ruler.start() - 1, 0)) + 1
        start = above if "|" in text[above : ruler.start()] else ruler.start()
        done = bars_end(text, ruler.end())
        yield Span(start, done, "table")


def bars_end(text: str, end: int) -> int:
    """Return where the rows of a table end: lines with a bar, from the line after `end` on."""
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
