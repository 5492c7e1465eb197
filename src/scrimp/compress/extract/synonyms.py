"""Words that mean much the same as an English word, of WordNet: "judge" for "magistrate", "hid" for "conceal"."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from functools import cache
from pathlib import Path

SHIPPED = Path(__file__).with_name("synonyms.txt.gz")  # made by .ci/make_synonyms.py


def synonyms(word: str) -> Sequence[str]:
    """Return how words begin that mean much the same as an English word, which may have a regular ending."""
    forms = (word, word[:-1], word[:-2], word[:-3], f"{word[:-3]}e")
    return next((found.split() for form in forms if (found := _beginnings().get(form))), ())


@cache
def _beginnings() -> dict[str, str]:
    lines = gzip.decompress(SHIPPED.read_bytes()).decode().splitlines()
    return {word: found for word, _, found in (line.partition(" ") for line in lines if not line.startswith("#"))}
