"""A piece of code in a page: its text, byte for byte, and the language it says it is in."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from scrimp.compress.html.elements import INVISIBLE

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_LANGUAGE = re.compile(r"\blang(?:uage)?-([\w+#.-]+)")


def code_text(node: LexborNode, hidden: AbstractSet[int]) -> str:
    """Return the text of code, byte for byte, save for what is not seen in it; `hidden` are the nodes that are not."""
    pieces: list[str] = []
    unseen: set[int] = set()
    for part in node.traverse(include_text=True):
        if part.mem_id in unseen:
            continue
        if part.tag in INVISIBLE or part.mem_id in hidden:
            unseen.update(inner.mem_id for inner in part.traverse(include_text=True))
        elif part.tag in {"br", "-text"}:
            pieces.append("\n" if part.tag == "br" else part.text_content or "")
    return "".join(pieces)


def code_language(node: LexborNode) -> str:
    """Return the language that a block of code names in its class, as highlighters do."""
    for part in (node, node.css_first("code")):
        match = _LANGUAGE.search(part.attributes.get("class") or "") if part else None
        if match:
            return match[1]
    return ""
