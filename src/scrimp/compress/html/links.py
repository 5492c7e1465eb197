"""Which addresses of a page are worth their tokens, and how they are written."""

from __future__ import annotations

import re

_ABSOLUTE = re.compile(r"(?:https?:|ftp:|mailto:|tel:)?//|mailto:|tel:", re.IGNORECASE)
_MAIL = re.compile(r"^(?:mailto|tel):", re.IGNORECASE)
_SCHEME = re.compile(r"(?:https?://|ftp://|mailto:|tel:|//)", re.IGNORECASE)
_NOT_A_LOCATION = re.compile(r"#|[a-z][a-z\d+.-]*:(?!//)", re.IGNORECASE)


def is_informative(address: str, *, whole: bool) -> bool:
    """Say whether an address leads somewhere: in a whole page, which is mostly its own menus, only to other sites.

    A piece of a page was put where it is by hand: the file it names is a part of what it says.
    """
    return bool(_ABSOLUTE.match(address)) or (not whole and address != "" and not _NOT_A_LOCATION.match(address))


def display_address(address: str) -> str:
    """Return an address as it is written beside its link."""
    return _MAIL.sub("", address)


def without_scheme(address: str) -> str:
    """Return what a link's own words must hold for its address to be said: no scheme, no slash at the end."""
    return _SCHEME.sub("", address, count=1).rstrip("/")
