"""Check that Markdown renders to the same words, lines, links and facts without its decoration."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrimp.compress.checks.facts import FactKind, lost_facts
from scrimp.compress.zones import protected_spans

# Facts compared as written; words in order, and so negations, are compared without the marks around them.
_AS_WRITTEN: tuple[FactKind, ...] = ("url", "email", "path", "flag", "number", "quote", "codespan", "codeblock")
_DUNDER_NAME = re.compile(r"(?<!\w)__\w+__(?!\w)")
# Marks that touch a word from outside: a star between spaces is a bullet or a product.
_EMPHASIS_MARK = re.compile(r"(?<![^\W_])[*_]+(?=[^\s*_])|(?<=[^\s*_])[*_]+(?![^\W_])")
_CLOSED_HEADING = re.compile(r"^( {0,3}#{1,6} .*?)[ \t]+#+$")
_TABLE_DELIMITER = re.compile(r"[|:\- \t]*-[|:\- \t]*")
_THEMATIC_BREAK = re.compile(r"(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,}")
_MAX_SHOWN = 40


def same_rendering(before: str, after: str) -> str | None:
    """Return what renders differently (a word, line, link, number, quotation, code or kept text), or None."""
    old, new = list(_lines(before)), list(_lines(after))
    if old != new:
        at = next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), -1)
        return f"the line {' '.join(old[at][1])[:_MAX_SHOWN]!r} changed" if old else "a line was added"
    if _DUNDER_NAME.findall(before) != _DUNDER_NAME.findall(after):
        return "a name in underscores changed"
    if (
        lost := next(
            iter(lost_facts(_without_trailing_space(before), _without_trailing_space(after), kinds=_AS_WRITTEN)), None
        )
    ) is not None:
        return f"{lost.kind} {lost.value[:_MAX_SHOWN]!r} is lost"
    return None if list(_untouchable(before)) == list(_untouchable(after)) else "kept text changed"


def _without_trailing_space(text: str) -> str:
    """Strip trailing space: a quotation may span lines; code is compared unchanged."""
    return "\n".join(map(str.rstrip, text.split("\n")))


def _lines(text: str) -> Iterator[tuple[str, list[str], int]]:
    """Yield the indentation, words and number of pipes of each line with text."""
    for line in text.split("\n"):
        bare = line.strip()
        if not bare or _THEMATIC_BREAK.fullmatch(bare):
            continue
        indent = line[: len(line) - len(line.lstrip())]
        if _TABLE_DELIMITER.fullmatch(bare):
            yield indent, ["-"], bare.count("|")
            continue
        words = _CLOSED_HEADING.sub(r"\1", line.rstrip()) if bare.endswith("#") else line
        words = _EMPHASIS_MARK.sub("", words) if "*" in words or "_" in words else words
        yield indent, words.split(), bare.count("|")


def _untouchable(text: str) -> Iterator[str]:
    yield from (text[span.start : span.end] for span in protected_spans.keep_spans(text))
    yield from (text[fence.start : fence.end] for fence in protected_spans.fences(text))
