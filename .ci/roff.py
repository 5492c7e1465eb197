"""Pages of the manual in man(7) macros."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scrimp import __version__
from scrimp.cli.help.markdown import SPAN, Block, Heading, Item, Lines, Paragraph, Table
from scrimp.cli.help.table_layout import table_lines

_ROOM = 71  # columns: 80 less the indentation of a page and of what is quoted in it


def man_page(name: str, section: str, summary: str, body: Iterable[str]) -> str:
    """Return a whole page."""
    head = [
        f'.TH "{name.upper()}" "{section}" "" "scrimp {__version__}" "scrimp"',
        ".nh", ".ad l", ".SH NAME", f"{escape(name)} \\- {escape(summary.rstrip('.'))}",
    ]  # fmt: skip
    return "\n".join([*head, *body]) + "\n"


def body(page: Iterable[Block]) -> Iterator[str]:
    """Yield the lines of blocks; the title belongs to the head."""
    fresh = True  # after a heading, where the macro for a paragraph would be one too many
    for block in page:
        if isinstance(block, Heading):
            yield (
                {1: ".SH", 2: ".SH"}.get(block.level, ".SS")
                + " "
                + escape(block.text.upper() if block.level < 3 else block.text)
            )
        elif isinstance(block, Paragraph):
            yield from (() if fresh else (".PP",))
            yield words(block.text)
        elif isinstance(block, Item):
            mark = "\\(bu 2" if block.mark == "-" else f"{block.mark} {len(block.mark) + 1}"
            yield from (f".IP {mark}", words(block.text))
        elif isinstance(block, Table) and len(block.headers) == 2:
            for row in block.rows:
                yield from (".TP", f"\\fB{escape(row[0].replace('`', ''))}\\fR", words(row[1]))
        else:
            lines = block.lines if isinstance(block, Lines) else aligned(block)
            yield from (*(() if fresh else (".PP",)), ".RS 2", ".nf", *map(escape, lines), ".fi", ".RE")
        fresh = isinstance(block, Heading)


def aligned(table: Table) -> list[str]:
    """Return the lines of a table, as wide as a screen of man leaves them."""
    rows = [[cell.replace("`", "") for cell in row] for row in (table.headers, *table.rows)]
    lines = table_lines(rows, _ROOM)
    if lines is None:
        raise ValueError(f"a table is too wide for a page of man: {' | '.join(table.headers)}")
    return [line for _, line in lines]


def words(text: str) -> str:
    """Return a paragraph's words, with `code` and **strong words** bold."""
    pieces, end = [], 0
    for span in SPAN.finditer(text):
        pieces += [escape(text[end : span.start()]), f"\\fB{escape(span[1] or span[2])}\\fR"]
        end = span.end()
    line = "".join([*pieces, escape(text[end:])])
    return line if not line.startswith((".", "'")) else "\\&" + line


def escape(text: str) -> str:
    """Escape what troff would take for its own."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    escaped = escaped.replace("^", "\\(ha").replace("~", "\\(ti")
    escaped = "".join(char if char.isascii() else f"\\[u{ord(char):04X}]" for char in escaped)
    return "\\&" + escaped if escaped.startswith(".") else escaped
