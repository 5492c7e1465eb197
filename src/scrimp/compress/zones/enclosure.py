"""The strings, here-documents and comments of programs: what stands in one is part of the program."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import TypeAlias

from msgspec import Struct

Span: TypeAlias = tuple[int, int]

# Where a here-document begins and the word that ends it: of shells, Ruby, Perl, PHP, Terraform, Dockerfiles.
_HERE_DOCUMENT = re.compile(r"<<[-~<]?[ \t]*+(?:trim |\\)?(['\"]?)([A-Za-z_]\w*+)\1")
_FIRST_WORD = re.compile(r"^[ \t]*+([A-Za-z_]\w*+)", re.MULTILINE)
_LOOK_BACK = 40  # characters
# What opens a block of text in YAML: a bar, or the line of a key that is itself in a mapping. The block goes on for as
# long as lines are indented further.
_BLOCK_END = r"[ \t\r]*+(?:(?<=\s)#[^\n]*+)?$"
_BLOCK_KEY = re.compile(rf"\n ++(?:- ++)*+[\w.\"'/-]++:{_BLOCK_END}", re.MULTILINE)
_BLOCK_HEADER = re.compile(
    r"[\n:?-](?:(?<!\n)[ \t]++(?:[&!]\S*+[ \t]++){0,2}+[|>][-+1-9]{0,2}|(?<=\n) ++(?:- ++)*+[\w.\"'/-]++:)"
    rf"{_BLOCK_END}",
    re.MULTILINE,
)
# A quoted text in YAML, under a key or in a list: all of its lines are indented.
_QUOTED_SCALAR = re.compile(
    r"\n *+(?:- ++)*+(?:[\w.\"'/-]++:[ \t]++|(?<=- ))"
    r"(\"[^\"\\\n]*+(?:(?:\\.|\n(?:\r?\n)*+[ \t])[^\"\\\n]*+)*+\"|'[^'\n]*+(?:(?:''|\n(?:\r?\n)*+[ \t])[^'\n]*+)*+')"
    r"[ \t\r]*+(?:#[^\n]*+)?$",
    re.MULTILINE | re.DOTALL,
)


class _Pair(Struct, frozen=True):
    """What opens and what closes; `before` must match what precedes the opening on its line, up to the opening.

    Quotation marks may also frame a document of a prompt: where one is `surely` in a string, more precedes it.
    """

    opening: str
    closing: re.Pattern[str]
    before: re.Pattern[str]
    surely: re.Pattern[str]


def _pair(opening: str, closing: str, before: str = "", surely: str = "") -> _Pair:
    either = (re.compile(f"(?:{words})\\Z") for words in (before, surely or before))
    return _Pair(opening, re.compile(closing, re.MULTILINE), *either)


# What an expression has before a string: a person who quotes something has other signs or words there.
_OPERATOR = r"(?:[=(,:+\[{>?|&]|\b(?:return|yield|[bfru]{1,2}))\s*[$@#]*"
_ASSIGNED = r"(?:(?:[=(\[{]|\breturn|\s--?[\w-]+|\b(?:echo|printf))\s*[$@#bfruBFRU]*|=\s*\w+|~[sS]|@\w*doc\s+)"
# A string that begins where an expression does, whatever follows it. Each choice begins with a sign that few have.
_STRING = re.compile(
    r"(?:=|\[|\{|\((?:\w++(?: [\w-]++)?\n?|(?:\w++,[ \t]*+)++)?|<(?:-|<{1,2})|-(?<=\s-)-?[\w-]++"
    r"|u(?<=\bretu)rn|s(?<=\bs)et(?: -{1,2}\w++)*+ \w++|c(?<=\bec)ho|p(?<=\bp)rintf|\)\n(?=[ \t]))"
    r"[ \t]*+[$@#bfruBFRU]*+(\"[^\"\\]*+(?:\\.[^\"\\]*+)*+\"|'[^'\\]*+(?:\\.[^'\\]*+)*+')",
    re.DOTALL,
)
_PAIRS = (
    _pair('"""', '"""', rf"{_OPERATOR}|\A[ \t]+", _ASSIGNED),
    _pair("'''", "'''", rf"{_OPERATOR}|\A[ \t]+", _ASSIGNED),
    _pair("`", "(?<!`)`(?!`)", rf"{_OPERATOR}|\A\w+", _ASSIGNED),
    *(_pair(quote + end, rf"^[ \t]*+@?{quote}", r"[=(,\s@]", _ASSIGNED) for quote in "'\"" for end in ("\n", "\r\n")),
    _pair(',"', r'(?<!")"(?=[,;\r\n]|\Z)', r"\A[^\s\"{\[][^\"{\[]*"),  # a field of CSV
    _pair("''\n", r"^[ \t]*+''", r"=[ \t]*"),
    _pair("define ", "^endef", r"\A"),
    _pair("$\n", r"^[ \t]*+\$\w*+\$", r"\$\w*"),
    *(_pair(marks[:2], re.escape(marks[2:]), r"\A|\s") for marks in ("/**/", "/++/", "(**)", "#||#", "<##>")),
    _pair("<!--", "-->"),
    _pair("=[", r"\]=+\]", r"(?:#|--|[=(]\s*)\[=*"),  # of CMake and Lua
    _pair("{-", r"-\}", r"\A[ \t]*"),
    _pair("<![CDATA[", r"\]\]>"),
    *(_pair(rf"\begin{{{name}}}", rf"\\end\{{{name}\}}", r"\A\s*") for name in ("verbatim", "lstlisting", "minted")),
    *(_pair(f"#+{begin}_", rf"^\s*+#\+{end}_", r"\A\s*") for begin, end in (("BEGIN", "END"), ("begin", "end"))),
    *(_pair(f"__{word}__\n", r"\Z", r"\A") for word in ("DATA", "END")),
    *(_pair(sign, "^=(?:end|cut)", r"\A") for sign in ("=begin", "=pod", "=head")),
)


class Enclosures:
    """Enclosed parts of one text, in the order of their beginnings."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self.spans = sorted(spans)
        self._starts = [start for start, _ in self.spans]
        self._ends = list(accumulate((end for _, end in self.spans), max))  # the furthest so far

    def around(self, start: int, end: int) -> bool:
        """Return whether what is between two places is inside one of them."""
        before = bisect_left(self._starts, start + 1)
        return before > 0 and self._ends[before - 1] >= end


def enclosed_texts(text: str, *, surely: bool = False) -> Iterator[Span]:
    """Yield the enclosed parts of a text but those of YAML, or those that are `surely` part of a program."""
    for pair in _PAIRS:
        yield from _find(text, pair, pair.surely if surely else pair.before)
    yield from ((found.start(1) + 1, found.end() - 1) for found in _STRING.finditer(text) if "\n" in found[1])
    yield from _here_documents(text)


def _here_documents(text: str) -> Iterator[Span]:
    openings = list(_HERE_DOCUMENT.finditer(text))
    if not openings:
        return
    places: defaultdict[str, list[int]] = defaultdict(list)
    for line in _FIRST_WORD.finditer(text):
        places[line[1]].append(line.start(1))
    for opening in openings:
        ends = places.get(opening[2], [])
        at = bisect_left(ends, opening.end())
        if at < len(ends):
            yield opening.end(), ends[at]


def yaml_texts(text: str) -> Iterator[Span]:
    """Yield the texts of several lines in YAML: indented blocks, and what is quoted."""
    text = f"\n{text}"  # for patterns that begin with the end of a line, which is found fast
    for found in _QUOTED_SCALAR.finditer(text):
        if "\n" in found[1]:
            yield found.start(1) - 1, found.end(1) - 1
    at, headers = 0, _BLOCK_HEADER if "|" in text or ">" in text else _BLOCK_KEY
    while header := headers.search(text, at):
        line = text[text.rfind("\n", 0, header.start()) + 1 : header.start()]
        indent = len(line) - len(line.lstrip(" ")) if header[0][0] != "\n" else 0
        following = re.compile(rf"\n {{0,{min(indent, 80)}}}\S").search(text, header.end())
        at = following.start() if following else len(text) - 1
        yield header.end() - 1, at


def _find(text: str, pair: _Pair, before: re.Pattern[str]) -> Iterator[Span]:
    at = 0 if all(sign in text for sign in pair.opening) else len(text)  # a single sign is found fast
    while (start := text.find(pair.opening, at)) >= 0:
        at = start + len(pair.opening)
        line = text[max(start - _LOOK_BACK, 0) : start].rpartition("\n")[2]
        if text[start - 1 : start] == pair.opening or not before.search(line):  # of a row of marks none opens anything
            continue
        closing = pair.closing.search(text, at)
        if closing is None:
            return
        yield at, closing.start()
        at = closing.end()
