"""Recognize an HTML page or fragment, and convert it to its visible text."""

from __future__ import annotations

import re

from scrimp.compress.html.elements import KNOWN_ELEMENTS, is_attribute
from scrimp.compress.html.limits import is_parsable
from scrimp.compress.html.text_buffer import collapse_whitespace
from scrimp.compress.zones.segment import segment

_DOCUMENT = re.compile(
    r"\s*+(?:<\?xml[^>]*+>\s*+)?(?:<!--(?:(?!-->).)*+-->\s*+)*+<(?:!doctype\s++html|html)\b", re.IGNORECASE | re.DOTALL
)
_TAG = re.compile(r"<(/?)([A-Za-z][^\s/>]*+)")
_DECLARATION = re.compile(r"<!(?:ENTITY|ELEMENT|ATTLIST|NOTATION)\s", re.IGNORECASE)  # of a type of documents
_ATTRIBUTES = re.compile(r"<([A-Za-z][^\s/>]*+)\s((?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)>")
_NAME = re.compile(r"([^\s\"'=/]++)(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"']++))?+")
# Code that generates HTML; XML with names of HTML, where what is void has text; words of a prompt, and what they lack.
_OTHER = re.compile(
    r"<\?(?!xml\b)|<%|\{[{%]|\bclassName=|=\{|[^\s>]\s*+</(?:area|base|col|embed|input|link|meta|param|source|track)>"
    r"|<(?:style|script|template|object)>[^<{=;\w]*+\w[^<{=;]*+</",
    re.IGNORECASE,
)
_MARKUP = re.compile(
    r"(?i)<(?:[abipqsu]|br|d[dlt]|em|h[1-6r]|img|input|li|ol|option|pre|span|strong|t[dhr])\b|\s(?:class|href|style)="
)


def html_to_text(text: str) -> str:
    """Return the visible text of a page or fragment; text that is not HTML, or shows nothing, comes back unchanged."""
    if not is_html(text):
        return text
    body = text.strip()
    visible = _visible_text(body)
    if not visible or len(visible) >= len(body) or _shows_page(visible):
        return text
    return text.replace(body, visible, 1)


def is_html(text: str) -> bool:
    """Return whether a text is a page or fragment: all elements known, no program code, no tags of a prompt."""
    if is_document(text):
        return is_parsable(text) and not _DECLARATION.search(text)
    body = text.strip()
    if not (body.startswith("<") and body.endswith(">")) or _OTHER.search(body) or not _MARKUP.search(body):
        return False
    tags = _TAG.findall(body)
    names = {name.lower() for _, name in tags}
    return (
        bool(_TAG.match(body))
        and any(closing for closing, _ in tags)
        and all(name in KNOWN_ELEMENTS or "-" in name for name in names)
        and ("table" in names or names.isdisjoint(("tr", "td", "th")))  # or a parser joins the cells
        and is_parsable(body)
        and all(
            is_attribute(tag[1].lower(), name.lower())
            for tag in _ATTRIBUTES.finditer(body)
            for name in _NAME.findall(tag[2])
        )
    )


def _shows_page(text: str) -> bool:
    """Return whether a text has a page in it, which would be taken for one: a lesson, a form to write one in."""
    zones = segment(text, find_json=lambda _: (), is_data=lambda *_: False, told=True) if "<" in text else ()
    return is_html(text) or any(zone.form == "html" and is_html(zone.text) for zone in zones)


def is_document(text: str) -> bool:
    """Return whether a text starts like a whole page."""
    return bool(_DOCUMENT.match(text))


def _visible_text(text: str) -> str:
    from selectolax.lexbor import LexborHTMLParser  # takes 15 ms, and few prompts contain a page

    from scrimp.compress.html.renderer import render_text

    tree = LexborHTMLParser(text)
    title = tree.css_first("head > title")
    words = collapse_whitespace(title.text()) if title else ""
    body = render_text(tree, whole_page=is_document(text))
    return body if words in body else f"{words}\n\n{body}".strip()
