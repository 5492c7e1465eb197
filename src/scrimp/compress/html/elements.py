"""The elements of HTML by their effect: invisible, code, separated from their neighbors, with an end tag or not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from scrimp.word_lists import read_lists


def _lists(name: str) -> dict[str, frozenset[str]]:
    return {key: frozenset(words.split()) for key, words in read_lists(Path(__file__).with_name(name)).items()}


_ELEMENTS, _ATTRIBUTES = _lists("elements.txt"), _lists("attributes.txt")
OPTIONAL_END_TAG = _ELEMENTS["void"] | _ELEMENTS["optional_end_tag"]  # they do not nest
INVISIBLE, CODE = _ELEMENTS["invisible"], _ELEMENTS["code"]
STRIKETHROUGH, HEADINGS = _ELEMENTS["strikethrough"], _ELEMENTS["headings"]
# The types of input whose value is not visible, and those that are checked or not.
VALUELESS_INPUTS, CHECKED_INPUTS = _ELEMENTS["valueless_inputs"], _ELEMENTS["checked_inputs"]
# What separates an element from its neighbors: a space, a line break, a blank line.
SPACE: Final = 1
LINE: Final = 2
PARAGRAPH: Final = 3
BREAKS: dict[str, int] = {
    **dict.fromkeys(_ELEMENTS["line"], LINE), **dict.fromkeys(_ELEMENTS["paragraph"], PARAGRAPH), "button": SPACE
}  # fmt: skip
KNOWN_ELEMENTS = frozenset(BREAKS) | _ELEMENTS["inline"] | OPTIONAL_END_TAG | INVISIBLE


def is_attribute(element: str, name: str) -> bool:
    """Return whether HTML has such an attribute of an element, or it is for a program that shows the page.

    Others are of XML that has names of HTML, and data.
    """
    known = name in _ATTRIBUTES["all"] or name in _ATTRIBUTES.get(element, ())
    identifies = name == "id" and element in _ATTRIBUTES["identified"]
    return known or identifies or "-" in element or re.match(r"data-|aria-|on\w{3}", name) is not None
