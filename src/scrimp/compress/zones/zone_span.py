"""The parts of a text that detectors find, and helpers that several detectors use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct

from scrimp.compress.zones.zone import ZoneForm, ZoneKind


class ZoneSpan(Struct, frozen=True, gc=False):
    """A part of a text whose zone is known; `start` and `end` count lines in a detector, characters elsewhere."""

    start: int
    end: int
    kind: ZoneKind
    form: ZoneForm


Detector = Callable[[list[str]], Iterable[ZoneSpan]]


def find_closing_tag(text: str, start: int, name: str, *, opened: bool) -> re.Match[str] | None:
    """Return the end tag that matches the start tag at `start`; `opened` means that tag lies before `start`."""
    depth = int(opened)
    for tag in re.compile(rf"<(/?){re.escape(name)}\b", re.IGNORECASE).finditer(text, start):
        depth += -1 if tag[1] else 1
        if depth <= 0:
            return tag
    return None


def gaps(start: int, end: int, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield what spans, in order, leave between two places."""
    for first, after in (*spans, (end, end)):
        if first > start:
            yield start, first
        start = max(start, after)


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
