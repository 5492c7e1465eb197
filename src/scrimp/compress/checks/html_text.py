"""Whether a text still says all that the page it was made of shows.

It shares no walk with the writer: what is unseen is cut out of the tree, marks are put in where words part, and the
parser itself joins what is left.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from scrimp.compress.html.elements import BREAKS, CODE, INVISIBLE, LABELED_INPUTS, STRIKETHROUGH
from scrimp.compress.html.links import is_informative, without_scheme
from scrimp.compress.html.to_text import is_document, is_html

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_UNSEEN = ",".join((*sorted(INVISIBLE), "[hidden]", "dialog:not([open])"))
_STYLED = re.compile(r"(?:^|;)(?:display:none|visibility:hidden)", re.IGNORECASE)
_SHOWN = ",".join(sorted(CODE))
_PARTED = ",".join((*sorted(BREAKS), "ul", "ol", "td", "th", "button"))
_STRIKETHROUGH, _STRIKETHROUGH_MARK = ",".join(sorted(STRIKETHROUGH)), "~~"
_FIELDS = frozenset(LABELED_INPUTS)
_POWER = re.compile(r"[\d+\u2212-]")
# Where a mark may stand inside a word, and where a power begins: no text holds what is assigned to no character.
_SEAM, _SUPERSCRIPT = "\ufdd0", "\ufdd1"
_SHORT = 40


def page_text_complete(before: str, after: str) -> str | None:
    """Name what a page shows and its text does not: a word, its title, a piece of code or where a link leads.

    Words are compared in order and with all that touches them, so that numbers, identifiers, quotations and negations
    are what they were; code byte for byte, up to the white space around it.
    """
    if not is_html(before):
        return "it is no page"
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 - takes 15 ms, and few prompts hold a page

    tree = LexborHTMLParser(before.strip())
    title = tree.css_first("head > title")
    if title is not None and " ".join(title.text().split()) not in " ".join(after.split()):
        return "the title lost"
    _remove_invisible(tree)
    addresses = _addresses(tree, whole=is_document(before))
    snippets = _visible_code(tree)
    return (
        _first_missing("code", snippets, after)
        or _first_missing("address", addresses, after)
        or _word_missing(*_without_strikethrough(tree, _visible_words(tree), after))
    )


def _remove_invisible(tree: LexborHTMLParser) -> None:
    """Take out what is not seen. What is replaced lives on apart from the tree: others of the list may be in it."""
    styled = (node for node in tree.css("[style]") if _STYLED.search("".join((node.attributes["style"] or "").split())))
    for node in [*tree.css(_UNSEEN), *styled]:
        if node.parent is not None:
            node.replace_with("")


def _addresses(tree: LexborHTMLParser, *, whole: bool) -> Iterator[str]:
    """Yield where links lead, and in a piece of a page where images are, each where it is first said."""
    if whole:
        nodes = tree.css("a[href]")
    else:  # a link's address follows that of an image in it
        nodes = [inner for node in tree.css("a[href],img[src]") for inner in (*node.css("img[src]"), node)]
    found = ((node.attributes.get("href" if node.tag == "a" else "src") or "").strip() for node in nodes)
    return iter(dict.fromkeys(without_scheme(address) for address in found if is_informative(address, whole=whole)))


def _visible_code(tree: LexborHTMLParser) -> list[str]:
    """Return the pieces of code; each is plain text in the tree from now on, its neighbours a mark away."""
    for line in tree.css("br"):
        line.replace_with("\n")
    shown: list[str] = []
    inside: set[int] = set()
    for node in tree.css(_SHOWN):
        if node.mem_id in inside:
            continue
        inside.update(inner.mem_id for inner in node.css(_SHOWN))
        code = node.text()
        shown.append(code)
        edge = _SEAM if node.tag == "code" else "\n"
        node.replace_with(f"{edge}{code}{edge}" if code.strip() else code)
    return shown


def _visible_words(tree: LexborHTMLParser) -> str:
    """Return what is seen, where words part at blank space and a seam is where a mark may be."""
    for node in tree.css(_PARTED):
        node.insert_before("\n")
        node.insert_after("\n")
    for node in tree.css("a"):
        node.insert_before(_SEAM)
        node.insert_after(_SEAM)
    for node in tree.css("sup"):
        if _POWER.match(node.text()):
            node.insert_before(_SUPERSCRIPT)
    for node in tree.css("img,input"):
        node.insert_before(_visible_value(node))
    return _write_exponents(tree.root.text()) if tree.root is not None else ""


def _write_exponents(shown: str) -> str:
    """Write 10<sup>5</sup> so that it is not 105; an address may come between a link and its power."""
    if _SUPERSCRIPT not in shown:
        return shown
    powers = re.sub(f"(?<=[^\\W_]){_SUPERSCRIPT}+", "^", shown)
    return powers.replace(_SUPERSCRIPT, "")


def _without_strikethrough(tree: LexborHTMLParser, shown: str, text: str) -> tuple[str, str]:
    """Take the marks of what is struck out from both: in the text they touch the first word and the last."""
    if tree.css_first(_STRIKETHROUGH) is None:
        return shown, text
    return shown.replace(_STRIKETHROUGH_MARK, ""), text.replace(_STRIKETHROUGH_MARK, "")


def _visible_value(node: LexborNode) -> str:
    if node.tag == "img":
        return f"\n{node.attributes.get('alt') or ''}\n"
    kind = (node.attributes.get("type") or "text").lower()
    return f"\n{node.attributes.get('value') or ''}\n" if kind in _FIELDS else ""


def _first_missing(kind: str, pieces: Iterable[str], text: str) -> str | None:
    """Name the first that does not follow the one before it."""
    at = 0
    for piece in pieces:
        found = text.find(piece.strip(), at)
        if found < 0:
            return f"{kind} {_abbreviated(piece.strip())} lost"
        at = found + len(piece.strip())
    return None


def _word_missing(shown: str, text: str) -> str | None:
    """Name the first word that does not follow the one before it; what else is in the text are marks and addresses."""
    left = iter(text.split())
    for word in shown.split():
        kept = _contains_parts(word, left) if _SEAM in word else word in left
        if not kept:
            return f"word {_abbreviated(word.replace(_SEAM, ''))} lost"
    return None


def _contains_parts(word: str, left: Iterator[str]) -> bool:
    """Say whether the parts of a word follow each other, in one word or in several."""
    parts = [part for part in word.split(_SEAM) if part]
    done = 0
    while done < len(parts):
        other = next(left, None)
        if other is None:
            return False
        at = 0
        while done < len(parts) and (found := other.find(parts[done], at)) >= 0:
            at = found + len(parts[done])
            done += 1
    return True


def _abbreviated(value: str) -> str:
    return value if len(value) <= _SHORT else f"{value[:_SHORT]}\N{HORIZONTAL ELLIPSIS}"
