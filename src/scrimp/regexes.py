"""Regular expressions compiled at their first use, which most commands never reach."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=256)
def pattern(source: str) -> re.Pattern[str]:
    """Return the compiled expression; flags are part of it, as in (?i)."""
    return re.compile(source)
