"""A parsed page as the text its reader sees, with the little markup that carries meaning."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from scrimp.compress.html.code_elements import code_language, code_text
from scrimp.compress.html.elements import (
    BREAKS,
    CODE,
    HEADINGS,
    INVISIBLE,
    LABELED_INPUTS,
    LINE,
    PARAGRAPH,
    SPACE,
    STRIKETHROUGH,
)
from scrimp.compress.html.links import display_address, is_informative, without_scheme
from scrimp.compress.html.text_buffer import TextBuffer

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_INVISIBLE_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CELL_SEPARATOR = " | "


def render_text(tree: LexborHTMLParser, *, whole: bool) -> str:
    """Return what is seen of a tree; of a whole page only the links to other sites are kept."""
    if tree.root is None:
        return ""
    page = _TextRenderer(hidden=_hidden(tree), whole=whole)
    page.read(tree.root)
    return "".join(page.words.pieces)


def _hidden(tree: LexborHTMLParser) -> set[int]:
    return {
        node.mem_id
        for node in tree.css("[hidden],[style],dialog")
        if "hidden" in node.attributes
        or _INVISIBLE_STYLE.search(node.attributes.get("style") or "")
        or (node.tag == "dialog" and "open" not in node.attributes)
    }


class _TextRenderer:
    """A page being read: the lists, rows and links that are open, and the words so far."""

    def __init__(self, *, hidden: set[int], whole: bool) -> None:
        self.words = TextBuffer()
        self._hidden = hidden
        self._whole = whole
        self._lists: list[int | None] = []  # the next number of each list that is open, None for bullets
        self._rows: list[tuple[int, int]] = []  # for each row that is open, its cells so far and where it begins
        self._links: list[tuple[str, int]] = []
        self._addresses: set[str] = set()

    def read(self, root: LexborNode) -> None:
        """Walk the tree without recursion: pages are deep."""
        node, top = root, root.mem_id
        while True:
            opened = self._opened(node)
            below = node.first_child if opened else None
            if below is not None:
                node = below
                continue
            if opened:
                self._closed(node.tag or "")
            while node.mem_id != top and node.next is None and node.parent is not None:
                node = node.parent
                self._closed(node.tag or "")
            if node.mem_id == top or node.next is None:
                return
            node = node.next

    def _opened(self, node: LexborNode) -> bool:
        """Write the beginning of an element; say whether its children are still to be read."""
        tag = node.tag or ""
        if tag == "-text":
            self.words.text(node.text_content or "")
            return False
        if tag in INVISIBLE or tag.startswith(("-", "!")) or node.mem_id in self._hidden:
            return False
        if tag in BREAKS:
            self._break(BREAKS[tag])
        if tag in CODE:
            self._code(node)
            return False
        opening = _OPENINGS.get(tag)
        if opening:
            opening(self, node)
        return True

    def _closed(self, tag: str) -> None:
        closing = _CLOSINGS.get(tag)
        if closing:
            closing(self)
        if tag in BREAKS:
            self._break(BREAKS[tag])

    def _break(self, width: int) -> None:
        self.words.apart(min(width, LINE) if self._rows else width)

    def _code(self, node: LexborNode) -> None:
        block = node.tag != "code"
        self.words.code(code_text(node, self._hidden), code_language(node) if block else "", block=block)
        for link in node.css("a[href]"):
            self._address(link.attributes.get("href"), "")

    def line_break(self, _: LexborNode) -> None:
        self.words.next_line()

    def heading(self, node: LexborNode) -> None:
        self.words.lead += "#" * int((node.tag or "h1")[1]) + " "

    def unused(self) -> None:
        """Drop the mark of a heading or item in which nothing was written, and let the next line begin."""
        self.words.lead = ""

    def list_begin(self, node: LexborNode) -> None:
        self._break(LINE if self._lists else PARAGRAPH)
        start = node.attributes.get("start") or "1"
        first = int(start) if start.isascii() and start.isdigit() and len(start) < 10 else 1
        self._lists.append(first if node.tag == "ol" else None)

    def list_end(self) -> None:
        self._lists.pop()
        self._break(LINE if self._lists else PARAGRAPH)

    def item(self, _: LexborNode) -> None:
        indent = "  " * (len(self._lists) - 1)
        number = self._lists[-1] if self._lists else None
        if number is not None:
            self._lists[-1] = number + 1
        mark = f"{indent}- " if number is None else f"{indent}{number}. "
        lead = self.words.lead
        self.words.lead = lead + mark if lead.endswith(_CELL_SEPARATOR) else mark

    def row(self, _: LexborNode) -> None:
        self._rows.append((0, len(self.words.pieces)))

    def row_end(self) -> None:
        self._rows.pop()
        self.words.lead = ""

    def cell(self, _: LexborNode) -> None:
        """Part a cell from the one before; beside a block of code it begins a line."""
        if not self._rows:
            self._break(SPACE)
            return
        before, start = self._rows[-1]
        self._rows[-1] = (before + 1, start)
        if not before:
            return
        pieces = self.words.pieces
        if pieces and pieces[-1].endswith("```"):
            self._break(LINE)
            return
        if len(pieces) > start and not self.words.lead:
            self.words.joined()
        self.words.lead += _CELL_SEPARATOR

    def link(self, node: LexborNode) -> None:
        self._links.append((node.attributes.get("href") or "", len(self.words.pieces)))

    def link_end(self) -> None:
        address, start = self._links.pop()
        self._address(address, "".join(self.words.pieces[start:]))

    def _address(self, address: str | None, said: str) -> None:
        """Write where a link leads, once, and only where its words do not say it."""
        address = (address or "").strip()
        if not is_informative(address, whole=self._whole) or address in self._addresses:
            return
        self._addresses.add(address)
        if without_scheme(address) not in said:
            self.words.aside(display_address(address))

    def image(self, node: LexborNode) -> None:
        """Write what stands for an image, and in a piece of a page also where it is."""
        said = node.attributes.get("alt") or ""
        self.words.text(f" {said} ")
        if not self._whole:
            self._address(node.attributes.get("src"), said)
            self.words.apart(SPACE)

    def field(self, node: LexborNode) -> None:
        if (node.attributes.get("type") or "text").lower() in LABELED_INPUTS:
            self.words.text(f" {node.attributes.get('value') or ''} ")

    def button(self, _: LexborNode) -> None:
        self.words.apart(SPACE)

    def button_end(self) -> None:
        self.words.apart(SPACE)

    def raised(self, _: LexborNode) -> None:
        self.words.raised = True

    def raised_end(self) -> None:
        self.words.raised = False

    def strike(self, _: LexborNode) -> None:
        self.words.strike()

    def strike_end(self) -> None:
        self.words.struck()


_OPENINGS: dict[str, Callable[[_TextRenderer, LexborNode], None]] = {
    "a": _TextRenderer.link,
    "br": _TextRenderer.line_break,
    "button": _TextRenderer.button,
    "img": _TextRenderer.image,
    "input": _TextRenderer.field,
    "li": _TextRenderer.item,
    "ol": _TextRenderer.list_begin,
    "sup": _TextRenderer.raised,
    "td": _TextRenderer.cell,
    "th": _TextRenderer.cell,
    "tr": _TextRenderer.row,
    "ul": _TextRenderer.list_begin,
    **dict.fromkeys(HEADINGS, _TextRenderer.heading),
    **dict.fromkeys(STRIKETHROUGH, _TextRenderer.strike),
}
_CLOSINGS: dict[str, Callable[[_TextRenderer], None]] = {
    "a": _TextRenderer.link_end,
    "button": _TextRenderer.button_end,
    "li": _TextRenderer.unused,
    "ol": _TextRenderer.list_end,
    "sup": _TextRenderer.raised_end,
    "tr": _TextRenderer.row_end,
    "ul": _TextRenderer.list_end,
    **dict.fromkeys(HEADINGS, _TextRenderer.unused),
    **dict.fromkeys(STRIKETHROUGH, _TextRenderer.strike_end),
}
