"""Regular expressions, compiled the first time they are used: most commands never do."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=256)
def pattern(source: str) -> re.Pattern[str]:
    """Return the compiled expression; flags are written inside it, as in (?i)."""
    return re.compile(source)
