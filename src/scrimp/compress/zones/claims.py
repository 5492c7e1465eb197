"""A stretch of a text that a detector claims for a kind, and what detectors share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from scrimp.compress.zones.zone import Form, Kind


class ZoneClaim(Struct, frozen=True, gc=False):
    """A stretch whose kind is known, in lines or in characters."""

    start: int
    end: int
    kind: Kind
    form: Form


Detector = Callable[[list[str]], Iterable[ZoneClaim]]


def closing_tag(text: str, start: int, name: str, *, opened: bool) -> re.Match[str] | None:
    """Return the tag that closes the one of that name which is opened at `start`, or just before."""
    depth = int(opened)
    for tag in re.compile(rf"<(/?){re.escape(name)}\b", re.IGNORECASE).finditer(text, start):
        depth += -1 if tag[1] else 1
        if depth <= 0:
            return tag
    return None


def paragraphs(lines: list[str]) -> Iterator[tuple[int, int]]:
    """Yield where each run of lines with words begins and ends."""
    start = 0
    for at in [*(at for at, line in enumerate(lines) if not line or line.isspace()), len(lines)]:
        if at > start:
            yield start, at
        start = at + 1
