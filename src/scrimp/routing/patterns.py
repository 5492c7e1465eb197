"""Regular expressions, compiled the first time they are used: most commands never do."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re


@lru_cache(maxsize=256)
def pattern(source: str) -> re.Pattern[str]:
    """Return the compiled expression; flags are written inside it, as in (?i)."""
    import re

    return re.compile(source)
