"""Drop articles from English prose, at the level that says completions may suffer.

Only whole sentences of running text change, and in them only `the`, `a` and `an` after a lowercase word. What is
quoted, negated, in a list, a table or a formula stays, and so does an article that measures (`a day`, `a few`, `the
more`), names (`the Lord`) or may be a letter (`point a is`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from scrimp.compress.zones import protected_spans

_DROPPED = frozenset(("the ", "a ", "an "))
_WORD = re.compile(r"\A\s+|\S+\s*")
_QUOTE = re.compile(protected_spans.QUOTE)
_MIN_WORDS = 8
_SENTENCE = re.compile(r"(?:[^.!?\n]|[.!?](?!\s|\Z))++[.!?]?+")
# Not prose: code, markup, formulas, tables, headings, lists, single letters, words in capitals.
_NOT_PROSE = re.compile(
    r"[\"\u201c\u201d\u00ab\u00bb`|{}<>=*_#@$\\/~^\t]|\A\s*(?:[-+\u2022\u2013:]|\d+[.):])|(?<![\w'\u2019])[b-zB-HJ-Z](?![\w'\u2019])"
)
_NEGATION = re.compile(
    r"\b(?:no|not|never|none|nothing|nobody|nowhere|neither|nor|without|unless|except|excluding|only|cannot|hardly"
    r"|barely|scarcely|instead|rather)\b|n['\u2019]t\b",
    re.IGNORECASE,
)
_ENGLISH = re.compile(r"\b(?:of|and|in|to|was|were|is|are|with|by|for|from|that|which|on|at|as)\b")
_ARTICLE = re.compile(r"(?<=[a-z,;] )(?:the|an?) (?=([A-Za-z][a-z]+))")
_STAYS = """
and or nor but of to in on at by for from with into than as if then so is are was were be been has have had do
    does did will would can could may might must that which who whom whose when where while because until after before
    about between through during via per you he she it we they him her them this these those there day week month year
    hour minute second decade century night quarter half third fourth fifth tenth hundred thousand million billion
    dozen score couple few little lot bit number fraction majority minority maximum minimum single time piece more less
    better worse former latter denotes equals means stands holds gives becomes"""
_STAYS_BEFORE = frozenset(_STAYS.split())
_CAPITAL = re.compile(r"\b[A-Z]")
_STAYS_AFTER = re.compile(
    r"\b(?:vitamin|option|plan|class|grade|type|part|section|step|figure|table|point|answer|choice|team|variant|version"
    r"|letter|variable|group|series|category|item|word|article) \Z"
)


def drop_articles(text: str, *, protected: re.Pattern[str] | None = None) -> str:
    """Return the text without the articles its prose does not need; what `protected` matches stays."""
    spans = sorted(_untouchable(text, protected))
    pieces: list[str] = []
    done = at = reach = 0
    for start, end in _cuts(text):
        while at < len(spans) and spans[at][0] < end:
            reach = max(reach, spans[at][1])
            at += 1
        if reach <= start:
            pieces.append(text[done:start])
            done = end
    return "".join([*pieces, text[done:]])


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


def _untouchable(text: str, protected: re.Pattern[str] | None) -> Iterable[tuple[int, int]]:
    yield from ((span.start, span.end) for span in protected_spans.keep_spans(text))
    yield from ((fence.start, fence.end) for fence in protected_spans.fences(text))
    yield from (match.span() for match in _QUOTE.finditer(text))
    if protected is not None:
        yield from (match.span() for match in protected.finditer(text))


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
