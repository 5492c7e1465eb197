"""Detect code and configuration outside fences by their lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrimp.compress.zones.zone_span import ZoneSpan, lines_that, paragraph_ranges

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
_YAML_KEY = re.compile(r"\s*+(?:- )?[A-Za-z_\"'./][\w.\"'/-]*+:(?:\s++(?![A-Z][a-z]++ [a-z]++ [a-z])\S.*|\s*+)$")
_YAML_CONTINUATION = re.compile(r"\s*+(?:#|- |---\s*+$|[}\]\"'])|\s++\S")
_NESTED = re.compile(r"-| \s*+\S")
_INI = re.compile(r"\[\[?[\w.\"' :@/*-]++\]\]?\s*+(?:[#;].*)?$|\s*+(?:export )?[A-Za-z_\"][\w.\"-]*+\s*+=")
_INI_CONTINUATION = re.compile(r"\s*+(?:[#;]|[\"'\]}\[{]|$)|\s++\S")
_MIN_LINES = 3


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


def detect_config(lines: list[str]) -> Iterator[ZoneSpan]:
    """Yield YAML with something nested, and INI or TOML: at least three sections or key = value lines."""
    ini = set(lines_that(_INI.match, lines))
    yaml = set(lines_that(_YAML_KEY.match, lines) if _may_be_yaml(lines) else ())
    done = 0
    for at in sorted(ini | yaml):
        if at < done:  # what was read and did not match is not read again
            continue
        candidates = [_parse_ini(lines, at)] if at in ini else []
        if at in yaml:
            candidates.append(_parse_yaml(lines, at))
        done = max(last for last, _ in candidates)
        if matching := [last for last, matches in candidates if matches]:
            done = max(matching)
            yield ZoneSpan(at, done, "code", "fence")


def _may_be_yaml(lines: list[str]) -> bool:
    nested = [at for at, line in enumerate(lines) if line[:1] in {" ", "-"} and at]
    return any(lines[at - 1].rstrip().endswith(":") for at in nested)


def _parse_ini(lines: list[str], at: int) -> tuple[int, bool]:
    """Return the end of the INI or TOML that starts at a line, and whether it is long enough."""
    last, signs = at, 0
    for end in range(at, len(lines)):
        line = lines[end]
        if _INI.match(line):
            last, signs = end, signs + 1
        elif not _INI_CONTINUATION.match(line):
            break
        elif line.strip() and end == last + 1:
            last = end
    return last + 1, signs >= _MIN_LINES


def _parse_yaml(lines: list[str], at: int) -> tuple[int, bool]:
    """Return the end of the YAML that may start at a line, and whether it is that."""
    last, keys, others, nested = at, 0, 0, False
    for end in range(at, len(lines)):
        line = lines[end]
        if _YAML_KEY.match(line):
            last, keys = end, keys + 1
            nested = nested or bool(line.rstrip().endswith(":") and _NESTED.match("".join(lines[end + 1 : end + 2])))
        elif line.strip() and not _YAML_CONTINUATION.match(line):
            break
        elif line.strip():
            last, others = end, others + 1
    return last + 1, nested and keys > _MIN_LINES and keys >= others
