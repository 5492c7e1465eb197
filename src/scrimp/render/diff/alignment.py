"""What two sequences share, in order, in bounded time on any input.

difflib takes quadratic time where many changes lie apart, as they do when every line of a text was shortened. So items
that occur just once on both sides are matched first, and difflib compares the small gaps in between: Bram Cohen's
patience diff.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

_MAX_DIFFLIB_SIZE = 4096  # product of the lengths of a gap that difflib compares
_MAX_DEPTH = 8  # recursion depth of the search for items that occur once


class Edit(NamedTuple):
    """A range of one sequence that replaces a range of the other; either may be empty."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int


def edits(old: Sequence[str], new: Sequence[str]) -> list[Edit]:
    """Return where two sequences differ, in order; what lies between two changes is the same in both.

    Not always the fewest: a large gap in which nothing occurs just once is one change.
    """
    changes: list[Edit] = []
    gaps = [(Edit(0, len(old), 0, len(new)), 0)]
    while gaps:
        gap, depth = gaps.pop()
        gap = _trimmed(old, new, gap)
        before, after = gap.old_end - gap.old_start, gap.new_end - gap.new_start
        if not before and not after:
            continue
        if not before or not after:
            changes.append(gap)
        elif before * after <= _MAX_DIFFLIB_SIZE:
            changes += _difflib_edits(old, new, gap)
        elif depth < _MAX_DEPTH and (anchors := _anchors(old, new, gap)):
            gaps += [(between, depth + 1) for between in reversed(_gaps_between(gap, anchors))]
        else:
            changes.append(gap)
    return changes


def _trimmed(old: Sequence[str], new: Sequence[str], gap: Edit) -> Edit:
    old_start, old_end, new_start, new_end = gap
    while old_start < old_end and new_start < new_end and old[old_start] == new[new_start]:
        old_start += 1
        new_start += 1
    while old_start < old_end and new_start < new_end and old[old_end - 1] == new[new_end - 1]:
        old_end -= 1
        new_end -= 1
    return Edit(old_start, old_end, new_start, new_end)


def _difflib_edits(old: Sequence[str], new: Sequence[str], gap: Edit) -> list[Edit]:
    matcher = SequenceMatcher(None, old[gap.old_start : gap.old_end], new[gap.new_start : gap.new_end], autojunk=False)
    return [
        Edit(gap.old_start + i1, gap.old_start + i2, gap.new_start + j1, gap.new_start + j2)
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
        if tag != "equal"
    ]


def _anchors(old: Sequence[str], new: Sequence[str], gap: Edit) -> list[tuple[int, int]]:
    """Return the longest row of pairs, rising on both sides, of what occurs just once on both."""
    at_new = _unique_items(new, gap.new_start, gap.new_end)
    pairs = [
        (index, at_new[item])
        for item, index in _unique_items(old, gap.old_start, gap.old_end).items()
        if item in at_new
    ]
    tops: list[int] = []  # the lowest end of a row of each length, and which pair it is
    numbers: list[int] = []
    previous: list[int] = []
    for number, (_, other) in enumerate(pairs):
        length = bisect_left(tops, other)
        tops[length : length + 1] = [other]
        numbers[length : length + 1] = [number]
        previous.append(numbers[length - 1] if length else -1)
    row: list[tuple[int, int]] = []
    number = numbers[-1] if numbers else -1
    while number >= 0:
        row.append(pairs[number])
        number = previous[number]
    return row[::-1]


def _unique_items(items: Sequence[str], start: int, end: int) -> dict[str, int]:
    part = items[start:end]
    counts = Counter(part)
    return {item: index for index, item in enumerate(part, start) if counts[item] == 1}


def _gaps_between(gap: Edit, anchors: Sequence[tuple[int, int]]) -> list[Edit]:
    between: list[Edit] = []
    old_start, new_start = gap.old_start, gap.new_start
    for old_at, new_at in anchors:
        between.append(Edit(old_start, old_at, new_start, new_at))
        old_start, new_start = old_at + 1, new_at + 1
    between.append(Edit(old_start, gap.old_end, new_start, gap.new_end))
    return between
