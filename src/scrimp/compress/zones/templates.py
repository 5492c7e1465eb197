"""Whether a page is one that a program fills in: by the signs of languages of templates in what the page would show."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrimp.compress.zones.signs import any_sign
from scrimp.regexes import pattern

# What does not show, or shows pieces of programs; most signs there are not of the page.
_APART = re.compile(r"<!--(?!#)|-->|<(/?)(script|style|pre|code|samp|kbd|tt|textarea|xmp)\b", re.IGNORECASE)


def is_filled_in(page: str) -> bool:
    """Return whether a page has places that a program fills in, or lines of such a program."""
    shown = pattern(f"(?im){any_sign('tag', 'place', 'line', 'attribute')}")
    return bool(pattern(f"(?i){any_sign('anywhere')}").search(page)) or any(map(shown.search, _shown(page)))


def _shown(page: str) -> Iterator[str]:
    done, inside = 0, ""
    for mark in _APART.finditer(page):
        name, closes = (mark[2] or "--").lower(), mark[1] == "/" or mark[0] == "-->"
        if not inside and not closes:
            yield page[done : mark.start()]
            inside = name
        elif inside == name and closes:
            inside, done = "", mark.end()
    yield "" if inside else page[done:]
