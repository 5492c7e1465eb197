"""Which texts are not prose: long ones that take long to read sentence by sentence, and those full of signs."""

from __future__ import annotations

import re

# Characters of a long text, bytes of a sentence or line on average, how many of these there are, characters of a line.
_LONG, _SHORTEST, _MOST, _LONGEST_LINE = 200_000, 20, 18_000, 1_000_000
_ENDS = "\n.?!|\u3002"
_SIGNS, _MOST_SIGNS = '{}()[]:;=<>$@#%&|\\*_/"`~^+', 0.06  # of all that is not blank; articles have 0.01, code 0.1
_TIME = re.compile(r"\d:(?=\d)")  # of a chat, which has one in each line


def may_be_prose(text: str) -> bool:
    """Return whether a text may have sentences: a long one by how many marks and ends of lines it has."""
    if len(text) <= _LONG:
        return True
    ends = sum(map(text.count, _ENDS))
    if ends > _MOST or ends * _SHORTEST > len(text.encode("utf-8", "surrogatepass")):
        return False
    return len(text) <= _LONGEST_LINE or max(map(len, text.split("\n"))) <= _LONGEST_LINE


def is_running_text(text: str) -> bool:
    """Return whether a text has far more words than signs, unlike a program in a language that nothing else tells."""
    signs = sum(map(text.count, _SIGNS)) - len(_TIME.findall(text))
    is_code = text.lstrip().startswith(("/*", "{-", "<?xml"))
    return not is_code and signs <= _MOST_SIGNS * (len(text) - text.count(" ") - text.count("\n"))
