"""HTML made so that no text in it can be more than text."""

from __future__ import annotations

import re
from html import escape

from scrimp.render.tables import truncate_middle

# Characters that HTML does not allow, or that turn the direction of what follows.
_UNWANTED = re.compile(
    "[^\t\n\u0020-\u007e\u00a0-\u200d\u2010-\u2029\u202f-\u2065\u206a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)
_LONGEST_NAME = 72  # columns


class Markup(str):
    """HTML: what is put into an element as it is; every other text is escaped."""

    __slots__ = ()


def text(words: str) -> Markup:
    """Return a text as HTML, in quotation marks of an attribute, too."""
    return Markup(escape(_UNWANTED.sub("\ufffd", words), quote=True))


def element(tag: str, *children: str, **attributes: str) -> Markup:
    """Return an element; `class_` is its class. Children that are not Markup are texts."""
    named = "".join(f' {name.rstrip("_").replace("_", "-")}="{text(value)}"' for name, value in attributes.items())
    return Markup(f"<{tag}{named}>{joined(*children)}</{tag}>")


def joined(*children: str) -> Markup:
    """Return children in a row."""
    return Markup("".join(child if isinstance(child, Markup) else text(child) for child in children))


def name(words: str) -> Markup:
    """Return a name from outside, apart from the text around it whatever its writing direction, and not without end."""
    shown = truncate_middle(words, _LONGEST_NAME)
    return element("bdi", shown) if shown == words else element("bdi", shown, title=words)
