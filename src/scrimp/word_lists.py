"""Read the lists of words of a language: a text file with a section for each list."""

from __future__ import annotations

import re
from pathlib import Path

_SECTION = re.compile(r"^\[(\w+)\]\n(.*?)(?=^\[\w+\]$|\Z)", re.MULTILINE | re.DOTALL)


def read_lists(path: Path) -> dict[str, str]:
    """Return the text of each section by its name."""
    return dict(_SECTION.findall(path.read_text("utf-8")))
