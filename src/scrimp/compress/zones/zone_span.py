"""The parts of a text that detectors find, and helpers that several detectors use."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from msgspec import Struct

from scrimp.compress.zones.zone import ZoneForm, ZoneKind

Item = TypeVar("Item")
_EITHER_TAG = re.compile(r"<(/?)([A-Za-z][\w.-]*+)")


class ZoneSpan(Struct, frozen=True, gc=False):
    """A part of a text whose zone is known; `start` and `end` count lines in a detector, characters elsewhere."""

    start: int
    end: int
    kind: ZoneKind
    form: ZoneForm


Detector = Callable[[list[str]], Iterable[ZoneSpan]]


def closing_tags(text: str) -> dict[int, int]:
    """Return for each start tag, by its place, where its end tag begins."""
    closings: dict[int, int] = {}
    opened: defaultdict[str, list[int]] = defaultdict(list)
    for tag in _EITHER_TAG.finditer(text):
        places = opened[tag[2].lower()]
        if not tag[1]:
            places.append(tag.start())
        elif places:
            closings[places.pop()] = tag.start()
    return closings


def gaps(start: int, end: int, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield what spans, in order, leave between two places."""
    for first, after in (*spans, (end, end)):
        if first > start:
            yield start, first
        start = max(start, after)


def overlaps(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Return whether a part of a text has a place in common with one of the spans, which are in order."""
    before = bisect_left(spans, (end,))
    return before > 0 and spans[before - 1][1] > start


def runs(items: Iterable[Item], is_next: Callable[[Item, Item], object]) -> Iterator[list[Item]]:
    """Yield items together for as long as each is next to the one before."""
    run: list[Item] = []
    for item in items:
        if run and not is_next(run[-1], item):
            yield run
            run = []
        run.append(item)
    if run:
        yield run


def lines_that(test: Callable[[str], object], lines: Sequence[str]) -> list[int]:
    """Return the numbers of the lines that pass a test, which looks at each different line but once."""
    passing = {line for line in set(lines) if test(line)}
    return [at for at, line in enumerate(lines) if line in passing] if passing else []


def paragraph_ranges(lines: list[str]) -> Iterator[tuple[int, int]]:
    """Yield the first line and the end of each run of lines that are not blank."""
    start = 0
    for at in [*(at for at, line in enumerate(lines) if not line or line.isspace()), len(lines)]:
        if at > start:
            yield start, at
        start = at + 1
