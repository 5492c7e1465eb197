"""Find running prose among documents: paragraphs of sentences, which alone may be selected from.

What is not clearly prose stays whole, whatever it is: a log, a table, an address, a poem, a list, a program.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from scrimp.compress.instructions.labels import ITEM, TAG_LINE, label_end
from scrimp.compress.zones.prose import may_be_prose

# Lines beside each other, but for tags alone on theirs, which part documents as blank lines do.
_PARAGRAPH = re.compile(rf"(?:^(?!{TAG_LINE})[^\S\n]*+\S[^\n]*+(?:\n|\Z))++", re.MULTILINE)
_MARKS = r"[\"'\u201d\u2019\u00bb)\]*_]*+"
_END = re.compile(
    rf"[\w%\u0300-\u036f\u0900-\u0dff]{_MARKS}[.!?\u2026]++{_MARKS}(?=[\s<\[(]|\Z)"
    r"|[\u0589\u061f\u06d4\u1362\u0964\u3002\uff01\uff1f]|[\u0e00-\u109f\u1780-\u17ff]{15}"  # Thai has none
)
_ENDS_LINE = re.compile(rf"[.!?\u2026\u0589\u061f\u06d4\u1362\u0964\u3002\uff01\uff1f]{_MARKS}\s*\Z")
_MARKUP = re.compile(r"</?[A-Za-z][^<>\n]*>|^[> \t]+", re.MULTILINE)  # tags, and marks of what is quoted
_COLUMNS = re.compile(r"[^\s.!?|](?:\t| {3,})\S|\.{5}|(?: \.){4}")  # with leaders, too
_NO_WORD = re.compile(r"(?<!\S)(?:[A-Z]*+[a-z]++[A-Z]|[\d.,-]++(?!\S))")  # a number, a name of code
_SIGN, _MOST_SIGNS = re.compile(r"[!-@\[-`{-~]"), 0.4  # digits, too; of all that is not blank; prose has 0.05
# Lines beside each other that one sign of comments begins.
_COMMENTS = re.compile(r"(?m)^[ \t]*+(?:(#++|//+|--|;+|%+|!|')(?:[ \t].*)?\n(?=[ \t]*+\1(?:\s|\Z))|/\*|\{-)")
_BEFORE_ITEM = re.compile(rf"(?:\A|\n){ITEM.pattern}")
_SPEAKER = re.compile(r"(?!\s|[-*+] )[\W\d_]*([^\W\d_][^\n:]{0,30}):\s")  # of a chat, after a time
# Of a sentence; words of code and of records go on with signs, and ids with digits.
_FIRST_WORD = re.compile(
    rf"(?:{ITEM.pattern})?[\"'\u201c\u2018\u00ab\u201e(\u00bf\u00a1*_]*+"
    r"(?:\d+(?=[^\W\da-zA-Z]))?[^\W\d_]++(?![_:=.(\[]|(?<=[a-z])\d)"
)
_FEW = 3  # lines, below which a paragraph is a heading or a few sentences, and judged with what is around it
_SEVERAL, _MOST_OTHERS = 3, (0.3, 0.35)  # sentences, prose even if a number begins them; of others where fewer, and not
_WRAPPED, _FULL, _NEARLY = 40, 0.8, 0.6  # characters of the longest line; shares of all lines, of the longest
_LINE, _LONG_LINE, _LONG_ITEM = 50, 80, 45  # bytes on average of lines that are sentences, characters of an item
_MOST_ALIKE = 0.4  # of lines that begin with the same word


@lru_cache(maxsize=4)  # the latest, which is asked for again when its sentences are selected
def prose_size(text: str) -> int:
    """Return how many characters of a text are surely prose: none of one that takes long to read by sentences."""
    found = _PARAGRAPH.findall(text) if may_be_prose(text) else ()
    return sum(len(paragraph) for paragraph in found if _kind(paragraph) == "prose")


def other_spans(text: str, *, follows: bool = False, is_followed: bool = False) -> list[tuple[int, int]]:
    """Return the places of what is not prose; headings, and words without a period, are judged with what is around.

    Such words are not prose if they are indented further than what is above, or only name what is below: what is so
    itself, or not prose. Nor is the first paragraph of a text that follows records or code, or the last, if no blank
    line parts them.
    """
    first = len(text.partition("\n")[0]) if follows else -1
    last = text.rfind("\n") if is_followed else len(text)
    found = list(_PARAGRAPH.finditer(text))
    indents = [len(one[0]) - len(one[0].lstrip()) for one in found]
    spans, stays = list[tuple[int, int]](), False
    for at, one in reversed([*enumerate(found)]):
        kind, above, below = _kind(one[0]), indents[max(at - 1, 0)], indents[at : at + 2][-1]
        stays = kind == "other" or (kind == "unsure" and (stays or above < indents[at] or indents[at] < below))
        if stays or one.start() <= first or one.end() > last:
            spans.append(one.span())
    return spans[::-1]


def _kind(paragraph: str) -> Literal["prose", "other", "unsure", "label"]:
    lines = [line.strip() for line in _MARKUP.sub("", paragraph).split("\n")]
    bodies = [line[end:] for line in lines if (end := label_end(line)) < len(line)]
    ends = [len(_END.findall(line)) for line in bodies]
    first = 0
    while first < len(bodies) - 1 < _FEW and any(ends) and not ends[first]:  # a heading, or what names a passage
        first += 1
    bodies, ends = bodies[first:], ends[first:]
    words = paragraph.split()
    are_signs = len(_SIGN.findall(paragraph)) > _MOST_SIGNS * len("".join(words))
    are_values = len(_NO_WORD.findall(paragraph)) > _MOST_OTHERS[sum(ends) >= _SEVERAL] * len(words)
    has_columns = any(sign in paragraph for sign in ("\t", "   ", ".....", " . . . .")) and _COLUMNS.search(paragraph)
    if are_signs or are_values or has_columns or _COMMENTS.search(paragraph):
        return "other"
    if _is_chat(paragraph.splitlines()):
        return "prose"
    if len(bodies) < _FEW:
        if not any(ends):
            return "unsure" if bodies else "label"
        return "prose" if sum(ends) >= _SEVERAL or (ends[-1] and _FIRST_WORD.match(bodies[-1])) else "other"
    is_prose = any(ends) and (_is_wrapped(bodies) or _are_sentences(bodies, ends) or _are_items(lines))
    return "prose" if is_prose else "other"


def _is_wrapped(lines: Sequence[str]) -> bool:
    """Return whether an editor broke the lines: the first word of the next did not fit, or a sentence goes on."""
    longest, beside = max(map(len, lines)), len(lines) - 1
    full = sum(len(line) + 1 + len(after.split(None, 1)[0]) > longest for line, after in pairwise(lines))
    nearly = sum(len(line) >= _NEARLY * longest for line in lines[:-1])
    goes_on = sum(line[0].islower() for line in lines[1:])
    if longest < _WRAPPED or 2 * sum(_ENDS_LINE.search(line) is not None for line in lines[:-1]) > beside:
        return False
    return full >= _FULL * beside or (nearly >= _FULL * beside and goes_on >= _NEARLY * beside)


def _are_sentences(lines: Sequence[str], ends: Sequence[int]) -> bool:
    """Return whether the lines begin with words, and have several sentences, or a long one and are not alike."""
    mean, most = len("".join(lines).encode("utf-8", "surrogatepass")) / len(lines), len(lines) / 2
    words = Counter(found[0] for found in map(_FIRST_WORD.match, lines) if found)
    if words.total() < _FULL * len(lines):
        return False
    if sum(end > 1 for end in ends) >= most:
        return mean >= _LINE
    return mean >= _LONG_LINE and sum(map(bool, ends)) >= most and max(words.values()) <= _MOST_ALIKE * len(lines)


def _are_items(lines: Sequence[str]) -> bool:
    items = _BEFORE_ITEM.split("\n".join(lines))[ITEM.match(lines[0]) is not None :]
    long = sum(len(item) >= _LONG_ITEM for item in items)
    sentences = sum(bool(_ENDS_LINE.search(item) and _FIRST_WORD.match(item.replace("\n", " "))) for item in items)
    return len(items) > 1 and 2 * min(long, sentences) >= len(items)


def _is_chat(lines: Sequence[str]) -> bool:
    names = [found[1] for found in map(_SPEAKER.match, lines) if found]
    return len(lines) >= _FEW and 2 * len(names) >= len(lines) and 2 * len({*names}) <= len(names)  # people speak again
