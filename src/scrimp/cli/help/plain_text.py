"""Pages of the manual as text for a terminal or a pipe."""

from __future__ import annotations

from collections.abc import Iterator

from scrimp.cli.help.markdown import SPAN, Block, Heading, Item, Lines, Table, column_widths
from scrimp.cli.help.table_layout import table_lines
from scrimp.render.terminal import paint

_BOLD = "1"
_INDENT, _DEEPER = "  ", "    "
_WIDEST = 90
_NARROWEST = 20
# Marks around bold words until the words are in their lines.
_ON, _OFF = "\x02", "\x03"


def page_text(page: list[Block], width: int, *, color: bool) -> str:
    """Return a page in lines of at most `width` columns, where fenced lines are not longer by themselves."""
    lines: list[str] = []
    before: Block | None = None
    for block in page:
        if before is not None and not (isinstance(block, Item) and isinstance(before, Item)):
            lines.append("")
        lines += _lines(block, min(width, _WIDEST), color=color)
        before = block
    return "\n".join(lines) + "\n"


def _lines(block: Block, width: int, *, color: bool) -> Iterator[str]:
    if isinstance(block, Heading):
        yield from (paint(line, _BOLD, color=color) for line in _filled(block.text, width))
    elif isinstance(block, Lines):
        yield from (f"{_DEEPER}{line}".rstrip() for line in block.lines)
    elif isinstance(block, Table):
        yield from _table(block, width, color=color)
    elif isinstance(block, Item):
        mark = f"{_INDENT}{block.mark} "
        yield from _wrapped(block.text, width, mark, " " * len(mark), color=color)
    else:
        yield from _wrapped(block.text, width, _INDENT, _INDENT, color=color)


def _wrapped(text: str, width: int, first: str, rest: str, *, color: bool) -> Iterator[str]:
    for number, line in enumerate(_filled(_marked(text, color=color), max(_NARROWEST, width - len(rest)))):
        yield (rest if number else first) + line


def _table(table: Table, width: int, *, color: bool) -> Iterator[str]:
    """Yield a table; in a narrow one, or of long terms and what they mean, each row as a definition."""
    rows = [[cell.replace("`", "") for cell in row] for row in (table.headers, *table.rows)]
    terms, *others = column_widths(rows)
    long_terms = len(others) == 1 and terms > width // 2 - len(_DEEPER)
    lines = None if long_terms else table_lines(rows, width - len(_INDENT))
    if lines is None:
        yield from _definitions(rows, width, color=color)
        return
    yield from (paint(_INDENT + line, _BOLD, color=color and row == 0) for row, line in lines)


def _definitions(rows: list[list[str]], width: int, *, color: bool) -> Iterator[str]:
    """Yield a table that is too wide: its first column, and below it the others, named where there are several."""
    (_, *headers), *others = rows
    for term, *cells in others:
        for line in _filled(term, max(_NARROWEST, width - len(_INDENT))):
            yield _INDENT + paint(line, _BOLD, color=color)
        for header, cell in zip(headers, cells, strict=True):
            text = f"{header}: {cell}" if len(cells) > 1 else cell
            yield from (_DEEPER + line for line in _filled(text, max(_NARROWEST, width - len(_DEEPER))))


def _marked(text: str, *, color: bool) -> str:
    """Return text with marks round what is bold; without colors code keeps its backquotes, which set it off."""
    if not color:
        return SPAN.sub(lambda span: span[0] if span[1] else span[2], text)
    return SPAN.sub(lambda span: f"{_ON}{span[1] or span[2]}{_OFF}", text)


def _filled(marked: str, width: int) -> Iterator[str]:
    """Yield lines of whole words, what is bold painted in each of them."""
    line, bold = "", False
    for word in [*marked.split(), None]:
        if word is not None and (not line or _length(line) + 1 + _length(word) <= width):
            line = f"{line} {word}" if line else word
            continue
        whole = (_ON if bold else "") + line
        bold = whole.rfind(_ON) > whole.rfind(_OFF)
        yield (whole + (_OFF if bold else "")).replace(_ON, f"\x1b[{_BOLD}m").replace(_OFF, "\x1b[0m")
        line = word or ""


def _length(marked: str) -> int:
    return len(marked) - marked.count(_ON) - marked.count(_OFF)
