"""The detectors in order, each with a quick test of whether it can find anything in a text or a part of its lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

from scrimp.compress.zones import line_detectors as by_line
from scrimp.compress.zones.code_detectors import detect_code
from scrimp.compress.zones.zone_span import Detector

Tested: TypeAlias = tuple[Detector, Callable[[str], bool]]
_INNER_GAP = re.compile(r"  (?<=\S  )")


def _contains_any(*signs: str) -> Callable[[str], bool]:
    """Return a test of whether any of some signs is in a text; the first character of most is not, which is fast."""
    return lambda text: any(sign[0] in text and sign in text for sign in signs)


def _line_starts_with(pattern: str) -> Callable[[str], bool]:
    """Return a test of whether any line starts with a pattern; searching after line feeds is fastest."""
    first, later = re.compile(pattern), re.compile(f"\n(?:{pattern})")
    return lambda text: bool(first.match(text) or later.search(text))


_has_log_line, _has_prompt_line, _has_listing_line = map(
    _line_starts_with, (by_line.LOG_LINE, by_line.PROMPT_LINE, by_line.LISTING_LINE)
)
# Most texts pass few of these tests.
DETECTORS: Sequence[Tested] = (
    (by_line.detect_diffs, _contains_any("@@ -")),
    (by_line.detect_commits, lambda text: text.startswith("commit ") or "\ncommit " in text),
    (by_line.detect_logs, _has_log_line),
    (by_line.detect_tables, _contains_any(",", "\t", ";", "|")),
    (by_line.detect_sessions, lambda text: _contains_any("$ ", "# ", "> ")(text) and _has_prompt_line(text)),
    (by_line.detect_listings, lambda text: bool(_INNER_GAP.search(text)) or _has_listing_line(text)),
    (detect_code, _contains_any("(", "=", ":", ";", "{", "import ")),
)
