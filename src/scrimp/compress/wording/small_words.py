"""Drop small words, articles and fillers, from running prose.

Words are only dropped, never changed. Capitalized words stay, and so does the first word of a sentence or line: without
it, the next word would need a capital, or two sentences would seem to be one. Words before punctuation stay, as do
headings, labels, tables, quoted lines, code, protected text, and everything in the scope of a negation.

Whether a word is dropped depends only on words that never are, so the result is idempotent.
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

MIN_WORDS = 8  # a shorter line may be a heading, label or entry
_MIN_WRAPPED = 40  # characters of a line without the end of a sentence that counts as part of a wrapped paragraph
_NEGATION_SCOPE = 5  # words after a negation, in its sentence, that it may apply to
_WINDOW = 200  # characters before a line in which a negation may apply to it

_NEGATION = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(NEGATIONS))})(?!\w)|n['\u2019]t")
_HAS_LETTER = re.compile(r"\w")
_QUOTE, _CODE = re.compile(protected_spans.QUOTE), re.compile(protected_spans.CODE)
_NOT_PROSE = re.compile(r" {4}|[ ]*(?:[#>|<$%=~]|//|--|\d+:)|[^\n|\t{}]*+[|\t{}]")
_RULER = re.compile(r"\n[ ]{0,3}(?:=+|-{2,})[ ]*(?:\n|\Z)")
_ENDS = re.compile(r"[.!?][\"'\u2019\u201d)\]*_]*(?:\s|\Z)")
_LABEL = re.compile(r"[^:.!?\n]{1,60}:(?![^\s*_])")
# In a line with a variable x, "a" may be a variable, too.
_VARIABLES = frozenset(
    f"{opening}{letter}{closing}"
    for opening in ("", "(")
    for letter in "bcdefghjklmnopqrstuvwxyz"
    for closing in ("", ",", ";", ":", ")", "),", ".", "?")
)
_VARIABLE_A = "a"
_OPENING = "\"'`*[_\u00ab\u201c"  # may start the word after a dropped one, as may letters and digits
_ENDINGS = ".,;:!?)]*_\"'\u2019\u201d"


def drop_small_words(text: str, *, protected: re.Pattern[str] | None = None) -> str:
    """Return the text without the small words its prose does not need; what `protected` matches stays.

    Only lines in English, German, French, Spanish, Portuguese or Italian change, each recognized by its common words.
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
    """Check that `after` has the words of `before` in order, except for small words of any language."""
    new = after.split()
    at = 0
    for word in before.split():
        if at < len(new) and word == new[at]:
            at += 1  # matching greedily is safe: a word that matches never needs to count as dropped
        elif word not in ALL_DROPPABLE:
            return f"word {word[:40]} is lost"
    return None if at == len(new) else f"word {new[at][:40]} was added"


def _outside_spans(cuts: Iterable[tuple[int, int]], spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the cuts that touch no span; both are sorted by start, and spans may overlap."""
    number = reach = 0
    for start, end in cuts:
        while number < len(spans) and spans[number][0] < end:
            reach = max(reach, spans[number][1])
            number += 1
        if reach <= start:
            yield start, end


def _untouchable(text: str, protected: re.Pattern[str] | None) -> list[tuple[int, int]]:
    """Return the protected spans, and all quotations and code, which that scan may have read as something else."""
    spans = [(span.start, span.end) for span in protected_spans.find_spans(text, extra=protected)]
    spans += [match.span() for match in _QUOTE.finditer(text)]
    spans += [match.span() for match in _CODE.finditer(text)] if "`" in text else []
    spans.sort()
    return spans


def _cuts(text: str) -> Iterator[tuple[int, int]]:
    """Yield the span of each droppable word, with the space after it."""
    end = -1
    while end < len(text):
        start = end + 1
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if _is_prose(text, start, end):
            yield from _cuts_of_line(text, start, text[start:end])


def _cuts_of_line(text: str, start: int, line: str) -> Iterator[tuple[int, int]]:
    words = line.split(" ")
    classes = list(map(_word_class, line.lower().split(" ")))
    language = _language(Counter(classes))
    if language is None:
        return
    above = text[max(0, start - _WINDOW) : start].rstrip()
    context = [] if above.endswith((".", "!", "?")) else above.lower().split()
    small = DROPPABLE[language]
    numbers = [
        number for number, word_class in enumerate(classes) if word_class == SMALL_WORD and words[number] in small
    ]
    ends = list(accumulate(map(len, words)))
    for number in _droppable(words, numbers, small, _label_words(line), _negated(context, words, classes)):
        end = start + ends[number] + number
        yield end - len(words[number]), end + 1


def _is_prose(text: str, start: int, end: int) -> bool:
    """Return whether a line is running prose: long enough, with the end of a sentence or in a wrapped paragraph."""
    if text.count(" ", start, end) < MIN_WORDS - 1 or _NOT_PROSE.match(text, start, end) or _RULER.match(text, end):
        return False
    if _ENDS.search(text, start, end):
        return True
    above = start > 1 and text[start - 2] != "\n"
    below = end + 1 < len(text) and text[end + 1] != "\n"
    return (above or below) and end - start >= _MIN_WRAPPED


@lru_cache(maxsize=1 << 16)
def _word_class(word: str) -> str | None:
    """Return the class of a lowercase word: a language, SMALL_WORD or NEGATION, or None."""
    word_class = WORD_CLASS.get(word)
    return NEGATION if word_class is None and not word.isalpha() and _NEGATION.search(word) else word_class


def _language(found: Counter[str | None]) -> str | None:
    """Return the language whose common words clearly prevail in a line, or None."""
    counts = sorted(((found[language], language) for language in DROPPABLE), reverse=True)
    (best, language), (second, _) = counts[:2]
    # Small words do not count, or the language might change once they are dropped.
    counted = found.total() - found[SMALL_WORD]
    return language if best and best * 10 >= counted and best >= 2 * second else None


def _label_words(line: str) -> int:
    """Return the number of words in the label at the start of a line."""
    label = _LABEL.match(line)
    return label[0].count(" ") + 1 if label else 0


def _negated(context: Sequence[str], words: Sequence[str], classes: Sequence[str | None]) -> Collection[int]:
    """Return the numbers of the words in the scope of a negation, which may be in the context before them."""
    context_classes = list(map(_word_class, context))
    if NEGATION not in classes and NEGATION not in context_classes:
        return ()
    line = [*context, *words]
    negated: set[int] = set()
    for negation in [
        number for number, word_class in enumerate([*context_classes, *classes]) if word_class == NEGATION
    ]:
        at, left = negation, _NEGATION_SCOPE
        while left and at + 1 < len(line) and not line[at].endswith((".", "!", "?")):
            at += 1
            left -= _HAS_LETTER.search(line[at]) is not None
            negated.add(at - len(context))
    return negated


def _droppable(
    words: Sequence[str], numbers: Iterable[int], small: dict[str, Neighbors], first: int, negated: Collection[int]
) -> Iterator[int]:
    """Yield the numbers of the small words to drop; their neighbors are the nearest other words."""
    has_variables = not _VARIABLES.isdisjoint(words)
    following = 0  # the next word that is not a small word
    previous = -1
    for number in numbers:
        if number >= following:
            previous, following = number - 1, number + 1
            while following < len(words) and words[following] in small:
                following += 1
        if (
            previous < first
            or following == len(words)
            or number in negated
            or (has_variables and words[number] == _VARIABLE_A)
        ):
            continue
        before = words[previous - 1] if previous else ""
        if _is_droppable(small[words[number]], before, words[previous], words[following]):
            yield number


def _is_droppable(neighbors: Neighbors, before: str, previous: str, following: str) -> bool:
    if not (previous[-1:].isalpha() or previous.endswith((",", ";"))):
        return False  # a sentence, label or entry starts; or a number would get a unit
    if not (following[:1].isalnum() or following[:1] in _OPENING) or not following:
        return False
    bare = following.rstrip(_ENDINGS)
    lowered = bare.lower()
    if lowered in neighbors.not_before or (neighbors.before is not None and lowered not in neighbors.before):
        return False
    if previous in neighbors.not_after or (neighbors.after is not None and previous not in neighbors.after):
        return False
    capital = following[0].isupper()
    if neighbors.noun:
        return capital and previous[-1] != ","
    # Alexander the Great, the Lord of the Rings: one of the two words before is capitalized.
    return not (capital and (previous[0].isupper() or before[:1].isupper()))
