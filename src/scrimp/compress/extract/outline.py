"""Where the sentences of a text stand: in which paragraph, and under which labels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from scrimp.compress.extract.sentences import INLINE, PASSAGE, TAG, is_break, label_rank

_TAG_NAME = re.compile(r"\s*<(/?)([^\s/>]+)")


@dataclass(frozen=True, slots=True)
class Outline:
    """Where everything stands: sentences by paragraph, and over each unit the label it stands under."""

    paragraphs: list[list[int]]
    over: dict[int, int]  # unit -> label; for a tag that closes, the one that opened
    closing: dict[int, int]  # opening tag -> the tag that closes it


class _Labels:
    """The labels a reader has in mind at a place in the text, outermost first."""

    def __init__(self) -> None:
        self.open: list[tuple[int, int, str]] = []  # (rank, unit, name of the tag)
        self.first: list[dict[int, int]] = [{}]  # within each open tag: where the outermost label of a rank stands
        self.tags: Counter[str] = Counter()
        self.last_sentence = -1

    def innermost(self) -> int:
        return self.open[-1][1] if self.open else -1

    def push(self, rank: int, unit: int, tag: str) -> int:
        """Open a label, which ends those of its rank that have had a sentence; return the one over it."""
        if rank != TAG:
            self._end(rank)
        over = self.innermost()
        self.first[-1].setdefault(rank, len(self.open))
        self.open.append((rank, unit, tag))
        if rank == TAG:
            self.first.append({})
            self.tags[tag] += 1
        return over

    def close(self, tag: str) -> int:
        """Close a tag with all that is open in it; return where it was opened."""
        while True:
            _, unit, name = self._pop()
            if name == tag:
                return unit

    def end_line(self) -> None:
        while self.open and self.open[-1][0] == INLINE:
            self._pop()

    def _end(self, rank: int) -> None:
        """End the label of that rank, or else those of lower ones; labels in a row stand under each other."""
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


def outlined(units: Sequence[str]) -> Outline:
    """Return where each unit stands; units are those of `sentences`, in order."""
    outline, labels = Outline([[]], {}, {}), _Labels()
    for index, unit in enumerate(units):
        rank = label_rank(unit)
        tag = _TAG_NAME.match(unit) if rank == TAG else None
        if is_break(unit):
            labels.end_line()
            if unit.count("\n") > 1:
                outline.paragraphs.append([])
        elif tag and tag[1] and labels.tags[tag[2]]:
            outline.over[index] = labels.close(tag[2])
            outline.closing[outline.over[index]] = index
        elif rank is None or (tag and (tag[1] or unit.rstrip().endswith("/>"))):
            outline.paragraphs[-1].append(index)
            outline.over[index] = labels.innermost()
            labels.last_sentence = index
        else:
            if rank == PASSAGE:
                outline.paragraphs.append([])
            outline.over[index] = labels.push(rank, index, tag[2] if tag else "")
    return outline
