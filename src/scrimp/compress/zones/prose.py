"""Which long texts are not prose, so that reading them sentence by sentence would take long and find nothing."""

from __future__ import annotations

# Characters of a text that takes long to read, bytes of a sentence or line on average, characters of a line.
_LONG, _SHORTEST, _LONGEST_LINE = 200_000, 20, 1_000_000
_ENDS = "\n.?!|\u3002"


def may_be_prose(text: str) -> bool:
    """Return whether a text may have sentences: a long one by its marks and the ends of lines."""
    if len(text) <= _LONG:
        return True
    if sum(map(text.count, _ENDS)) * _SHORTEST > len(text.encode("utf-8", "surrogatepass")):
        return False
    return len(text) <= _LONGEST_LINE or max(map(len, text.split("\n"))) <= _LONGEST_LINE
