"""Which pages the parser reads in time that grows with their length alone; the others are left as they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from scrimp.compress.html.elements import OPTIONAL_END_TAG

_SURROGATE = re.compile("[\ud800-\udfff]")
_ATTRIBUTE = r"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)?+"""
_CROWDED = re.compile(rf"<[A-Za-z][^\s/>]*+(?:{_ATTRIBUTE}){{1000}}")  # parsing takes their number squared
# A tag, and whether it closes itself beyond doubt: every value is quoted, so that the slash is of no value.
_TAG = re.compile(
    r"<(/?)([a-z][^\s/>]*+)"
    r"((?:\s++[^\s\"'<>/=]++(?:\s*+=\s*+(?:\"[^\"<>]*+\"|'[^'<>]*+'))?+)*+\s*+/>)?+"
)
# Elements that the parser looks at again for each one more: the selected option, attributes that come late.
_MAX_OCCURRENCES = {"<option": 2048, "<html": 16, "<body": 16}
_MAX_DEPTH = 512  # of open elements; what browsers allow. Parsing takes depth times length
_FOREIGN = frozenset(("svg", "math"))  # in these an element closes itself where it says so, and nowhere else
_LISTS = frozenset(("ul", "ol", "dl", "menu", "dir"))
_TERMS = frozenset(("dd", "dt"))
_LISTED = _LISTS | _TERMS | {"li"}


@lru_cache(maxsize=1)  # a page is asked after before it is written, and again when that is checked
def is_parsable(text: str) -> bool:
    """Say whether the parser can read it: encodable, without NUL, no deeper or more crowded than any page is."""
    if "\0" in text or _SURROGATE.search(text) or _CROWDED.search(text):
        return False
    small = text.lower()
    return all(small.count(tag) <= most for tag, most in _MAX_OCCURRENCES.items()) and _is_shallow(_TAG.findall(small))


def _is_shallow(tags: Iterable[tuple[str, str, str]]) -> bool:
    """Say whether no element is too deep; what is closed in the wrong order is taken to be deeper than it is."""
    opened: Counter[str] = Counter()
    depth = foreign = 0
    last = ""  # of lists and what is in them: an item in a term that no list is between nests
    for closing, name, ended in tags:
        if name in _LISTED:
            depth += name == "li" and last in _TERMS and not closing
            last = name
        if ended if foreign else name in OPTIONAL_END_TAG:
            continue
        step = 1 if not closing else -1 if opened[name] else 0
        opened[name] += step
        depth += step
        if name in _FOREIGN:
            foreign += step
        if depth > _MAX_DEPTH:
            return False
    return depth <= _MAX_DEPTH
