"""Which texts are not prose: long ones that take long to read sentence by sentence, and those full of signs."""

from __future__ import annotations

import re

# Characters of a long text, bytes of a sentence or line on average, how many of these there are, characters of a line.
_LONG, _SHORTEST, _MOST, _LONGEST_LINE = 200_000, 20, 18_000, 1_000_000
_ENDS = "\n.?!|\u3002"
_SIGNS, _MOST_SIGNS = '{}()[]:;=<>$@#%&|\\*_/"`~^+', 0.06  # of all that is not blank; articles have 0.01, code 0.1
_TIME = re.compile(r"\d:(?=\d)")  # of a chat, which has one in each line
# Lines beside each other that one sign of comments begins, and where a sentence ends; Thai and others have no period.
_COMMENTS = re.compile(r"(?m)^[ \t]*+(?:(#++|//+|--|;+|%+|!|')(?:[ \t].*)?\n(?=[ \t]*+\1(?:\s|\Z))|/\*|\{-)")
_SENTENCE_END = re.compile(
    r"[.!?\u2026\u061f\u06d4\u0964][\"'\u201d\u2019\xbb)\]*_]*+(?!\S)|[\u3002\uff01\uff1f\u0e00-\u109f\u1780-\u17ff]"
)
_LONGEST_SENTENCE, _MOST_COMMENTS = 300, 0.15  # characters, of all on average; articles have 60 to 190; of all lines


def may_be_prose(text: str) -> bool:
    """Return whether a text may have sentences: a long one by how many marks and ends of lines it has."""
    if len(text) <= _LONG:
        return True
    ends = sum(map(text.count, _ENDS))
    if ends > _MOST or ends * _SHORTEST > len(text.encode("utf-8", "surrogatepass")):
        return False
    return len(text) <= _LONGEST_LINE or max(map(len, text.split("\n"))) <= _LONGEST_LINE


def is_running_text(text: str) -> bool:
    """Return whether a text has far more words than signs, unlike a program in a language that nothing else tells.

    Its lines have sentences, too, and no marks of comments; a text of few lines may be one without a period.
    """
    signs = sum(map(text.count, _SIGNS)) - len(_TIME.findall(text))
    size, lines = len(text) - text.count(" ") - text.count("\n"), text.count("\n")
    if signs > _MOST_SIGNS * size or text.lstrip().startswith(("/*", "{-")):
        return False
    if len(_COMMENTS.findall(text)) > max(1, _MOST_COMMENTS * lines):
        return False
    return lines * _LONGEST_SENTENCE < size or size < _LONGEST_SENTENCE * max(0.5, len(_SENTENCE_END.findall(text)))
