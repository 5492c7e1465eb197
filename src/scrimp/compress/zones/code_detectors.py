"""Detect code and configuration outside fences by their lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrimp.compress.zones.zone_span import ZoneSpan, paragraph_ranges

CODE_LINE = (
    r"\s*+(?:(?:async\s++def|def|class|import|from|return|raise|yield|elif|except|with|assert|const|let|var|function|export|public"
    r"|private|protected|static|void|int|struct|fn|impl|use|package|func|namespace|using|#include|#define|template|SELECT|INSERT"
    r"|UPDATE|CREATE|DELETE)\b(?=[^.!?]*[(){}=:;*<@]|\s++[\w.]++\s*+$)|(?:if|for|while|else|try|finally|switch|do|catch|lambda)\b[^.?]*[:{;]\s*+$"
    r"|@\w[\w.]*+(?:\(|\s*+$)|//|/\*|\*/|#!|[)\]}]+[;,:]?\s*+$|[\w.\[\]\"'*]++\s*+(?:[-+*/%|&:]?=)\s*+\S|[\w.]++\(.*[)({\[,;]\s*+$"
    r"|<\?php|\$\w++\s*+=)"
)
_CODE_LINE = re.compile(CODE_LINE)
_DEFINITION = re.compile(
    r"\s*+(?:(?:async )?def \w+\(|class \w+\s*[(:{]|from [\w.]+ import |import [\w.]+\s*$"
    r"|#include\b|#!/|@\w[\w.]*(?:\(|\s*$)"
    r"|(?:export )?(?:default )?(?:async )?function\b[^.?]*\(|(?:const|let|var) [\w{]|package \w+;?$|<\?php)"
)
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
