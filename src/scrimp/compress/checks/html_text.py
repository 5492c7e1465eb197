"""Check that a text contains all that its HTML page shows.

The check shares no code with the renderer: it removes invisible nodes from the tree, inserts marks where words are
separated, and lets the parser itself join the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from scrimp.compress.html.elements import BREAKS, CHECKED_INPUTS, CODE, INVISIBLE, VALUELESS_INPUTS
from scrimp.compress.html.links import is_informative, without_scheme
from scrimp.compress.html.to_text import is_document, is_html

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_INVISIBLE = ",".join((*sorted(INVISIBLE), "[hidden]", "dialog:not([open])"))
_STYLED = re.compile(r"(?:^|;)(?:display:none|visibility:hidden)", re.IGNORECASE)
_CODE, _SEPARATED = ",".join(sorted(CODE)), ",".join((*sorted(BREAKS), "ul", "ol", "td", "th"))
_STRIKETHROUGH = "~~"  # which touches the first and last word in the text
# Fractions and indexes in a formula, numbers that count down, what is struck through: their words alone say otherwise.
_SHOWN_BY_FORM = "mfrac,msub,msup,msubsup,msqrt,mroot,munder,mover,munderover,mtable,ol[reversed],[style*=line-through]"
_RUNS_ON = re.compile(  # 2<sup>n-1</sup>, x<sub>-1</sub>, log<sub>10</sub>2, e<sup>x</sup>y, x<sup>2n</sup>
    r"(?i)sub [+\u2212-]|[a-z][+\u2212*/-]\w|\w[+\u2212*/-][a-z]|\d/\d|\d\0\d|su. [a-z]\0\w"
    r"|sup \d+[ \u00b7\u22c5]?[a-z]\0|[\da-z][\u0391-\u03c9]"
)
_EXPONENT = re.compile(r"[\d+\u2212-]|[a-zA-Z](?![^\W\d_])")
# Where a mark may be inside a word, and where a superscript or subscript starts: noncharacters, which no text contains.
_SEAM, _SUPERSCRIPT, _SUBSCRIPT = "\ufdd0", "\ufdd1", "\ufdd2"
_MAX_SHOWN = 40


def page_text_complete(before: str, after: str) -> str | None:
    """Return what the page shows and the text lacks (a word, the title, code or an address), or None.

    Words are compared in order and with adjacent punctuation, so that numbers, identifiers, quotations and negations
    are unchanged; code is compared exactly, up to the white space around it.
    """
    if not is_html(before):
        return "it is not an HTML page"
    from selectolax.lexbor import LexborHTMLParser  # takes 15 ms, and few prompts contain a page

    tree = LexborHTMLParser(before.strip())
    title = tree.css_first("head > title")
    if title is not None and " ".join(title.text().split()) not in " ".join(after.split()):
        return "the title is lost"
    _remove_invisible(tree)
    if (node := tree.css_first(_SHOWN_BY_FORM)) is not None:
        return f"the form of <{node.tag}> is lost"
    scripts = ((node, node.next.text()[:1] if node.next else "") for node in tree.css("sup,sub"))
    if any(_RUNS_ON.search(f"{node.tag} {node.text()}\0{follows}") for node, follows in scripts):
        return "where a power or an index ends is lost"
    return (
        _first_missing("address", _addresses(tree, whole_page=is_document(before)), after)
        or _first_missing("code", _visible_code(tree), after)
        or _word_missing(*(shown.replace(_STRIKETHROUGH, "") for shown in (_visible_words(tree), after)))
    )


def _remove_invisible(tree: LexborHTMLParser) -> None:
    """Remove invisible nodes. A replaced node lives on outside the tree, and may contain others of the list."""
    styled = (node for node in tree.css("[style]") if _STYLED.search("".join((node.attributes["style"] or "").split())))
    for node in [*tree.css(_INVISIBLE), *styled]:
        if node.parent is not None:
            node.replace_with("")


def _addresses(tree: LexborHTMLParser, *, whole_page: bool) -> Iterator[str]:
    """Yield the addresses of links, and in a fragment those of images, each once."""
    if whole_page:
        nodes = tree.css("a[href],area[href]")
    else:  # the address of a link follows that of an image in it
        nodes = [inner for node in tree.css("a[href],area[href],img[src]") for inner in (*node.css("img[src]"), node)]
    found = ((node.attributes.get("src" if node.tag == "img" else "href") or "").strip() for node in nodes)
    kept = (without_scheme(address) for address in found if is_informative(address, whole_page=whole_page))
    return iter(dict.fromkeys(kept))


def _visible_code(tree: LexborHTMLParser) -> list[str]:
    """Return the pieces of code, and replace each in the tree by plain text between marks."""
    for line in tree.css("br"):
        line.replace_with("\n")
    visible: list[str] = []
    inside: set[int] = set()
    for node in tree.css(_CODE):
        if node.mem_id in inside:
            continue
        inside.update(inner.mem_id for inner in node.css(_CODE))
        code = node.text()
        visible.append(code)
        if node.tag != "code":  # a block, which separates the words around it even where it is empty
            node.replace_with(f"\n{code}\n")
        else:
            node.replace_with(f"{_SEAM}{code}{_SEAM}" if code.strip() else code)
    return visible


def _visible_words(tree: LexborHTMLParser) -> str:
    """Return the visible text, with words separated by white space and seams where a mark may be."""
    for names, mark in ((_SEPARATED, "\n"), ("a,abbr,time", _SEAM), ("q", '"')):
        for node in tree.css(names):
            node.insert_before(mark)
            node.insert_after(mark)
    for node in tree.css("sup,sub"):
        slash = node.next.text().strip() if node.tag == "sup" and node.next else ""
        if slash in ("/", "\u2044", "\u2215"):
            node.insert_before("\n")
        elif _EXPONENT.match(node.text()):
            node.insert_before(_SUPERSCRIPT if node.tag == "sup" else _SUBSCRIPT)
    for node in tree.css("area,img,input,optgroup,option[selected]"):
        node.insert_before(_visible_value(node))
    return _write_exponents(tree.root.text()) if tree.root is not None else ""


def _write_exponents(visible: str) -> str:
    """Write 10<sup>5</sup> as 10^5; an address may come between a link and its superscript."""
    for mark, sign, before in ((_SUPERSCRIPT, "^", "[^\\W_]"), (_SUBSCRIPT, "_", "\\d")):
        if mark in visible:
            visible = re.sub(f"(?<={before}){mark}+", sign, visible).replace(mark, "")
    return visible


def _visible_value(node: LexborNode) -> str:
    if node.tag in ("area", "img", "optgroup"):
        return f"\n{node.attributes.get('label' if node.tag == 'optgroup' else 'alt') or ''}\n"
    kind = (node.attributes.get("type") or "text").lower()
    if node.tag == "option" or kind in CHECKED_INPUTS:
        return "\n" if {"selected", "checked"}.isdisjoint(node.attributes) else "\n[x]\n"
    shown = node.attributes.get("value") or node.attributes.get("placeholder") or ""
    return "" if kind in VALUELESS_INPUTS else f"\n{shown}\n"


def _first_missing(kind: str, pieces: Iterable[str], text: str) -> str | None:
    """Return the first piece that does not follow the one before it."""
    at = 0
    for piece in pieces:
        found = text.find(piece.strip(), at)
        if found < 0:
            return f"{kind} {_abbreviated(piece.strip())} is lost"
        at = found + len(piece.strip())
    return None


def _word_missing(visible: str, text: str) -> str | None:
    """Return the first word that does not follow the one before it; marks and addresses in the text are skipped."""
    words = iter(text.split())
    for word in visible.split():
        if not (_contains_parts(word, words) if _SEAM in word else word in words):
            return f"word {_abbreviated(word.replace(_SEAM, ''))} is lost"
    return None


def _contains_parts(word: str, words: Iterator[str]) -> bool:
    """Return whether the parts of a word follow each other, in one word or several."""
    parts = [part for part in word.split(_SEAM) if part]
    done = 0
    for other in words if parts else ():
        at = 0
        while done < len(parts) and (found := other.find(parts[done], at)) >= 0:
            at = found + len(parts[done])
            done += 1
        if done == len(parts):
            return True
    return not parts


def _abbreviated(value: str) -> str:
    return value if len(value) <= _MAX_SHOWN else f"{value[:_MAX_SHOWN]}\N{HORIZONTAL ELLIPSIS}"
