"""Split a text into blocks, paragraphs and what a label or list mark begins, and tell what each block begins with."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple, TypeAlias

from scrimp.compress.instructions.labels import HEADING, ITEM, MAY_BE_NUMBERED, RULER, label_at, numbered_at

# documents: a label that says so; passage: a number, title or heading that begins one of several; item: of a list.
Mark: TypeAlias = Literal["question", "task", "documents", "passage", "item", "ruler", "none"]

_ROW = re.compile(r"[ \t]*+(?:\|.*\|[ \t]*$|(?:[!;%]|//|rem) )")  # of a table or comment: none without some of its rows

# Lines that begin with a letter and begin nothing, as most do: none has a name before a colon, or a number after a word
# or two. They are found together, as are blank ones.
_PLAIN = re.compile(
    r"(?:[ \t]*+(?=[^\W\d_])(?!rem )"
    rf"(?![^:\uff1a\n#*_=<>]{{1,70}}+[*_]*+[ \t]*+[:\uff1a]|{MAY_BE_NUMBERED})[^\n]++(?:\n|\Z))++|(?:[^\S\n]*+\n)++"
)

_GOES_ON = re.compile(r"[ \t]*+\(\d+\)[ \t]++[a-z].*[^.!?]\Z")  # an item of a sentence: "(1) the page that you see"


class Block(NamedTuple):
    """A part of a text: where it starts and ends, what it begins with, and where its own text starts.

    `word` is what is before the number: an unknown one begins a passage where it does so several times.
    """

    start: int
    end: int
    mark: Mark
    body: int
    numbered: bool = False
    word: str | None = None


def blocks(text: str, gaps: Iterable[tuple[int, int]]) -> list[Block]:
    """Return the blocks of the parts of a text, each of which starts and ends a line."""
    lines = [line for start, end in gaps for line in _lines(text, start, end)]
    repeated = Counter(line.word for line in lines if line.word is not None)
    alone = {word for word, count in repeated.items() if count == 1}  # a number after it begins nothing
    return _joined(
        text, (line._replace(mark="none", body=line.start) if line.word in alone else line for line in lines)
    )


def _lines(text: str, start: int, end: int) -> Iterator[Block]:
    while start < end:
        plain = _PLAIN.match(text, start, end)
        after = plain.end() if plain else min(text.find("\n", start, end) + 1 or end, end)
        yield Block(start, after, "none", start) if plain else _line(text, start, after)
        start = after


def _line(text: str, start: int, end: int) -> Block:
    line = text[start : min(end, start + 400)].rstrip()
    if RULER.match(line) or _ROW.match(line):
        return Block(start, end, "ruler", end)
    label = label_at(line)
    if label and label.kind in ("question", "task", "documents"):
        return Block(start, end, label.kind, start + label.end, label.numbered)
    if label:
        return Block(start, end, "passage", end, True)
    if (numbered := numbered_at(line)) and not _GOES_ON.match(line):
        return Block(start, end, "passage", start + numbered.end(), True, (numbered["word"] or "").casefold())
    if HEADING.match(line):
        return Block(start, end, "passage", end)
    item = ITEM.match(line)
    return Block(start, end, "item" if item else "none", start + item.end() if item else start)


def _joined(text: str, lines: Iterable[Block]) -> list[Block]:
    """Return blocks: a line that begins something, with the lines after it up to a blank one or the next such line."""
    joined: list[Block] = []
    blank = False
    for line in lines:
        is_blank = text[line.start : line.end].isspace()
        starts = line.mark != "none" or (blank and not is_blank) or not joined or joined[-1].end != line.start
        if starts or (joined[-1].mark == "ruler" and not is_blank):
            joined.append(line)
        else:
            joined[-1] = joined[-1]._replace(end=line.end)
        blank = is_blank
    return joined
