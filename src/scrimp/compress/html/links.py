"""Which addresses of a page are kept in its text, and how they are written."""

from __future__ import annotations

import re

_SCHEME = re.compile(r"(?:https?:|ftp:)?//|mailto:|tel:", re.IGNORECASE)  # of an address that is not relative
MAIL = re.compile(r"^(?:mailto|tel):", re.IGNORECASE)  # not written after a link
_FILE = re.compile(
    r"[^?#:]*\.(?:pdf|[ct]sv|xlsx?|docx?|pptx?|od[tsp]|zip|t?gz|json|xml|txt|ics|vcf|epub|mp[34]|apk)\b", re.IGNORECASE
)
_NOT_A_LOCATION = re.compile(r"#|[a-z][a-z\d+.-]*:(?!//)", re.IGNORECASE)


def is_informative(address: str, *, whole_page: bool) -> bool:
    """Return whether an address is kept: in a whole_page page, which is full of menus, of other sites and of files.

    A fragment was pasted on purpose, so the files it links to are part of its content.
    """
    if _SCHEME.match(address) or _FILE.match(address):
        return True
    return not whole_page and address != "" and not _NOT_A_LOCATION.match(address)


def without_scheme(address: str) -> str:
    """Return an address without scheme and final slash: if the text of a link contains that, it is not repeated."""
    return _SCHEME.sub("", address, count=1).rstrip("/")
