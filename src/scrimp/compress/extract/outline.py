"""The outline of a text: which paragraph and which labels each sentence belongs to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate

from scrimp.compress.extract.sentences import is_break
from scrimp.compress.instructions.labels import (
    NAME_INLINE,
    NAME_LINE,
    PASSAGE,
    SENTENCE_END,
    TAG,
    header_lines,
    is_label_below,
    label_rank,
)

_MAX_TITLE = 100  # characters
_TAG_NAME = re.compile(r"\s*<(/?)([^\s/>]+)")


@dataclass(frozen=True, slots=True)
class Outline:
    """Indexes of units: the sentences of each paragraph, and the label that each unit is under."""

    paragraphs: list[list[int]]
    parent: dict[int, int]  # unit -> label, -1 for none; end tag -> start tag
    closing: dict[int, int]  # start tag -> end tag; sentence -> label below it, and label -> the next one


class _LabelStack:
    """The labels that are open at a place in the text, outermost first."""

    def __init__(self) -> None:
        self.open: list[tuple[int, int, str]] = []  # (rank, unit, tag name)
        self.first: list[dict[int, int]] = [{}]  # within each open tag: the depth of the outermost label of each rank
        self.tags: Counter[str] = Counter()
        self.last_sentence = -1

    def innermost(self) -> int:
        return self.open[-1][1] if self.open else -1

    def push(self, rank: int, unit: int, tag: str) -> int:
        """Open a label, which ends those of its rank that have had a sentence; return its parent."""
        if rank != TAG:
            self._end(rank)
        parent = self.innermost()
        self.first[-1].setdefault(rank, len(self.open))
        self.open.append((rank, unit, tag))
        if rank == TAG:
            self.first.append({})
            self.tags[tag] += 1
        return parent

    def close(self, tag: str) -> int:
        """Close a tag and all that is open in it; return its start tag."""
        while True:
            _, unit, name = self._pop()
            if name == tag:
                return unit

    def end_line(self) -> None:
        while self.open and self.open[-1][0] == NAME_INLINE:
            self._pop()

    def _end(self, rank: int) -> None:
        """End the label of that rank, or else those of lower rank; consecutive labels are nested."""
        depth = self.first[-1].get(rank)
        if depth is not None and self.open[depth][1] < self.last_sentence:
            while len(self.open) > depth:
                self._pop()
        while self.open and self.open[-1][0] > max(rank, TAG) and self.open[-1][1] < self.last_sentence:
            self._pop()

    def _pop(self) -> tuple[int, int, str]:
        label = self.open.pop()
        if label[0] == TAG:
            self.first.pop()
            self.tags[label[2]] -= 1
        if self.first[-1].get(label[0]) == len(self.open):
            del self.first[-1][label[0]]
        return label


def build_outline(units: Sequence[str], fixed: Collection[int] = ()) -> Outline:
    """Return the outline of units: those of `split_sentences`, and `fixed` ones, under labels but no sentences."""
    outline, labels, heads = Outline([[]], {}, {}), _LabelStack(), _heads(units)
    lines_above = {*heads.values()}
    ranks = _ranks(units)
    below, above = _below(units, ranks), list[int]()  # what a label below it is about
    in_line = 0  # sentences since the last break: a line of several is a paragraph
    for index, unit in enumerate(units):
        in_line = 0 if not index or is_break(units[index - 1]) else in_line + 1
        if index in fixed:
            outline.paragraphs.append([])
            outline.parent[index] = max(labels.innermost(), heads.get(index, -1))
            labels.last_sentence = labels.last_sentence if ranks[index] else index
            continue
        rank = NAME_LINE if _is_title(units, ranks, index) else ranks[index]
        tag = _TAG_NAME.match(unit) if rank == TAG else None
        if is_break(unit):
            labels.end_line()
            above = [] if unit.count("\n") > 1 else above
            if unit.count("\n") > 1 or in_line > 1:
                outline.paragraphs.append([])
        elif tag and tag[1] and labels.tags[tag[2]]:
            outline.parent[index] = labels.close(tag[2])
            outline.closing[outline.parent[index]] = index
        elif index in below and above and above[-1] >= index - 2:
            outline.parent[index] = outline.parent[above[-1]]
            outline.closing.update(dict.fromkeys(above, index))
            above = [index]
        elif rank is None or (tag and (tag[1] or unit.rstrip().endswith("/>"))):
            if index not in lines_above:
                outline.paragraphs[-1].append(index)
            above.append(index)
            outline.parent[index] = max(labels.innermost(), heads.get(index, -1))
            labels.last_sentence = index
        else:
            if rank in (PASSAGE, TAG):
                outline.paragraphs.append([])
            outline.parent[index] = max(labels.push(rank, index, tag[2] if tag else ""), heads.get(index, -1))
    return outline


def _ranks(units: Sequence[str]) -> list[int | None]:
    """Return the rank of each unit that is a label, or part of a line that is one."""
    ranks = [None if is_break(unit) else label_rank(unit) for unit in units]
    headers = header_lines("".join(units).split("\n"))
    places = accumulate((unit.count("\n") for unit in units), initial=0)
    for at, (unit, line) in enumerate(zip(units, places, strict=False)):
        if line in headers and ranks[at] is None and "\n" not in unit:
            ranks[at] = NAME_LINE
    return ranks


def _heads(units: Sequence[str]) -> dict[int, int]:
    """Return the line that each is indented below: the name of an entry or of an option, a title."""
    heads: dict[int, int] = {}
    above: list[tuple[int, int]] = []  # (indentation, unit)
    for at, unit in enumerate(units):
        if is_break(unit):
            continue
        if at and not units[at - 1].endswith("\n"):  # in the middle of a line
            if at - 1 in heads:
                heads[at] = heads[at - 1]
            continue
        indentation = len(unit[: len(unit) - len(unit.lstrip(" \t"))].expandtabs())
        while above and above[-1][0] >= indentation:
            above.pop()
        if above:
            heads[at] = above[-1][1]
        if len(unit) <= _MAX_TITLE and "\n" not in unit and not SENTENCE_END.search(unit.rstrip(": ")):
            above.append((indentation, at))
    return heads


def _below(units: Sequence[str], ranks: Sequence[int | None]) -> set[int]:
    """Return the labels that end a paragraph which they are about: on its last line, or on lines of their own below."""
    found: set[int] = set()
    for at in range(len(units) - 1, 0, -1):
        breaks = units[at + 1].count("\n") if at + 1 < len(units) and is_break(units[at + 1]) else -1
        if not is_break(units[at - 1]):
            ends = ranks[at] not in (None, TAG) and ranks[at - 1] is None and breaks
        else:
            ends = is_label_below(units[at]) and (
                breaks > 1 or at + 1 == len(units) or (breaks == 1 and at + 2 in found)
            )
            ends = ends and units[at - 1].count("\n") == 1
        if ends and (breaks > 0 or at + 1 == len(units)):
            found.add(at)
    return found


def _is_title(units: Sequence[str], ranks: Sequence[int | None], at: int) -> bool:
    """Return whether a unit is a title, with a sentence on the line below: of a paragraph, or of "Passage 1: Mills"."""
    begins = not at or units[at - 1].count("\n") > 1 or ranks[at - 1] == PASSAGE
    if not begins or at >= len(units) - 2 or ranks[at : at + 3] != [None] * 3:
        return False
    title, end, below = units[at : at + 3]
    ends = is_break(title), is_break(end), is_break(below)
    return ends == (False, True, False) and len(title) <= _MAX_TITLE and not SENTENCE_END.search(title)
