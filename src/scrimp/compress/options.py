"""Compression options: the level, the question, and what may not change."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias, get_args

from msgspec import Struct

from scrimp.enums import Level
from scrimp.values import TextSpan

# Each level does what the levels before it do, and more.
LEVELS: tuple[Level, ...] = get_args(Level)
_SELECTING = LEVELS[LEVELS.index("focus") :]
DEFAULT_KEEP = 0.6  # the share of a context that `focus` keeps

TokenCounter: TypeAlias = Callable[[str], int]


class CompressOptions(Struct, frozen=True):
    """What every rule may need to know.

    `query` is the question that sentences of a context are selected for, and `keep` the share of the context (0 to 1,
    in characters) they may take. What `protected` matches stays unchanged.
    With `count`, which returns the tokens of a text, what would get longer in tokens stays as it is. `asked` is what is
    told to do outside the text, such as in the system text. `told` is where data stands in the text, in order, by the
    word of those who made the text; all else is instruction then. Without it, data is what looks like data.
    """

    level: str
    query: str = ""
    keep: float = DEFAULT_KEEP
    protected: re.Pattern[str] | None = None
    count: TokenCounter | None = None
    asked: str = ""
    told: tuple[TextSpan, ...] = ()

    @property
    def selects_sentences(self) -> bool:
        """Whether the level leaves out sentences of documents."""
        return self.level in _SELECTING

    def protected_change(self, before: str, after: str) -> str | None:
        """Return which match of `protected` would change, or None where they are the same in the same order."""
        if self.protected is None or before == after:
            return None
        old, new = ([match[0] for match in self.protected.finditer(text)] for text in (before, after))
        if old == new:
            return None
        missing = next((match for match in old if match not in new), None)
        return "protected text would move" if missing is None else f"protected {missing[:40]!r} would change"
