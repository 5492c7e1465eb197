"""The lines around a part of a text, which tell whether a template or unfinished code holds it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from scrimp.compress.zones.code_detectors import CODE_LINE
from scrimp.compress.zones.signs import any_sign

_LOOK_AROUND = 400  # characters
# A line that a template engine or a language of markup reads; other elements, and blank lines, are passed over. First,
# for speed, the characters that one begins with.
_DIRECTIVE = re.compile(rf"[ \t]*+(?=[{{<:@#%`.\[\\/*>ei-])(?:{any_sign('directive')})")
_ELEMENT = re.compile(r"\s*<.*>\s*\Z")
# How a line of code ends that goes on, with an open bracket, an operator or a mark of quotation; how a listing begins.
UNFINISHED = re.compile(any_sign("unfinished"), re.IGNORECASE)
# A line that nothing of that ends or begins, which tells most lines of a text at once: its end, its beginning, no sign.
FINISHED = re.compile(r"(?![ \t#\\+])[^=|]*+(?<![(\[{&\\\"'`;:])(?<!return)(?<!yield)", re.IGNORECASE)
# A line that no person writes right above or below a document: signs that are no ruler, a word alone.
_OF_CODE = re.compile(
    r"\s*+(?:(?!([-=*_~#+.<>`\"'])\1{2,}\s*\Z|[<>]{2}\s*\Z)[^\w\s][^\w\n]*+|[^\w\s\[(<:`]?[A-Za-z]\w*+[^\w\s\])>:.!?,`]?)\s*\Z"
)
# The same signs above and below, which frame a part; a statement of code beside one, or the title of a listing.
_FRAME = re.compile(r"(?:\A|\n)([^\n]*+)\n[ \t]*+([^\w\s]{3,})[ \t]*+\n\Z")
_STATEMENT = re.compile(rf"{CODE_LINE}|\.\w|\[[a-z][^\]]*\][ \t]*\Z")
_BRACKETS = (("(", ")"), ("[", "]"), ("{", "}"))
_CLOSED = tuple((closing, opening) for opening, closing in _BRACKETS)
_NO_BRACKET = re.compile(r"[:;]-?[()]|^\s*\w{1,2}\)", re.MULTILINE)  # smileys, numbers of items
_NO_QUOTE = re.compile(r"\"{3}|(?:[:\s]|\A)\"\s*\Z|(?<=\d)\"")  # what frames a document; inches
_QUOTED_BY_LABEL = re.compile(r"^\w[\w ]*+: \"\S[^\"]*+\Z", re.MULTILINE)
_ONE_WORD = re.compile(r"\W*+\w{2,}+\W*+")
_SAME_WORD = re.compile(r"\W*+\w.*[^\w\s/<](\w{2,}+)[^\w\n]*+\n\W*+\1\W*")  # of a here-document


def is_inside(text: str, start: int, end: int) -> bool:
    """Return whether what is right above or below a part, with no blank line between, is not what a person writes.

    That is a line of signs or of one word, a line that is indented further, and an open bracket or mark of quotation.
    """
    above = text[max(0, start - _LOOK_AROUND) : start].replace("\r", "")
    below = text[end : end + _LOOK_AROUND].replace("\r", "")
    before, after = above.rstrip().rpartition("\n")[2], below.partition("\n")[0]
    first = text[start : min(end, start + _LOOK_AROUND)]
    indent = len(first) - len(first.lstrip(" \t"))
    if (frame := _FRAME.search(above)) and frame[2] == after.strip():  # code has it where a person has words
        beyond = "".join(below.split("\n", 2)[1:2])
        return _is_further(frame[1], indent) or any(map(_STATEMENT.match, (frame[1], beyond)))
    apart = above.endswith("\n\n") or not above.strip()
    beside = before if apart else above.rpartition("\n\n")[2]
    following = below.partition("\n\n")[0]
    of_code = (not apart and _is_of_code(before, indent)) or _is_of_code(after, indent)
    if of_code or _unclosed(beside, _BRACKETS) or _unclosed(following, _CLOSED):
        return True
    quoted = _is_open(beside) or (len(following) < _LOOK_AROUND and _is_open(following))
    return quoted and not _QUOTED_BY_LABEL.search(beside)


def _is_of_code(line: str, indent: int) -> bool:
    return _is_further(line, indent) or _OF_CODE.match(line) is not None


def _is_further(line: str, indent: int) -> bool:
    return len(line) - len(line.lstrip()) > indent and line.strip()[:1].isalnum() and not line.endswith(":")


def _is_open(paragraph: str) -> bool:
    return _NO_QUOTE.sub("", paragraph).count('"') % 2 == 1


def _unclosed(paragraph: str, pairs: Iterable[tuple[str, str]]) -> bool:
    words = _NO_BRACKET.sub("", paragraph)
    return any(words.count(first) > words.count(second) for first, second in pairs)


def is_framed(text: str, start: int, end: int) -> bool:
    """Return whether a directive is above or below a part, code that goes on in it, or one word."""
    before, opened = _line_beside(text[max(0, start - _LOOK_AROUND) : start].removesuffix("\n"), above=True)
    after, closed = _line_beside(text[end : end + _LOOK_AROUND], above=False)
    if opened or closed or (not FINISHED.fullmatch(before.rstrip()) and UNFINISHED.search(before)):
        return True
    here_document = _ONE_WORD.fullmatch(after) and _SAME_WORD.fullmatch(f"{before.strip()}\n{after.strip()}")
    return here_document is not None


def _line_beside(text: str, *, above: bool) -> tuple[str, bool]:
    """Return the nearest line that is not an element of markup, and whether there is a directive up to it.

    A line feed is behind one that has a blank line between.
    """
    apart = ""
    while text:
        if above:
            text, _, line = text.rpartition("\n")
        else:
            line, _, text = text.partition("\n")
        if not line or line.isspace():
            apart = "\n"
        elif _DIRECTIVE.match(line):
            return line, True
        elif not _ELEMENT.match(line):
            return line + apart, False
    return "", False
