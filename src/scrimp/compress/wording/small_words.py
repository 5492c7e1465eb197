"""Articles and fillers left out of running prose.

Words are only dropped, never changed: a word with a capital stays, and so does whatever begins a sentence or a line. A
sentence that began with its second word would need a new capital, which is a changed word; and without one, readers
that look for the ends of sentences would run two together. What stands before punctuation stays, as do headings,
labels, tables, quoted lines, code, what is protected, and everything within reach of a negation.

Whether a word may go depends only on what never goes: so once is as good as twice.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate

from scrimp.compress.wording.small_word_lists import (
    ALL_DROPPABLE,
    DROPPABLE,
    NEGATION,
    NEGATIONS,
    SMALL_WORD,
    WORD_CLASS,
    Neighbors,
)
from scrimp.compress.zones import protected_spans

MIN_WORDS = 8  # a line of fewer may be a heading, a label or an entry
_MIN_WRAPPED = 40  # characters of a line without an end of sentence that belongs to a wrapped paragraph
_NEGATION_SCOPE = 5  # words after a negation, in its sentence, among which is the one it bears on
_WINDOW = 200  # characters before a line in which a negation may stand that reaches into it

_NEGATION = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(NEGATIONS))})(?!\w)|n['\u2019]t")
_HAS_LETTER = re.compile(r"\w")
_QUOTE, _CODE = re.compile(protected_spans.QUOTE), re.compile(protected_spans.CODE)
_NOT_PROSE = re.compile(r" {4}|[ ]*(?:[#>|<$%=~]|//|--|\d+:)|[^\n|\t{}]*+[|\t{}]")
_RULER = re.compile(r"\n[ ]{0,3}(?:=+|-{2,})[ ]*(?:\n|\Z)")
_ENDS = re.compile(r"[.!?][\"'\u2019\u201d)\]*_]*(?:\s|\Z)")
_LABEL = re.compile(r"[^:.!?\n]{1,60}:(?![^\s*_])")
# A line with an x has perhaps an a.
_VARIABLES = frozenset(
    f"{opening}{letter}{closing}"
    for opening in ("", "(")
    for letter in "bcdefghjklmnopqrstuvwxyz"
    for closing in ("", ",", ";", ":", ")", "),", ".", "?")
)
_VARIABLE_A = "a"
_OPENING = "\"'`*[_\u00ab\u201c"  # may begin what a word was dropped before, as may letters and digits
_ENDINGS = ".,;:!?)]*_\"'\u2019\u201d"


def drop_small_words(text: str, *, protected: re.Pattern[str] | None = None) -> str:
    """Return the text without the articles and fillers its prose can do without; what `protected` matches stays.

    Lines in English, German, French, Spanish, Portuguese or Italian, each told by its own common words; others stay.
    """
    cuts = list(_cuts(text))
    if not cuts:
        return text
    pieces: list[str] = []
    done = 0
    for start, end in _outside_spans(cuts, _untouchable(text, protected)):
        pieces.append(text[done:start])
        done = end
    return "".join([*pieces, text[done:]])


def only_small_words_dropped(before: str, after: str) -> str | None:
    """Check that the words of `after` are those of `before`, in order, less some of the list of any language."""
    new = after.split()
    at = 0
    for word in before.split():
        if at < len(new) and word == new[at]:
            at += 1  # a word that can be found is never better taken for dropped
        elif word not in ALL_DROPPABLE:
            return f"word {word[:40]} lost"
    return None if at == len(new) else f"word {new[at][:40]} added"


def _outside_spans(cuts: Iterable[tuple[int, int]], spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the cuts that touch no span; both are in the order of their starts, and spans may overlap."""
    number = reach = 0
    for start, end in cuts:
        while number < len(spans) and spans[number][0] < end:
            reach = max(reach, spans[number][1])
            number += 1
        if reach <= start:
            yield start, end


def _untouchable(text: str, protected: re.Pattern[str] | None) -> list[tuple[int, int]]:
    """Return what is protected, and what alone would be a quotation or code where that scan saw something else."""
    spans = [(span.start, span.end) for span in protected_spans.find_spans(text, extra=protected)]
    spans += [match.span() for match in _QUOTE.finditer(text)]
    spans += [match.span() for match in _CODE.finditer(text)] if "`" in text else []
    spans.sort()
    return spans


def _cuts(text: str) -> Iterator[tuple[int, int]]:
    """Yield each word that may go by its line and its neighbours, with the space after it."""
    end = -1
    while end < len(text):
        start = end + 1
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if _is_prose(text, start, end):
            yield from _cuts_of_line(text, start, text[start:end])


def _cuts_of_line(text: str, start: int, line: str) -> Iterator[tuple[int, int]]:
    words = line.split(" ")
    kinds = list(map(_word_class, line.lower().split(" ")))
    language = _language(Counter(kinds))
    if language is None:
        return
    above = text[max(0, start - _WINDOW) : start].rstrip()
    said = [] if above.endswith((".", "!", "?")) else above.lower().split()
    closed = DROPPABLE[language]
    numbers = [number for number, kind in enumerate(kinds) if kind == SMALL_WORD and words[number] in closed]
    ends = list(accumulate(map(len, words)))
    for number in _droppable(words, numbers, closed, _label_words(line), _negated(said, words, kinds)):
        end = start + ends[number] + number
        yield end - len(words[number]), end + 1


def _is_prose(text: str, start: int, end: int) -> bool:
    """Say whether a line is running prose: long enough, with the end of a sentence or in a wrapped paragraph."""
    if text.count(" ", start, end) < MIN_WORDS - 1 or _NOT_PROSE.match(text, start, end) or _RULER.match(text, end):
        return False
    if _ENDS.search(text, start, end):
        return True
    above = start > 1 and text[start - 2] != "\n"
    below = end + 1 < len(text) and text[end + 1] != "\n"
    return (above or below) and end - start >= _MIN_WRAPPED


@lru_cache(maxsize=1 << 16)
def _word_class(word: str) -> str | None:
    """Return the language that a word in small letters is common in, or that it may be dropped, or denies."""
    kind = WORD_CLASS.get(word)
    return NEGATION if kind is None and not word.isalpha() and _NEGATION.search(word) else kind


def _language(found: Counter[str | None]) -> str | None:
    """Return whose common words a line has, clearly more than of any other language; None for none of ours."""
    counts = sorted(((found[language], language) for language in DROPPABLE), reverse=True)
    (best, language), (second, _) = counts[:2]
    # What may be dropped tells nothing, or the language might be another afterwards.
    told = found.total() - found[SMALL_WORD]
    return language if best and best * 10 >= told and best >= 2 * second else None


def _label_words(line: str) -> int:
    """Return the number of the first word that is not of a label at the beginning of a line."""
    label = _LABEL.match(line)
    return label[0].count(" ") + 1 if label else 0


def _negated(said: Sequence[str], words: Sequence[str], kinds: Sequence[str | None]) -> Collection[int]:
    """Return the numbers of the words that a negation may bear on, be it among those said before or the words."""
    first = list(map(_word_class, said))
    if NEGATION not in kinds and NEGATION not in first:
        return ()
    line = [*said, *words]
    denied: set[int] = set()
    for negation in [number for number, kind in enumerate([*first, *kinds]) if kind == NEGATION]:
        at, left = negation, _NEGATION_SCOPE
        while left and at + 1 < len(line) and not line[at].endswith((".", "!", "?")):
            at += 1
            left -= _HAS_LETTER.search(line[at]) is not None
            denied.add(at - len(said))
    return denied


def _droppable(
    words: Sequence[str], numbers: Iterable[int], closed: dict[str, Neighbors], first: int, denied: Collection[int]
) -> Iterator[int]:
    """Yield which words of the closed list may go, looking past their like for their neighbours."""
    lettered = not _VARIABLES.isdisjoint(words)
    following = 0  # the next word that is not of the list
    previous = -1
    for number in numbers:
        if number >= following:
            previous, following = number - 1, number + 1
            while following < len(words) and words[following] in closed:
                following += 1
        if (
            previous < first
            or following == len(words)
            or number in denied
            or (lettered and words[number] == _VARIABLE_A)
        ):
            continue
        before = words[previous - 1] if previous else ""
        if _is_droppable(closed[words[number]], before, words[previous], words[following]):
            yield number


def _is_droppable(beside: Neighbors, before: str, previous: str, following: str) -> bool:
    if not (previous[-1:].isalpha() or previous.endswith((",", ";"))):
        return False  # a sentence, a label or an entry begins; or a number would find a unit
    if not (following[:1].isalnum() or following[:1] in _OPENING) or not following:
        return False
    bare = following.rstrip(_ENDINGS)
    small = bare.lower()
    if small in beside.not_before or (beside.before is not None and small not in beside.before):
        return False
    if previous in beside.not_after or (beside.after is not None and previous not in beside.after):
        return False
    capital = following[0].isupper()
    if beside.noun:
        return capital and previous[-1] != ","
    # Alexander the Great, the Lord of the Rings: a capital came just before, or before one small word.
    return not (capital and (previous[0].isupper() or before[:1].isupper()))
