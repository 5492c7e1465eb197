"""What a reader of an HTML page sees, as plain text with the little markup that carries meaning."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_DOCUMENT = re.compile(
    r"\s*+(?:<\?xml[^>]*+>\s*+)?(?:<!--(?:(?!-->).)*+-->\s*+)*+<(?:!doctype\s++html|html)\b", re.IGNORECASE | re.DOTALL
)
_TAG = re.compile(r"<(/?)([A-Za-z][^\s/>]*+)")
_ATTRIBUTE = r"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)?+"""
_CROWDED = re.compile(rf"<[A-Za-z][^\s/>]*+(?:{_ATTRIBUTE}){{1000}}")  # parsing takes their number squared
_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_A_PAGE = re.compile(r"<\?php|<%|\bclassName=|=\{", re.IGNORECASE)  # a program that writes HTML
_SPACE = re.compile(r"[ \t\n\r\f\u00a0]+")
_INVISIBLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_LANGUAGE = re.compile(r"\blang(?:uage)?-([\w+#.-]+)")
_TICKS = re.compile(r"`+")
_ABSOLUTE = re.compile(r"(?:https?:|ftp:|mailto:|tel:)?//|mailto:|tel:", re.IGNORECASE)
_MAIL = re.compile(r"^(?:mailto|tel):", re.IGNORECASE)
_SCHEME = re.compile(r"(?:https?://|ftp://|mailto:|tel:|//)", re.IGNORECASE)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_DEEPEST = 512  # of open elements; what browsers allow. Parsing takes depth times length
_VOID = _names("area base br col embed hr img input link meta param source track wbr")
_CLOSES_ITSELF = _VOID | _names("p li dt dd tr td th thead tbody tfoot option optgroup colgroup rt rp html body head")
_UNSEEN = _names(
    "head script style template noscript noframes noembed iframe object embed canvas audio video datalist title desc "
    "defs annotation annotation-xml map"
)
_CODE = _names("pre code xmp listing plaintext")
_WRITTEN_ON = _names("text submit button reset search email number url")
_CELL, _END = " | ", "\n"
_SPACE_BEFORE, _LINE, _PARAGRAPH = 1, 2, 3
_BETWEEN = ("", " ", "\n", "\n\n")
_BREAKS = dict.fromkeys(
    _names(
        "div header footer nav aside address main form fieldset legend li dt dd tr thead tbody tfoot option "
        "optgroup summary figcaption center dir menu select textarea"
    ),
    _LINE,
) | dict.fromkeys(
    _names(
        "p dl table caption section article blockquote figure details hr h1 h2 h3 h4 h5 h6 pre body html hgroup "
        "search dialog"
    ),
    _PARAGRAPH,
)
_INLINE = _names(
    "a abbr acronym b basefont bdi bdo big button cite code data del dfn em font i img input ins kbd label mark math "
    "meter nobr output progress q rb ruby s samp slot small span strike strong sub sup svg time tt u var video xmp "
    "listing plaintext frameset frame applet marquee picture"
)
_KNOWN = frozenset(_BREAKS) | {"ul", "ol"} | _INLINE | _VOID | _CLOSES_ITSELF | _UNSEEN


def html_to_text(text: str) -> str:
    """Return the visible text of a document or fragment; what is not HTML, or says nothing, comes back unchanged."""
    if not is_html(text):
        return text
    body = text.strip()
    seen = _seen(body)
    if not seen or len(seen) >= len(body) or is_html(seen):
        return text
    before, after = text.split(body, 1)
    return before + seen + after


def is_html(text: str) -> bool:
    """Say whether a text is a page or a piece of one: every element known, none of it a program or a prompt's tag."""
    if _DOCUMENT.match(text):
        return _parses(text)
    body = text.strip()
    if not (body.startswith("<") and body.endswith(">")) or _NOT_A_PAGE.search(body):
        return False
    tags = _TAG.findall(body)
    return (
        bool(_TAG.match(body))
        and any(closing for closing, _ in tags)
        and all(name.lower() in _KNOWN or "-" in name for _, name in tags if name)
        and _parses(body)
    )


def _parses(text: str) -> bool:
    """Say whether the parser can read it: encodable, without NUL, and not nested deeper than any page is."""
    if "\0" in text or _SURROGATE.search(text) or _CROWDED.search(text):
        return False
    opened: Counter[str] = Counter()
    depth = 0
    for closing, name in _TAG.findall(text.lower()):
        if name in _CLOSES_ITSELF:
            continue
        if not closing:
            opened[name] += 1
            depth += 1
        elif opened[name]:
            opened[name] -= 1
            depth -= 1
        if depth > _DEEPEST:
            return False
    return True


def _seen(text: str) -> str:
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 - takes 15 ms, and few prompts hold a page

    tree = LexborHTMLParser(text)
    if tree.root is None:
        return ""
    page = _Page(hidden=_hidden(tree))
    page.read(tree.root)
    title = tree.css_first("head > title")
    return _titled(_flat(title.text()) if title else "", "".join(page.written))


def _titled(title: str, body: str) -> str:
    """Begin with the title, unless the page says it itself."""
    return body if not title or title in body else f"{title}\n\n{body}".strip()


def _hidden(tree: LexborHTMLParser) -> set[int]:
    return {
        node.mem_id
        for node in tree.css("[hidden],[style],input,dialog")
        if "hidden" in node.attributes
        or _INVISIBLE.search(node.attributes.get("style") or "")
        or (node.tag == "dialog" and "open" not in node.attributes)
    }


def _flat(text: str) -> str:
    return _SPACE.sub(" ", text).strip(" ")


def _raw(node: LexborNode) -> str:
    """Return the text of code, byte for byte."""
    return "".join(
        "\n" if part.tag == "br" else part.text_content or ""
        for part in node.traverse(include_text=True)
        if part.tag in {"br", "-text"}
    )


def _longest_ticks(text: str) -> int:
    return max(map(len, _TICKS.findall(text)), default=0)


class _Page:
    """A page being read: what is written so far, and what must come between it and the next word."""

    def __init__(self, *, hidden: set[int]) -> None:
        self.written: list[str] = []
        self._hidden = hidden
        self._between = 0
        self._lead = ""  # the mark of a list item, heading or cell that waits for its first word
        self._lists: list[int | None] = []  # the next number of each list that is open, None for bullets
        self._rows: list[tuple[int, int]] = []  # for each row that is open, its cells so far and where it begins
        self._links: list[tuple[str, int]] = []
        self._urls: set[str] = set()
        self._raised = False

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
            self._text(node.text_content or "")
            return False
        if tag in _UNSEEN or tag.startswith(("-", "!")) or node.mem_id in self._hidden:
            return False
        if tag in _BREAKS:
            self._break(_BREAKS[tag])
        if tag in _CODE:
            self._code(node, block=tag != "code")
            return False
        opening = _OPENINGS.get(tag)
        if opening:
            opening(self, node)
        return True

    def _closed(self, tag: str) -> None:
        closing = _CLOSINGS.get(tag)
        if closing:
            closing(self)
        if tag in _BREAKS:
            self._break(_BREAKS[tag])

    # --- words -------------------------------------------------------------------------------------------------------

    def _break(self, width: int) -> None:
        if not self._lead:
            self._between = max(self._between, min(width, _LINE) if self._rows else width)

    def _write(self, text: str) -> None:
        if self.written:
            self.written.append(_BETWEEN[self._between])
        self.written.append(self._lead + text)
        self._between, self._lead = 0, ""

    def _text(self, text: str) -> None:
        flat = _SPACE.sub(" ", text)
        words = flat.strip(" ")
        if not words:
            self._break(_SPACE_BEFORE if flat else 0)
            return
        if flat[0] == " ":
            self._break(_SPACE_BEFORE)
        self._write(self._power(words))
        if flat[-1] == " ":
            self._break(_SPACE_BEFORE)

    def _power(self, words: str) -> str:
        """Keep 10<sup>5</sup> from being read as 105."""
        raised, self._raised = self._raised, False
        before = self.written[-1][-1:] if self.written and not self._between else ""
        return f"^{words}" if raised and before.isalnum() and (words[0].isdigit() or words[0] in "+-\u2212") else words

    def _code(self, node: LexborNode, *, block: bool) -> None:
        code = _raw(node)
        ticks = "`" * max(_longest_ticks(code) + 1, 3 if block else 1)
        if not code.strip():
            self._text(code)
        elif block:
            self._lead = ""
            self._break(_PARAGRAPH)
            self._write(f"{ticks}{_language(node)}\n{code}{'' if code.endswith(_END) else _END}{ticks}")
            self._break(_LINE)
        else:
            pad = " " if code[0] == "`" or code[-1] == "`" else ""
            self._write(f"{ticks}{pad}{code}{pad}{ticks}")
        for link in node.css("a[href]"):
            self._url(link.attributes.get("href") or "", "")

    # --- elements ----------------------------------------------------------------------------------------------------

    def line_break(self, _: LexborNode) -> None:
        self._break(_LINE if self._between < _LINE else _PARAGRAPH)

    def heading(self, node: LexborNode) -> None:
        self._lead += "#" * int((node.tag or "h1")[1]) + " "

    def unused(self) -> None:
        """Drop the mark of a heading or item in which nothing was written, and let the next line begin."""
        self._lead = ""

    def list_begin(self, node: LexborNode) -> None:
        self._break(_LINE if self._lists else _PARAGRAPH)
        start = node.attributes.get("start") or "1"
        first = int(start) if start.isascii() and start.isdigit() and len(start) < 10 else 1
        self._lists.append(first if node.tag == "ol" else None)

    def list_end(self) -> None:
        self._lists.pop()
        self._break(_LINE if self._lists else _PARAGRAPH)

    def item(self, _: LexborNode) -> None:
        indent = "  " * (len(self._lists) - 1)
        number = self._lists[-1] if self._lists else None
        if number is not None:
            self._lists[-1] = number + 1
        mark = f"{indent}- " if number is None else f"{indent}{number}. "
        self._lead = self._lead + mark if self._lead.endswith(_CELL) else mark

    def row(self, _: LexborNode) -> None:
        self._rows.append((0, len(self.written)))

    def row_end(self) -> None:
        self._rows.pop()
        self._lead = ""

    def cell(self, _: LexborNode) -> None:
        if not self._rows:
            return
        before, start = self._rows[-1]
        self._rows[-1] = (before + 1, start)
        if before and self.written and self.written[-1].endswith("```"):
            self._break(_LINE)
        elif before:
            if len(self.written) > start and not self._lead:
                self._between = 0
            self._lead += _CELL

    def link(self, node: LexborNode) -> None:
        self._links.append((node.attributes.get("href") or "", len(self.written)))

    def link_end(self) -> None:
        url, start = self._links.pop()
        self._url(url, "".join(self.written[start:]))

    def _url(self, url: str, text: str) -> None:
        """Write where a link leads, once, and only where its words do not say it."""
        url = url.strip()
        bare = _SCHEME.sub("", url, count=1).rstrip("/")
        if not _ABSOLUTE.match(url) or url in self._urls:
            return
        self._urls.add(url)
        if bare not in text:
            between, self._between = self._between, _SPACE_BEFORE
            self._write(f"({_MAIL.sub('', url)})")
            self._between = between

    def image(self, node: LexborNode) -> None:
        self._text(f" {node.attributes.get('alt') or ''} ")

    def field(self, node: LexborNode) -> None:
        if (node.attributes.get("type") or "text") in _WRITTEN_ON:
            self._text(f" {node.attributes.get('value') or ''} ")

    def apart(self, _: LexborNode) -> None:
        self._break(_SPACE_BEFORE)

    def raise_next(self, _: LexborNode) -> None:
        self._raised = True

    def struck(self, _: LexborNode) -> None:
        self._write("~~")

    def struck_end(self) -> None:
        between, self._between = self._between, 0
        self._write("~~")
        self._between = between


_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_STRUCK = ("s", "del", "strike")
_OPENINGS: dict[str, Callable[[_Page, LexborNode], None]] = {
    "a": _Page.link,
    "br": _Page.line_break,
    "button": _Page.apart,
    "img": _Page.image,
    "input": _Page.field,
    "li": _Page.item,
    "ol": _Page.list_begin,
    "sup": _Page.raise_next,
    "td": _Page.cell,
    "th": _Page.cell,
    "tr": _Page.row,
    "ul": _Page.list_begin,
    **dict.fromkeys(_HEADINGS, _Page.heading),
    **dict.fromkeys(_STRUCK, _Page.struck),
}
_CLOSINGS: dict[str, Callable[[_Page], None]] = {
    "a": _Page.link_end,
    "li": _Page.unused,
    "ol": _Page.list_end,
    "tr": _Page.row_end,
    "ul": _Page.list_end,
    **dict.fromkeys(_HEADINGS, _Page.unused),
    **dict.fromkeys(_STRUCK, _Page.struck_end),
}


def _language(node: LexborNode) -> str:
    """Return the language that a block of code names in its class, as highlighters do."""
    for part in (node, node.css_first("code")):
        match = _LANGUAGE.search(part.attributes.get("class") or "") if part else None
        if match:
            return match[1]
    return ""
