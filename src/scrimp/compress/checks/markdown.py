"""Whether a text in Markdown reads the same without its decoration: the same words, lines, links and facts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrimp.compress.checks.facts import FactKind, lost_facts
from scrimp.compress.zones import protected_spans

# What is compared as it is written; words in order, and so negations, are compared without the marks around them.
_AS_WRITTEN: tuple[FactKind, ...] = ("url", "email", "path", "flag", "number", "quote", "codespan", "codeblock")
# What is between two at the beginning of a line is no indentation.
_NAME = re.compile(r"(?<!\w)__\w+__(?!\w)")
# Marks that touch a word, but not inside of one: a star between spaces is a bullet or a product.
_AROUND = re.compile(r"(?<![^\W_])[*_]+(?=[^\s*_])|(?<=[^\s*_])[*_]+(?![^\W_])")
_CLOSING = re.compile(r"^( {0,3}#{1,6} .*?)[ \t]+#+$")
_RULER = re.compile(r"[|:\- \t]*-[|:\- \t]*")
_ACROSS = re.compile(r"(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,}")
_SHORT = 40


def same_rendering(before: str, after: str) -> str | None:
    """Name what reads otherwise: a word, a line's place, a link, a number, a quotation, code or what is kept."""
    old, new = list(_lines(before)), list(_lines(after))
    if old != new:
        at = next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), -1)
        return f"the line {' '.join(old[at][1])[:_SHORT]!r} changed" if old else "a line is new"
    if _NAME.findall(before) != _NAME.findall(after):
        return "a name in underscores changed"
    if (gone := next(iter(lost_facts(_ended(before), _ended(after), kinds=_AS_WRITTEN)), None)) is not None:
        return f"{gone.kind} {gone.value[:_SHORT]!r} lost"
    return None if list(_untouchable(before)) == list(_untouchable(after)) else "what is kept changed"


def _ended(text: str) -> str:
    """Leave out what is blank at the end of lines: a quotation may run over them; code is compared as it is."""
    return "\n".join(map(str.rstrip, text.split("\n")))


def _lines(text: str) -> Iterator[tuple[str, list[str], int]]:
    """Yield each line that says something: its indentation, its words, and how many cells it has."""
    for line in text.split("\n"):
        bare = line.strip()
        if not bare or _ACROSS.fullmatch(bare):
            continue
        indent = line[: len(line) - len(line.lstrip())]
        if _RULER.fullmatch(bare):
            yield indent, ["-"], bare.count("|")
            continue
        said = _CLOSING.sub(r"\1", line.rstrip()) if bare.endswith("#") else line
        said = _AROUND.sub("", said) if "*" in said or "_" in said else said
        yield indent, said.split(), bare.count("|")


def _untouchable(text: str) -> Iterator[str]:
    yield from (text[span.start : span.end] for span in protected_spans.keep_spans(text))
    yield from (text[fence.start : fence.end] for fence in protected_spans.fences(text))
