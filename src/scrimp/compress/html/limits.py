"""Which pages the parser reads in linear time; the others are left as they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from scrimp.compress.html.elements import OPTIONAL_END_TAG

_SURROGATE = re.compile("[\ud800-\udfff]")
_ATTRIBUTE = r"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)?+"""
_MANY_ATTRIBUTES = re.compile(rf"<[A-Za-z][^\s/>]*+(?:{_ATTRIBUTE}){{1000}}")  # quadratic in their number
# A tag, and whether it is surely self-closing: all values are quoted, so the slash is not part of one.
_TAG = re.compile(
    r"<(/?)([a-z][^\s/>]*+)"
    r"((?:\s++[^\s\"'<>/=]++(?:\s*+=\s*+(?:\"[^\"<>]*+\"|'[^'<>]*+'))?+)*+\s*+/>)?+"
)
# Elements that the parser revisits for each further one: the selected option, late attributes.
_MAX_OCCURRENCES = {"<option": 2048, "<html": 16, "<body": 16}
_MAX_DEPTH = 512  # of open elements, as in browsers; parsing takes depth times length
_FOREIGN = frozenset(("svg", "math"))  # in these, elements are closed by /> and only by that
_LISTS = frozenset(("ul", "ol", "dl", "menu", "dir"))
_TERMS = frozenset(("dd", "dt"))
_LIST_ELEMENTS = _LISTS | _TERMS | {"li"}


@lru_cache(maxsize=1)  # needed before the page is converted, and again for the check
def is_parsable(text: str) -> bool:
    """Return whether the parser can read a text in linear time: encodable, without NUL, not unusually deep or dense."""
    if "\0" in text or _SURROGATE.search(text) or _MANY_ATTRIBUTES.search(text):
        return False
    lowered = text.lower()
    few = all(lowered.count(tag) <= most for tag, most in _MAX_OCCURRENCES.items())
    return few and _is_shallow(_TAG.findall(lowered))


def _is_shallow(tags: Iterable[tuple[str, str, str]]) -> bool:
    """Return whether no element is too deep; elements closed in the wrong order count as deeper than they are."""
    opened: Counter[str] = Counter()
    depth = foreign = 0
    last = ""  # list element: an item directly in a term nests
    for closing, name, self_closing in tags:
        if name in _LIST_ELEMENTS:
            depth += name == "li" and last in _TERMS and not closing
            last = name
        if self_closing if foreign else name in OPTIONAL_END_TAG:
            continue
        step = 1 if not closing else -1 if opened[name] else 0
        opened[name] += step
        depth += step
        if name in _FOREIGN:
            foreign += step
        if depth > _MAX_DEPTH:
            return False
    return depth <= _MAX_DEPTH
