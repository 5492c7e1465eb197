"""Which detectors may find something in a text, told by signs that are looked for in the whole of it at once."""

from __future__ import annotations

import re
from collections.abc import Callable

from scrimp.compress.zones.claims import Detector
from scrimp.compress.zones.code import code, config
from scrimp.compress.zones.lines import (
    LEAST_REPETITIVE,
    LISTED_LINE,
    LOG_LINE,
    PROMPT_LINE,
    commits,
    diffs,
    listings,
    logs,
    repetitive,
    sessions,
    tables,
)

_INNER_GAP = re.compile(r"  (?<=\S  )")


def _anywhere(*signs: str) -> Callable[[str], bool]:
    return lambda text: any(sign in text for sign in signs)


def _on_a_line(pattern: str) -> Callable[[str], bool]:
    """Say whether a line begins so: what is after a line feed is found at once, what may be anywhere is not."""
    first, later = re.compile(pattern), re.compile(f"\n(?:{pattern})")
    return lambda text: bool(first.match(text) or later.search(text))


def _has_inner_gap(text: str) -> bool:
    return _INNER_GAP.search(text) is not None


_log_begins, _prompt_begins, _listing_begins = map(_on_a_line, (LOG_LINE, PROMPT_LINE, LISTED_LINE))
# Each with what it needs to find anything, told from the whole text: most texts have little of it.
_DETECTORS: tuple[tuple[Detector, Callable[[str], bool]], ...] = (
    (diffs, _anywhere("@@ -")),
    (commits, lambda text: text.startswith("commit ") or "\ncommit " in text),
    (logs, _log_begins),
    (tables, _anywhere(",", "\t", ";", "|")),
    (sessions, lambda text: _anywhere("$ ", "# ", "> ")(text) and _prompt_begins(text)),
    (listings, lambda text: _has_inner_gap(text) or _listing_begins(text)),
    (code, _anywhere("(", "=", ":", ";", "{", "import ")),
    (config, _anywhere("=", ":\n", ":\r\n")),
    (repetitive, lambda text: text.count("\n") >= LEAST_REPETITIVE - 1),
)


def fitting(text: str) -> list[Detector]:
    """Return the detectors that may find something in a text, in the order in which they look."""
    return [detector for detector, shows in _DETECTORS if shows(text)]
