"""Replace repeated lines and paragraphs by markers.

A text that already contains a marker is left alone, since it may have been compressed before. Code in fences stays as
it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from operator import eq

from scrimp.compress.output.fenced_lines import fenced_lines

MIN_RUN = 3
MIN_PARAGRAPH = 200

LINE_MARKER = re.compile(r"\[the line above ([1-9][0-9]{0,8}) more times\]")
_ANY_MARKER = re.compile(rf"^{LINE_MARKER.pattern}$", re.MULTILINE)
_PARAGRAPH_MARKER = re.compile(r'\[the paragraph that begins "(.+)" is repeated here\]')
_ANY_PARAGRAPH_MARKER = re.compile(rf"^{_PARAGRAPH_MARKER.pattern}$", re.MULTILINE)


def fold_repeated_lines(text: str) -> str:
    """Replace three or more equal consecutive lines by the line and the number of its repetitions."""
    lines = text.split("\n")
    if not any(map(eq, lines, lines[1:])) or _ANY_MARKER.search(text):
        return text
    written: list[str] = []
    for (line, in_code), run in groupby(zip(lines, fenced_lines(lines), strict=True)):
        count = sum(1 for _ in run)
        marker = f"[the line above {count - 1} more times]"
        if in_code or not _foldable(line) or count < MIN_RUN or (count - 1) * (len(line) + 1) <= len(marker) + 1:
            written.extend([line] * count)
        else:
            written += [line, marker]
    return "\n".join(written)


def _foldable(line: str) -> bool:
    """Return whether a line may be folded: blank lines have their own rule, and deep indentation is usually code."""
    return not line.isspace() and not line.startswith(("    ", "\t")) and line != ""


def fold_repeated_paragraphs(text: str) -> str:
    """Replace each repetition of a paragraph of 200 characters or more by a marker with its first words."""
    if _all_lines_differ(text) or _ANY_PARAGRAPH_MARKER.search(text):
        return text
    pieces = list(_paragraphs(text))
    bodies = [body for body, is_long in pieces if is_long]
    if len(set(bodies)) == len(bodies):
        return text
    names = _names(dict.fromkeys(bodies))
    seen: set[str] = set()
    written = []
    for body, is_long in pieces:
        written.append(f'[the paragraph that begins "{names[body]}" is repeated here]' if body in seen else body)
        if is_long and body in names:
            seen.add(body)
    return "\n".join(written)


def _all_lines_differ(text: str) -> bool:
    """Return whether no line occurs twice, which is faster than comparing paragraphs."""
    lines = [line for line in text.split("\n") if line]
    return len(set(lines)) == len(lines)


def unfold_paragraphs(text: str) -> str:
    """Undo `fold_repeated_paragraphs`."""
    pieces = list(_paragraphs(text))
    named = {name: body for body, name in _names(dict.fromkeys(body for body, is_long in pieces if is_long)).items()}
    unfolded = []
    for body, _ in pieces:
        match = _PARAGRAPH_MARKER.fullmatch(body)
        unfolded.append(named.get(match[1], body) if match else body)
    return "\n".join(unfolded)


def _paragraphs(text: str) -> Iterator[tuple[str, bool]]:
    r"""Yield the pieces between blank lines and fences, which "\n" joins, and whether each is a long paragraph."""
    lines = text.split("\n")
    flags = [in_code or not line.strip() for line, in_code in zip(lines, fenced_lines(lines), strict=True)]
    for other, group in groupby(zip(lines, flags, strict=True), key=lambda pair: pair[1]):
        body = "\n".join(line for line, _ in group)
        yield body, not other and len(body) >= MIN_PARAGRAPH


def _names(bodies: dict[str, None]) -> dict[str, str]:
    """Return a name for each paragraph, the start of its first line; two with the same start have none."""
    owners: dict[str, list[str]] = {}
    for body in bodies:
        owners.setdefault(_first_words(body), []).append(body)
    return {owner[0]: name for name, owner in owners.items() if len(owner) == 1 and name}


def _first_words(body: str) -> str:
    """Return whole words up to 60 characters, or 60 characters of text without spaces."""
    start = body[: body.find("\n")] if 0 <= body.find("\n") < 60 else body[:60].rpartition(" ")[0] or body[:60]
    return start.rstrip()
