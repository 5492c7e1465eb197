"""Find sentences among documents that are rules for the model ("Never promise a refund."), whatever label is above."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from scrimp.compress.instructions.sentence_kinds import has_content
from scrimp.compress.instructions.vocabulary import fold, shared_expression
from scrimp.sentence_model import TOKEN, SentenceModel

MODEL = SentenceModel(Path(__file__).with_name("rule_model.gz"), 1 << 18)  # made by .ci/make_rule_model.py
_SENTENCE = re.compile(
    r"(?m)[^\n]*?(?:(?<![\s(]\d)(?<![\s(]\d\d)(?<!\b(?:Mr|Ms|Dr|Fr|St))(?<!\b(?:Mrs|Mme|Sra|Dra|INC|LTD))"
    r"(?!(?<=\bNo)\. ?\d)[.!?\u061f\u0964][\"')\]*]*(?=\s|$)|[\u3002\uff01\uff1f]|$)[^\S\n]*"
)
_AFTER_LABEL = re.compile(r"[^.!?:\uff1a\n]{1,30}[:\uff1a]\s*")
_BESIDE = re.compile(r"^(?:[\s*>#\u2022\u00b7-]|</?\w[^<>]{0,60}>|[\[(]?\d{1,3}[.)\]:])++|(?:</\w[^<>]{0,60}>|\s)++$")
# Of a word as code, to be filled in or in tags, and before a number: the words stay, and code between them goes.
_MARKS = re.compile(r"`(?:([\w .,'-]{1,60})|[^`\n]{1,60})`|\{([\w .-]{1,40})\}|\*|</?\w{1,10}>| [<>]=?(?= ?[$\d])")
_UNSAID = re.compile(r"[={}<>`\\|]|\w\([^s]|[:\uff1a]$|^[^\W\u2e80-\U0010ffff]*\W*$")  # code, a heading, a word
_SHORTEST_ORDER, _LONGEST = 9, 400  # characters; what is shorter may be an initial, what is longer is not read
_MANUAL = 0.3  # the share of sentences from which on documents are a manual, whose rules are its own
_RULE = 0.0  # the score from which on a sentence is a rule; one that is lost counts as ten others that are kept


def rules_in(text: str) -> list[tuple[int, int]]:
    """Return the places of sentences that are rules; in a manual, of those that speak of nothing but answers."""
    sentences = sentences_in(text)
    found = [place for start, end in sentences if (place := _rule(text, start, end))]
    if len(found) <= _MANUAL * len(sentences) or len(sentences) < 5:
        return found
    return [(start, end) for start, end in found if not has_content(text[start:end])]


def sentences_in(text: str) -> list[tuple[int, int]]:
    """Return the places of sentences, which end with their line."""
    return [match.span() for match in _SENTENCE.finditer(text) if match[0].strip()]


def speaks_to_model(sentence: str) -> bool:
    """Return whether a sentence is a rule, or speaks of nothing but the answer."""
    return (len(sentence.strip()) >= _SHORTEST_ORDER and not has_content(sentence)) or _is_rule(sentence[:_LONGEST])


def rule_score(folded: str) -> float:
    """Return how a sentence is meant: above zero as a rule for whoever answers ("Name no price."), below not so."""
    words, pairs = parts_of(folded)
    weights, counts = zip(*map(_weight, words), strict=True)
    return MODEL.score(sum(weights) + MODEL.weigh(pairs), sum(counts) + len(pairs))


def parts_of(folded: str) -> tuple[list[str], list[str]]:
    """Return the words of a sentence, once more the first and the last with a mark, and its pairs of words."""
    words = ["0" * min(len(token), 4) if token.isdigit() else token for token in TOKEN.findall(folded)]
    first, *_, last = [word for word in words if word[0].isalnum()] * 2 or ("", "")
    return [*words, f"^{first}", f"{last}$"], list(map(" ".join, pairwise(["^", *words, "$"])))


@lru_cache(maxsize=1 << 15)
def _weight(word: str) -> tuple[int, int]:
    ends = ends_of(word)
    return MODEL.weigh(ends), len(ends)


def ends_of(word: str) -> list[str]:
    """Return a word, and how it begins and ends; of signs without spaces between words, all that is in them."""
    if word < "\u2e80":
        return [word, f"{word[:4]}-", f"-{word[-2:]}", f"-{word[-3:]}"]
    return [word[at : at + size] for size in (1, 2, 3) for at in range(len(word) - size + 1)]


def _rule(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the place of a rule in a sentence: without the label before it; None where it is not a rule."""
    label = _AFTER_LABEL.match(text, start, end)
    starts = (start, *([label.end()] if label and label.end() < end else []))
    return next(((at, end) for at in starts if _is_rule(text[at : min(end, at + _LONGEST)])), None)


@lru_cache(maxsize=4096)  # the rows of a run share sentences, of which no more than the longest rule is held
def _is_rule(sentence: str) -> bool:
    folded = fold(sentence)
    said = _BESIDE.sub("", _MARKS.sub(r"\1\2", folded).replace("_", " "))
    return (not _UNSAID.search(said) and rule_score(said) > _RULE) or bool(shared_expression("frame").match(folded))
