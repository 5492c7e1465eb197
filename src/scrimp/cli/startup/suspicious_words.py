"""Words of the command line that may be unusable: only those are looked at closely, by `unusable_words`."""

from __future__ import annotations

from math import isfinite

_IMMENSE_DIGITS = 10


def is_suspicious(word: str) -> bool:
    """Return whether a word may be unusable: not UTF-8, not a finite number, or an immense one."""
    if len(word) >= _IMMENSE_DIGITS and sum(map(str.isdigit, word)) >= _IMMENSE_DIGITS:
        return True
    try:
        word.encode()
        return not isfinite(float(word.rpartition("=")[2]))
    except UnicodeEncodeError:
        return True
    except ValueError:
        return False
