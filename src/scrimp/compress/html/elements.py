"""The elements of HTML by their effect: invisible, code, separated from their neighbors, with an end tag or not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from scrimp.word_lists import read_lists


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


VOID = _names("area base br col embed hr img input link meta param source track wbr")
# Elements that may lack an end tag, and do not nest.
OPTIONAL_END_TAG = VOID | _names("p li dt dd tr td th thead tbody tfoot option colgroup html body head")
INVISIBLE = _names(
    "head script style template noscript noframes noembed iframe object embed canvas audio video datalist defs "
    "annotation annotation-xml"
)
CODE = _names("pre code xmp listing plaintext")
STRIKETHROUGH = _names("s del strike")
HEADINGS = _names("h1 h2 h3 h4 h5 h6")
# The types of input whose value is not visible, and those that are checked or not.
VALUELESS_INPUTS, CHECKED_INPUTS = _names("hidden password file image"), _names("checkbox radio")
# What separates an element from its neighbors: a space, a line break, a blank line.
SPACE: Final = 1
LINE: Final = 2
PARAGRAPH: Final = 3
BREAKS: dict[str, int] = dict.fromkeys(
    _names(
        "div header footer nav aside address main form fieldset legend li dt dd tr thead tbody tfoot option "
        "optgroup summary figcaption center dir menu select textarea title desc area"
    ),
    LINE,
) | dict.fromkeys(
    _names(
        "p dl table caption section article blockquote figure details hr pre xmp listing plaintext body html hgroup "
        "search dialog"
    ) | HEADINGS,
    PARAGRAPH,
) | {"button": SPACE}  # fmt: skip
_INLINE = _names(
    "a abbr acronym b basefont bdi bdo big cite code data del dfn em font i img input ins kbd label mark math "
    "meter nobr output progress q rb rp rt ruby s samp slot small span strike strong sub sup svg time tt u var video "
    "frameset frame applet marquee picture map"
)
KNOWN_ELEMENTS = frozenset(BREAKS) | {"ul", "ol"} | _INLINE | VOID | OPTIONAL_END_TAG | INVISIBLE
# What HTML says of elements; other attributes are of XML that has names of HTML, and data.
_ATTRIBUTES = {name: _names(words) for name, words in read_lists(Path(__file__).with_name("attributes.txt")).items()}


def is_attribute(element: str, name: str) -> bool:
    """Return whether HTML has such an attribute of an element, or it is for a program that shows the page."""
    known = name in _ATTRIBUTES["all"] or name in _ATTRIBUTES.get(element, ())
    identifies = name == "id" and element in _ATTRIBUTES["identified"]
    return known or identifies or "-" in element or re.match(r"data-|aria-|on\w{3}", name) is not None
