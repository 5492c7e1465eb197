"""The Markdown that pages of the manual are written in, as blocks: a small part of it, which roff and text can follow.

Headings, paragraphs, bullets and numbered items of one paragraph, tables and fenced lines; HTML comments are for the
tools and left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from msgspec import Struct

_COMMENT = re.compile(r"^<!--.*?-->\n?", re.DOTALL | re.MULTILINE)
_ITEM = re.compile(r"(-|\d{1,2}\.) +")
_CELLS = re.compile(r"(?<!\\)\|")
# `code` or **strong words**; everything else is itself.
SPAN = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*")


class Heading(Struct, frozen=True):
    """A heading; level 1 is the title of the page."""

    level: int
    text: str


class Paragraph(Struct, frozen=True):
    """Words in one line, however they were wrapped."""

    text: str


class Item(Struct, frozen=True):
    """An item of a list; `mark` is its number with a period, or a hyphen."""

    text: str
    mark: str = "-"


class Lines(Struct, frozen=True):
    """Fenced lines, printed as they are; `language` is the word after the fence."""

    language: str
    lines: tuple[str, ...]


class Table(Struct, frozen=True):
    """A table; the cells of a row are as many as its headers."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block: TypeAlias = "Heading | Paragraph | Item | Lines | Table"


def blocks(text: str) -> Iterator[Block]:
    """Yield the blocks of a page."""
    pending: list[str] = []  # lines of the paragraph, bullet or table so far
    fenced: list[str] | None = None
    language = ""
    for line in _COMMENT.sub("", text).splitlines():
        if fenced is not None:
            if line.startswith("```"):
                yield Lines(language, tuple(fenced))
                fenced = None
            else:
                fenced.append(line)
            continue
        if line.startswith("```"):
            yield from _finished(pending)
            fenced, language = [], line.strip("`").strip()
        elif line.startswith("#"):
            yield from _finished(pending)
            marks, _, words = line.partition(" ")
            yield Heading(len(marks), words.strip())
        elif not line.strip() or (pending and _ITEM.match(line)):
            yield from _finished(pending)
            pending += [line] if line.strip() else []
        else:
            pending.append(line)
    yield from _finished(pending)


def _finished(pending: list[str]) -> Iterator[Block]:
    """Yield the block of the pending lines, and clear them."""
    if not pending:
        return
    if pending[0].startswith("|"):
        header, _, *rows = (_row(line) for line in pending)
        yield Table(header, tuple(rows))
    else:
        words = " ".join(" ".join(pending).split())
        item = _ITEM.match(words)
        yield Paragraph(words) if item is None else Item(words[item.end() :], item[1])
    pending.clear()


def _row(line: str) -> tuple[str, ...]:
    cells = _CELLS.split(line.strip())[1:-1]
    return tuple(cell.strip().replace("\\|", "|") for cell in cells)


def title(text: str) -> tuple[str, str, str]:
    """Return a page's name, section and summary, of a title such as `# scrimp-rows(5): rows in and rows out`."""
    match = re.match(r"# (?P<name>[\w.-]+)\((?P<section>\d)\): (?P<summary>.+)", text)
    if match is None:
        raise ValueError("a page begins with a title such as `# scrimp-rows(5): rows in and rows out`")
    return match["name"], match["section"], match["summary"]


def column_widths(rows: Sequence[Sequence[str]]) -> list[int]:
    """Return the widest cell of each column."""
    return [max(map(len, column)) for column in zip(*rows, strict=True)]
