"""Code in a page: its exact text, and its language."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from scrimp.compress.html.elements import INVISIBLE

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_LANGUAGE = re.compile(r"\blang(?:uage)?-([\w+#.-]+)")


def code_text(node: LexborNode, hidden: AbstractSet[int]) -> str:
    """Return the exact visible text of a code element; `hidden` are the ids of nodes that are not displayed."""
    pieces: list[str] = []
    skipped: set[int] = set()
    for part in node.traverse(include_text=True):
        if part.mem_id in skipped:
            continue
        if part.tag in INVISIBLE or part.mem_id in hidden:
            skipped.update(inner.mem_id for inner in part.traverse(include_text=True))
        elif part.tag in {"br", "-text"}:
            pieces.append("\n" if part.tag == "br" else part.text_content or "")
    return "".join(pieces)


def code_language(node: LexborNode) -> str:
    """Return the language in the class of a code block, as for syntax highlighters, or ""."""
    for part in (node, node.css_first("code")):
        match = _LANGUAGE.search(part.attributes.get("class") or "") if part else None
        if match:
            return match[1]
    return ""
