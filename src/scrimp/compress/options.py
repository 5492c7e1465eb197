"""What a text is compressed for: how far, for which question, and what may not be touched."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias, get_args

from msgspec import Struct

from scrimp.enums import Level

# Each does what those before it do, and more.
LEVELS: tuple[Level, ...] = get_args(Level)
KEEP = 0.6  # the share of a context that `focus` keeps

# The units of a context and a question: how much each unit bears on it.
Scorer: TypeAlias = Callable[[Sequence[str], str], Sequence[float]]


class CompressOptions(Struct, frozen=True):
    """What every rule is told.

    `query` is what a context is read for, and `keep` the share of it (0 to 1, in characters) that sentences for the
    question may take; what `protected` matches stays as it is.
    Sentences are ranked by BM25 unless a `scorer` ranks them.
    """

    level: str
    query: str = ""
    keep: float = KEEP
    protected: re.Pattern[str] | None = None
    scorer: Scorer | None = None

    def kept(self, before: str, after: str) -> str | None:
        """Say what is gone of what the user protected, or nothing."""
        if self.protected is None or before == after:
            return None
        old, new = (_matches(self.protected, text) for text in (before, after))
        if old == new:
            return None
        lost = next((match for match in old if match not in new), None)
        return "what is protected moved" if lost is None else f"protected {lost[:40]!r} would change"


def _matches(pattern: re.Pattern[str], text: str) -> list[str]:
    return [match[0] for match in pattern.finditer(text)]
