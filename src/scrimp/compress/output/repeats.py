"""What was said before: lines and paragraphs that repeat word for word, and rulers longer than they need to be.

A marker stands for what it replaces, so a text that already holds one is left alone: it may have been through here.
Code in fences stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from operator import eq

from scrimp.compress.output.fenced_lines import fenced_lines

MIN_RUN = 3
MIN_PARAGRAPH = 200

_MARKER = re.compile(r"\[the line above ([1-9][0-9]{0,8}) more times\]")
_ANY_MARKER = re.compile(rf"^{_MARKER.pattern}$", re.MULTILINE)
_PARAGRAPH_MARKER = re.compile(r'\[the paragraph that begins "(.+)" is repeated here\]')
_ANY_PARAGRAPH_MARKER = re.compile(rf"^{_PARAGRAPH_MARKER.pattern}$", re.MULTILINE)
# Four are a delimiter in AsciiDoc; dots may be the progress of a test run, where their number counts.
_RULER = re.compile(r"^[ \t]*(?:-{5,}|={5,}|_{10,}|\*{10,})[ \t]*\r?$", re.MULTILINE)
_RULER_STARTS = ("-----", "=====", "__________", "**********")
_CONFLICT_OR_DIFF = re.compile(r"^(?:<{7} |diff --git |@@ -\d)", re.MULTILINE)


def fold_repeated_lines(text: str) -> str:
    """Write three or more equal lines in a row as the line and how many more times it comes."""
    lines = text.split("\n")
    if not any(map(eq, lines, lines[1:])) or _ANY_MARKER.search(text):
        return text
    kept: list[str] = []
    for (line, in_code), run in groupby(zip(lines, fenced_lines(lines), strict=True)):
        count = sum(1 for _ in run)
        marker = f"[the line above {count - 1} more times]"
        if in_code or not _foldable(line) or count < MIN_RUN or (count - 1) * (len(line) + 1) <= len(marker) + 1:
            kept.extend([line] * count)
        else:
            kept += [line, marker]
    return "\n".join(kept)


def _foldable(line: str) -> bool:
    """Blank lines have a rule of their own, and deep indentation is most often code."""
    return not line.isspace() and not line.startswith(("    ", "\t")) and line != ""


def unfold_lines(text: str) -> str:
    """Return the text that `fold_repeated_lines` was given, where it changed that text."""
    lines = text.split("\n")
    whole: list[str] = []
    for line, in_code in zip(lines, fenced_lines(lines), strict=True):
        match = None if in_code else _MARKER.fullmatch(line)
        if match and whole:
            whole.extend([whole[-1]] * int(match[1]))
        else:
            whole.append(line)
    return "\n".join(whole)


def fold_repeated_paragraphs(text: str) -> str:
    """Name a paragraph of 200 characters or more by its first words where it comes again word for word."""
    if _all_lines_differ(text) or _ANY_PARAGRAPH_MARKER.search(text):
        return text
    pieces = list(_paragraphs(text))
    bodies = [body for body, eligible in pieces if eligible]
    if len(set(bodies)) == len(bodies):
        return text
    names = _names(dict.fromkeys(bodies))
    seen: set[str] = set()
    kept = []
    for body, eligible in pieces:
        kept.append(f'[the paragraph that begins "{names[body]}" is repeated here]' if body in seen else body)
        if eligible and body in names:
            seen.add(body)
    return "\n".join(kept)


def _all_lines_differ(text: str) -> bool:
    """Say so where not even a line comes twice, which is found faster than paragraphs are."""
    lines = [line for line in text.split("\n") if line]
    return len(set(lines)) == len(lines)


def unfold_paragraphs(text: str) -> str:
    """Return the text that `fold_repeated_paragraphs` was given, where it changed that text."""
    pieces = list(_paragraphs(text))
    named = {name: body for body, name in _names(dict.fromkeys(body for body, eligible in pieces if eligible)).items()}
    whole = []
    for body, _ in pieces:
        match = _PARAGRAPH_MARKER.fullmatch(body)
        whole.append(named.get(match[1], body) if match else body)
    return "\n".join(whole)


def _paragraphs(text: str) -> Iterator[tuple[str, bool]]:
    r"""Cut a text at blank lines and fences: pieces that "\n" joins again, and whether one is a long paragraph."""
    lines = text.split("\n")
    flags = [in_code or not line.strip() for line, in_code in zip(lines, fenced_lines(lines), strict=True)]
    for other, group in groupby(zip(lines, flags, strict=True), key=lambda pair: pair[1]):
        body = "\n".join(line for line, _ in group)
        yield body, not other and len(body) >= MIN_PARAGRAPH


def _names(bodies: dict[str, None]) -> dict[str, str]:
    """Call each paragraph by the beginning of its first line; two that begin alike have no name."""
    owners: dict[str, list[str]] = {}
    for body in bodies:
        owners.setdefault(_first_words(body), []).append(body)
    return {alike[0]: name for name, alike in owners.items() if len(alike) == 1 and name}


def _first_words(body: str) -> str:
    """Return whole words up to 60 characters, or 60 characters of what has no spaces."""
    start = body[: body.find("\n")] if 0 <= body.find("\n") < 60 else body[:60].rpartition(" ")[0] or body[:60]
    return start.rstrip()


def shorten_rulers(text: str) -> str:
    """Write a ruler, which is a line of nothing else, with three of its characters; not on top, like front matter."""
    if not any(start in text for start in _RULER_STARTS) or _CONFLICT_OR_DIFF.search(text) or not _RULER.search(text):
        return text
    lines = text.split("\n")
    return "\n".join(
        line if in_code or number == 0 else _RULER.sub(lambda match: _shorten(match[0]), line)
        for number, (line, in_code) in enumerate(zip(lines, fenced_lines(lines), strict=True))
    )


def _shorten(ruler: str) -> str:
    """Keep the indentation and the line end of a ruler."""
    bare = ruler.strip()
    return ruler.replace(bare, bare[:3])
