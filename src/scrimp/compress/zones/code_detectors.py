"""Detect code and configuration outside fences by their lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrimp.compress.zones.signs import any_sign
from scrimp.compress.zones.zone_span import ZoneSpan, paragraph_ranges

CODE_LINE = rf"\s*+(?:{any_sign('code_line')})"
_CODE_LINE, _DEFINITION = re.compile(CODE_LINE), re.compile(rf"\s*+(?:{any_sign('definition')})")
_NEUTRAL_START = (" ", "\t", "#", "//", '"""')


def detect_code(lines: list[str]) -> Iterator[ZoneSpan]:
    """Yield code: paragraphs at least half of which looks like code, and indented or commented ones between them."""
    start = end = 0
    for first, after in paragraph_ranges(lines):
        if _is_code(lines[first:after], within=bool(end)):
            start, end = (start if end else first), after
        elif end:
            yield ZoneSpan(start, end, "code", "fence")
            end = 0
    if end:
        yield ZoneSpan(start, end, "code", "fence")


def _is_code(block: list[str], *, within: bool) -> bool:
    if _DEFINITION.match(block[block[0].strip() in ('"""', "'''") and len(block) > 1]):
        return True
    if len(block) == 1 and not within:
        return False
    signs = len([line for line in block if line.rstrip().endswith((";", "{")) or _CODE_LINE.match(line)])
    if within:
        neutral = len([line for line in block if line.startswith(_NEUTRAL_START)])
        if neutral == len(block) or (signs and signs + neutral >= 0.4 * len(block)):
            return True
    if signs < 2:
        return False
    indented = all(line[:1].isspace() for line in block)
    return signs >= len(block) * (0.3 if indented else 0.5)
