"""The tags around text that no level may change; they are for scrimp alone, so no level sends them."""

from __future__ import annotations

KEEP_OPEN, KEEP_CLOSE = "<scrimp:keep>", "</scrimp:keep>"


def without_keep_tags(text: str) -> str:
    """Return a text without the tags, as it is sent."""
    return text.replace(KEEP_OPEN, "").replace(KEEP_CLOSE, "")
