"""Replace a passage of the documents that was there before by a note, whatever its label, which stays.

A passage is what is between blank lines or tags, with or without what may be its label: lines above it, words up to a
colon, a number in brackets. The note says how the passage begins that it stands for:

    Passage 4: [the passage that begins "The old hall stood by the river" is repeated here]
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

MIN_PASSAGE = 120  # characters
NOTE = re.compile(r'\[the passage that begins "([^\n]+?)" is repeated here\]')
_TAG = r"</?[A-Za-z][\w.:-]*(?:[ \t][^<>\n]{0,300})?>\s*"
BLANK_LINES = re.compile(
    rf"(\n[ \t\r]*(?:\n\s*|{_TAG})(?:{_TAG})*|\A(?:{_TAG})+|</[A-Za-z][\w.:-]*>(?=[ \t\r]*(?:\n|\Z)))"
)

# Not within a sentence that an editor wrapped, of which the first words would stay.
_LABEL_END = re.compile(r"[:\uff1a\]).>]\s+|(?<!,)\n\s*+(?![a-z\u00df-\u00ff\u0430-\u045f]|(?<=[A-Z]\n)[A-Z]{2})")
_LONGEST_LABEL = 300  # characters
_MOST_LABELS = 8
_TAIL = 60  # characters by which passages are compared first
_MIN_NAME = 20  # characters; fewer are a label that many passages have


def fold_repeated_passages(texts: Sequence[str]) -> list[str]:
    """Return the texts of documents with all passages but the first of equal ones as notes."""
    pieces = [BLANK_LINES.split(text) for text in texts]
    tails = Counter(passage.rstrip()[-_TAIL:] for found in pieces for passage in found[::2] if len(passage) >= _TAIL)
    if max(tails.values(), default=0) < 2 or any(map(NOTE.search, texts)):
        return list(texts)
    notes = _Notes(passage.rstrip() for found in pieces for passage in found[::2])
    for found in pieces:
        found[::2] = [notes.shortened(passage) for passage in found[::2]]
    return ["".join(found) for found in pieces]


def without_dangling_notes(texts: Sequence[str]) -> list[str]:
    """Return texts, of which parts were left out, without the notes whose passage is not there any more."""
    passages = "\n".join(NOTE.sub("", text) for text in texts)
    return [NOTE.sub(lambda note: note[0] if note[1] in passages else "", text) for text in texts]


class _Notes:
    """The passages so far by all that may be their text, and the one of all that begins with each first words."""

    def __init__(self, passages: Iterable[str]) -> None:
        self._named: dict[str, str] = {}
        self._seen: set[str] = set()
        for body in (body for passage in passages for body in possible_bodies(passage)):
            if not self._named.setdefault(first_words(body), body).endswith(body):  # as that with a label does
                self._named[first_words(body)] = ""  # of several, so it names none

    def shortened(self, passage: str) -> str:
        """Return a passage, or a note in its place if it is one of those before."""
        bodies = list(possible_bodies(passage.rstrip()))
        for body in bodies:
            name = first_words(body)
            if body in self._seen and self._named[name] == body:
                note = f'[the passage that begins "{name}" is repeated here]'
                return note.join(passage.rsplit(body, 1)) if len(note) < len(body) else passage
        self._seen.update(bodies)
        return passage


def possible_bodies(passage: str) -> Iterator[str]:
    """Yield what may be the text of a passage, the longest first: without what may be its label."""
    ends = islice(_LABEL_END.finditer(passage, 0, _LONGEST_LABEL), _MOST_LABELS)
    for body in (passage, *(passage[end.end() :] for end in ends)):
        if len(body) >= MIN_PASSAGE and len(first_words(body)) >= _MIN_NAME:
            yield body


def first_words(body: str) -> str:
    """Return whole words up to 60 characters of the first line, or 60 characters where its words are long."""
    line = body[:_TAIL].partition("\n")[0]
    words = line.rpartition(" ")[0] if len(line) == _TAIL else line
    return (words if len(words) > _TAIL // 2 else line).rstrip()
