"""Drop articles from English prose, at the level that says completions may suffer.

Only whole sentences of running text change, and in them only `the`, `a` and `an` after a lowercase word. What is
quoted, negated, in a list, a table or a formula stays, and so does an article that measures (`a day`, `a few`, `the
more`), names (`the Lord`) or may be a letter (`point a is`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from scrimp.compress.zones import protected_spans
from scrimp.word_lists import read_lists

_DROPPED = frozenset(("the ", "a ", "an "))
_WORD = re.compile(r"\A\s+|\S+\s*")
# Also in brackets, as notes that other rules write: folded lines, omitted bytes.
_QUOTE = re.compile(rf"{protected_spans.QUOTE}|\[[^\[\]\n]{{1,300}}\]")
_MASK = "0"
_MIN_WORDS = 8
_SENTENCE = re.compile(r"(?:[^.!?\n]|[.!?](?!\s|\Z))++[.!?]?+")
# Not prose: code, markup, formulas, tables, headings, lists, single letters, words in capitals.
_NOT_PROSE = re.compile(
    r"[\"\u201c\u201d\u00ab\u00bb`|{}<>=*_#@$\\/~^\t]|\A\s*(?:[-+\u2022\u2013:]|\d+[.):])|(?<![\w'\u2019])[b-zB-HJ-Z](?![\w'\u2019])"
)
# What a sentence has that must not lose a word; the words before which an article stays; those after which a letter is.
_WORDS = read_lists(Path(__file__).with_name("articles.txt"))
_NEGATION = re.compile(_WORDS["negation"].replace("\n", ""), re.IGNORECASE)
_STAYS_BEFORE = frozenset(_WORDS["stays_before"].split())
_STAYS_AFTER = re.compile(_WORDS["stays_after"].replace("\n", ""))
_ENGLISH = re.compile(r"\b(?:of|and|in|to|was|were|is|are|with|by|for|from|that|which|on|at|as)\b")
_ARTICLE = re.compile(r"(?<=[a-z,;] )(?:the|an?) (?=([A-Za-z][a-z]+))")
_CAPITAL = re.compile(r"\b[A-Z]")


def drop_articles(text: str) -> str:
    """Return the text without the articles its prose does not need; what is quoted stays."""
    masked = _QUOTE.sub(lambda found: found[0][:1] + _MASK * (len(found[0]) - 1), text)
    ends = [0, *(place for cut in _cuts(masked) for place in cut), len(text)]
    return "".join(text[start:end] for start, end in zip(ends[::2], ends[1::2], strict=True))


def _cuts(text: str) -> Iterator[tuple[int, int]]:
    for sentence in _SENTENCE.finditer(text):
        words = sentence[0]
        if words[-1] not in ".!?" or words.count(" ") < _MIN_WORDS - 1 or len(_ENGLISH.findall(words)) < 2:
            continue
        if _NOT_PROSE.search(words) or _NEGATION.search(words):
            continue
        for article in _ARTICLE.finditer(text, *sentence.span()):
            before = text[max(sentence.start(), article.start() - 20) : article.start()]
            named = article[1][0].isupper() and _CAPITAL.search(before)  # Alexander the Great
            if article[1] not in _STAYS_BEFORE and not named and not _STAYS_AFTER.search(before):
                yield article.span()


def only_articles_dropped(before: str, after: str) -> str | None:
    """Check that `after` has the words and white space of `before` in order, but for articles between two words."""
    rest = iter(_WORD.findall(after))
    word = next(rest, None)
    for old in _WORD.findall(before):
        if old == word:
            word = next(rest, None)
        elif old not in _DROPPED:
            return f"word {old[:40]} is lost"
    return None if word is None else f"word {word[:40]} was added"
