"""Zones known as code or configuration by the look of their lines, where no fence says so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrimp.compress.zones.claims import ZoneClaim, paragraphs

_CODE_LINE = re.compile(
    r"\s*+(?:(?:async\s++def|def|class|import|from|return|raise|yield|elif|except|with|assert|const|let|var|function|export|public"
    r"|private|protected|static|void|int|struct|fn|impl|use|package|func|namespace|using|#include|#define|template|SELECT|INSERT"
    r"|UPDATE|CREATE|DELETE)\b(?=[^.!?]*[(){}=:;*<@]|\s++[\w.]++\s*+$)|(?:if|for|while|else|try|finally|switch|do|catch|lambda)\b[^.?]*[:{;]\s*+$"
    r"|@\w[\w.]*+(?:\(|\s*+$)|//|/\*|\*/|#!|[)\]}]+[;,:]?\s*+$|[\w.\[\]\"'*]++\s*+(?:[-+*/%|&:]?=)\s*+\S|[\w.]++\(.*[)({\[,;]\s*+$"
    r"|<\?php|\$\w++\s*+=)"
)
_DEFINITION = re.compile(
    r"\s*+(?:(?:async )?def \w+\(|class \w+\s*[(:{]|from [\w.]+ import |import [\w.]+\s*$"
    r"|#include\b|#!/|@\w[\w.]*(?:\(|\s*$)"
    r"|(?:export )?(?:default )?(?:async )?function\b[^.?]*\(|(?:const|let|var) [\w{]|package \w+;?$|<\?php)"
)
_NEUTRAL = (" ", "\t", "#", "//", '"""')
_YAML = re.compile(r"\s*+(?:- )?[A-Za-z_\"'./][\w.\"'/-]*+:(?:\s++(?![A-Z][a-z]++ [a-z]++ [a-z])\S.*|\s*+)$")
_YAML_ON = re.compile(r"\s*+(?:#|- |---\s*+$|[}\]\"'])|\s++\S")
_SECTION = re.compile(r"\[\[?[\w.\"' :@/*-]++\]\]?\s*+(?:[#;].*)?$")
_PAIR = re.compile(r"\s*+(?:export )?[A-Za-z_\"][\w.\"-]*+\s*+=")
_PAIR_ON = re.compile(r"\s*+(?:[#;]|[\"'\]}\[{]|$)|\s++\S")
_LEAST_ROWS = 3


def code(lines: list[str]) -> Iterator[ZoneClaim]:
    """Code without a fence: paragraphs half of which looks it, and what is indented or commented between them."""
    start = end = 0
    for first, after in paragraphs(lines):
        if _is_code(lines[first:after], within=bool(end)):
            start, end = (start if end else first), after
        elif end:
            yield ZoneClaim(start, end, "code", "fence")
            end = 0
    if end:
        yield ZoneClaim(start, end, "code", "fence")


def _is_code(block: list[str], *, within: bool) -> bool:
    if _DEFINITION.match(block[0]):
        return True
    if len(block) == 1 and not within:
        return False
    signs = len([line for line in block if line.rstrip().endswith((";", "{")) or _CODE_LINE.match(line)])
    if within:
        neutral = len([line for line in block if line.startswith(_NEUTRAL)])
        if neutral == len(block) or (signs and signs + neutral >= 0.4 * len(block)):
            return True
    if signs < 2:
        return False
    indented = all(line[:1].isspace() for line in block)
    return signs >= len(block) * (0.3 if indented else 0.5)


def config(lines: list[str]) -> Iterator[ZoneClaim]:
    """YAML with something nested, or key = value under a section or three in a row."""
    settings, yaml = _may_be_settings(lines), _may_be_yaml(lines)
    at = 0
    while (settings or yaml) and at < len(lines):
        line = lines[at]
        tried = [_settings(lines, at)] if settings and ("=" in line or line.startswith("[")) else []
        if yaml and ":" in line:
            tried.append(_yaml(lines, at))
        last = max((last for last, _ in tried), default=0)
        if fits := [last for last, fit in tried if fit]:
            last = max(fits)
            yield ZoneClaim(at, last, "code", "fence")
        at = max(last, at + 1)  # what was read and did not fit is not read again


def _may_be_settings(lines: list[str]) -> bool:
    return len([line for line in lines if "=" in line or line.startswith("[")]) >= _LEAST_ROWS


def _may_be_yaml(lines: list[str]) -> bool:
    nested = [at for at, line in enumerate(lines) if line[:1] in {" ", "-"} and at]
    return any(lines[at - 1].rstrip().endswith(":") for at in nested)


def _settings(lines: list[str], at: int) -> tuple[int, bool]:
    """Return where the ini or toml that begins here would end, and whether it is any."""
    if not _SECTION.match(lines[at]) and not _PAIR.match(lines[at]):
        return 0, False
    last, signs = at, 0
    for end in range(at, len(lines)):
        line = lines[end]
        if _SECTION.match(line) or _PAIR.match(line):
            last, signs = end, signs + 1
        elif not _PAIR_ON.match(line):
            break
        elif line.strip() and end == last + 1:
            last = end
    return last + 1, signs >= _LEAST_ROWS


def _yaml(lines: list[str], at: int) -> tuple[int, bool]:
    """Return where the YAML that begins here would end, and whether it is any."""
    if not _YAML.match(lines[at]):
        return 0, False
    last, keys, others, nested = at, 0, 0, False
    for end in range(at, len(lines)):
        line = lines[end]
        if _YAML.match(line):
            last, keys = end, keys + 1
            nested = nested or _nests(line, lines[end + 1 : end + 2])
        elif line.strip() and not _YAML_ON.match(line):
            break
        elif line.strip():
            last, others = end, others + 1
    return last + 1, nested and keys > _LEAST_ROWS and keys >= others


def _nests(line: str, following: list[str]) -> bool:
    return (
        line.rstrip().endswith(":")
        and following[:1] != []
        and following[0][:1] in {" ", "-"}
        and bool(following[0].strip())
    )
