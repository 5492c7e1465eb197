"""Render a parsed page as its visible text, with the little markup that carries meaning."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from scrimp.compress.html import elements
from scrimp.compress.html.links import MAIL, is_informative, without_scheme
from scrimp.compress.html.text_buffer import TextBuffer

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_INVISIBLE = ",".join((*elements.INVISIBLE, "[hidden]", "[style]", "dialog"))  # with or without doubt
_INVISIBLE_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CELL_SEPARATOR = " | "
_MOST_COLUMNS = 20  # among which cells go on for several columns or rows
_ONES = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
_LANGUAGE = re.compile(r"\blang(?:uage)?-([\w+#.-]+)")


def render_text(tree: LexborHTMLParser, *, whole_page: bool) -> str:
    """Return the visible text of a tree; of a whole page, only links to other sites are kept."""
    if tree.root is None:
        return ""
    for node in filter(_is_invisible, tree.css(_INVISIBLE)):
        node.replace_with("")
    renderer = _TextRenderer(whole_page=whole_page)
    renderer.walk(tree.root)
    return "".join(renderer.buffer.pieces)


def _is_invisible(node: LexborNode) -> bool:
    if node.tag in elements.INVISIBLE or "hidden" in node.attributes:
        return True
    styled = _INVISIBLE_STYLE.search(node.attributes.get("style") or "")
    return styled is not None or (node.tag == "dialog" and "open" not in node.attributes)


class _TextRenderer:
    """Walks a page: the lists, rows and links that are open, and the text so far."""

    def __init__(self, *, whole_page: bool) -> None:
        self.buffer = TextBuffer()
        self._whole_page = whole_page
        self._lists: list[int | None] = []  # the next number of each open list, None for bullets
        # For each open row the next column, the separators so far, and the piece it starts at.
        self._rows: list[tuple[int, int, int]] = []
        self.spans: dict[int, int] = {}  # the rows of a table that cells above go on for, by column
        # For each open link, abbreviation or time, its address or what it stands for, and the piece it starts at.
        self._links: list[tuple[str, int]] = []
        self._told: set[str] = set()  # addresses, and what stood for something

    def walk(self, root: LexborNode) -> None:
        """Walk the tree without recursion: pages are deep."""
        node, top = root, root.mem_id
        while True:
            is_open = self._open(node)
            child = node.first_child if is_open else None
            if child is not None:
                node = child
                continue
            if is_open:
                self._close(node.tag or "")
            while node.mem_id != top and node.next is None and node.parent is not None:
                node = node.parent
                self._close(node.tag or "")
            if node.mem_id == top or node.next is None:
                return
            node = node.next

    def _open(self, node: LexborNode) -> bool:
        """Write the start of an element; return whether its children are to be visited."""
        tag = node.tag or ""
        if tag == "-text":
            self.buffer.write_text(node.text_content or "")
            return False
        if tag.startswith(("-", "!")):
            return False
        if tag in elements.BREAKS:
            self._separate(elements.BREAKS[tag])
        if tag in elements.CODE:
            self._code(node)
            return False
        if opening := _OPENINGS.get(tag):
            opening(self, node)
        return True

    def _close(self, tag: str) -> None:
        if closing := _CLOSINGS.get(tag):
            closing(self)
        if tag in elements.BREAKS:
            self._separate(elements.BREAKS[tag])

    def _separate(self, gap: int) -> None:
        self.buffer.separate(min(gap, elements.LINE) if self._rows else gap)

    def _code(self, node: LexborNode) -> None:
        block = node.tag != "code"
        self.buffer.write_code(_code_text(node), _code_language(node) if block else "", block=block)
        for link in node.css("a[href]"):
            self._write_address(link.attributes.get("href"), "")

    def heading(self, node: LexborNode) -> None:
        self.buffer.prefix += "#" * int((node.tag or "h1")[1]) + " "

    def drop_prefix(self) -> None:
        """Drop the mark of a heading or item without text, so that the next line can start."""
        self.buffer.prefix = ""

    def list_begin(self, node: LexborNode) -> None:
        self._separate(elements.LINE if self._lists else elements.PARAGRAPH)
        self._lists.append(_number(node.attributes.get("start"), 1) if node.tag == "ol" else None)

    def list_end(self) -> None:
        self._lists.pop()
        self._separate(elements.LINE if self._lists else elements.PARAGRAPH)

    def item(self, node: LexborNode) -> None:
        indent = "  " * (len(self._lists) - 1)
        number = self._lists[-1] if self._lists else None
        if number is not None:
            number = _number(node.attributes.get("value"), number)
            self._lists[-1] = number + 1
        style = node.parent.attributes.get("type") if node.parent else None
        mark = f"{indent}- " if number is None else f"{indent}{_numeral(number, style)}. "
        prefix = self.buffer.prefix
        self.buffer.prefix = prefix + mark if prefix.endswith(_CELL_SEPARATOR) else mark

    def row(self, _: LexborNode) -> None:
        self._rows.append((0, 0, len(self.buffer.pieces)))

    def row_end(self) -> None:
        column, *_ = self._rows.pop()
        self.spans = {at: rows - (at >= column) for at, rows in self.spans.items() if rows}
        self.buffer.prefix = ""

    def cell(self, node: LexborNode) -> None:
        """Separate a cell from the one before, or the columns before; after a block of code, start a line."""
        if not self._rows:
            self._separate(elements.SPACE)
            return
        column, before, start = self._rows[-1]
        while self.spans.get(column):
            self.spans[column] -= 1
            column += 1
        after = max(column + 1, min(column + _number(node.attributes.get("colspan"), 1), _MOST_COLUMNS))
        below = max(_number(node.attributes.get("rowspan"), 1), 1) - 1
        self.spans.update(dict.fromkeys(range(column, min(after, _MOST_COLUMNS)), below))
        self._rows[-1] = (after, column, start)
        if column == before:
            return
        pieces = self.buffer.pieces
        if pieces and pieces[-1].endswith("```"):
            self._separate(elements.LINE)
            return
        if len(pieces) > start and not self.buffer.prefix:
            self.buffer.join_next()
        self.buffer.prefix += _CELL_SEPARATOR * (column - before)

    def link(self, node: LexborNode) -> None:
        self._links.append((node.attributes.get("href") or "", len(self.buffer.pieces)))

    def link_end(self) -> None:
        address, start = self._links.pop()
        self._write_address(address, "".join(self.buffer.pieces[start:]))

    def short_form(self, node: LexborNode) -> None:
        told = node.attributes.get("title" if node.tag == "abbr" else "datetime") or ""
        self._links.append((told.strip(), len(self.buffer.pieces)))

    def short_form_end(self) -> None:
        """Write what an abbreviation or a time such as "yesterday" stands for, once."""
        told, start = self._links.pop()
        if told and told not in self._told and told[:4] not in "".join(self.buffer.pieces[start:]):
            self._told.add(told)
            self.buffer.attach(f"({told})", elements.SPACE)

    def _write_address(self, address: str | None, text: str) -> None:
        """Write the address of a link, once, and only if its text does not contain it."""
        address = (address or "").strip()
        if not is_informative(address, whole_page=self._whole_page) or address in self._told:
            return
        self._told.add(address)
        if without_scheme(address) not in text:
            self.buffer.attach(f"({MAIL.sub('', address)})", elements.SPACE)

    def image(self, node: LexborNode) -> None:
        """Write the alternative text of an image or an area, and its address: of an image in a fragment only."""
        text = node.attributes.get("alt") or node.attributes.get("title") or ""
        self.buffer.write_text(f" {text} ")
        if node.tag == "area" or not self._whole_page:
            self._write_address(node.attributes.get("href" if node.tag == "area" else "src"), text)
            self.buffer.separate(elements.SPACE)

    def input_field(self, node: LexborNode) -> None:
        kind = (node.attributes.get("type") or "text").lower()
        if kind in elements.CHECKED_INPUTS:
            self.buffer.write_text(" [x] " if "checked" in node.attributes else " [ ] ")
        elif kind not in elements.VALUELESS_INPUTS:
            self.buffer.write_text(f" {node.attributes.get('value') or node.attributes.get('placeholder') or ''} ")

    def icon(self, node: LexborNode) -> None:
        """Write what an element without text is called."""
        if node.first_child is None and (name := node.attributes.get("aria-label") or node.attributes.get("title")):
            self.buffer.write_text(f" {name} ")

    def option(self, node: LexborNode) -> None:
        if "selected" in node.attributes:
            self.buffer.write_text("[x] ")

    def script(self, node: LexborNode) -> None:
        slash = node.next
        below = slash.next if slash and (slash.text_content or "").strip() in ("/", "\u2044", "\u2215") else None
        self.buffer.script = "_" if node.tag == "sub" else " " if below and below.tag == "sub" else "^"

    def script_end(self) -> None:
        self.buffer.script = ""


def _number(text: str | None, otherwise: int) -> int:
    """Return the number of an item as it is written, where it is one."""
    return int(text) if text and re.fullmatch("-?[0-9]{1,9}", text) else otherwise


def _numeral(number: int, style: str | None) -> str:
    """Return the number of an item, as letters or a Roman numeral where its list has these."""
    if style in ("a", "A") and 0 < number <= 26:
        return chr(ord(style) + number - 1)
    if style in ("i", "I") and 0 < number < 40:
        numeral = "x" * (number // 10) + _ONES[number % 10]
        return numeral if style == "i" else numeral.upper()
    return str(number)


def _code_text(node: LexborNode) -> str:
    """Return the exact text of a code element."""
    parts = (part for part in node.traverse(include_text=True) if part.tag in {"br", "-text"})
    return "".join("\n" if part.tag == "br" else part.text_content or "" for part in parts)


def _code_language(node: LexborNode) -> str:
    """Return the language in the class of a code block, as for syntax highlighters, or ""."""
    for part in (node, node.css_first("code")):
        if part and (match := _LANGUAGE.search(part.attributes.get("class") or "")):
            return match[1]
    return ""


_OPENINGS: dict[str, Callable[[_TextRenderer, LexborNode], None]] = {
    "a": _TextRenderer.link,
    "br": lambda page, _: page.buffer.next_line(),
    "input": _TextRenderer.input_field,
    "li": _TextRenderer.item,
    "optgroup": lambda page, node: page.buffer.write_text(node.attributes.get("label") or ""),
    "option": _TextRenderer.option,
    "q": lambda page, _: page.buffer.write_text('"'),
    "table": lambda page, _: page.spans.clear(),
    "tr": _TextRenderer.row,
    **dict.fromkeys(("abbr", "time"), _TextRenderer.short_form),
    **dict.fromkeys(("area", "img"), _TextRenderer.image),
    **dict.fromkeys(("i", "span"), _TextRenderer.icon),
    **dict.fromkeys(("ol", "ul"), _TextRenderer.list_begin),
    **dict.fromkeys(("sub", "sup"), _TextRenderer.script),
    **dict.fromkeys(("td", "th"), _TextRenderer.cell),
    **dict.fromkeys(elements.HEADINGS, _TextRenderer.heading),
    **dict.fromkeys(elements.STRIKETHROUGH, lambda page, _: page.buffer.begin_strikethrough()),
}
_CLOSINGS: dict[str, Callable[[_TextRenderer], None]] = {
    "a": _TextRenderer.link_end,
    "li": _TextRenderer.drop_prefix,
    "q": lambda page: page.buffer.write_text('"'),
    "table": lambda page: page.spans.clear(),
    "tr": _TextRenderer.row_end,
    **dict.fromkeys(("abbr", "time"), _TextRenderer.short_form_end),
    **dict.fromkeys(("ol", "ul"), _TextRenderer.list_end),
    **dict.fromkeys(("sub", "sup"), _TextRenderer.script_end),
    **dict.fromkeys(elements.HEADINGS, _TextRenderer.drop_prefix),
    **dict.fromkeys(elements.STRIKETHROUGH, lambda page: page.buffer.end_strikethrough()),
}
