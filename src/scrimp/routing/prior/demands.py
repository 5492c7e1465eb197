"""What a prompt demands of a model, told by its words and its shape: a proof, a translation, a fact.

The task is what can be told before a call; how hard one prompt of a task is cannot. So a demand is a kind of work, and
the words that tell it are orders and terms of the trade, never words that sound hard.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from scrimp.regexes import pattern
from scrimp.routing.prior.scan import Match, scan, words_of
from scrimp.routing.prior.shape import LONG_TEXT, Shape, shape_of
from scrimp.routing.prior.sums import count_numbers, has_numbers, is_sum
from scrimp.routing.prior.word_sets import word_set

Demand: TypeAlias = Literal[
    "greeting", "question", "short text", "translation", "editing", "classification", "extraction", "summary",
    "explanation", "advice", "writing", "roleplay", "word problem", "mathematics", "competition mathematics",
    "proof", "puzzle",
    "code", "code reading", "hard code", "exam question", "long text", "open-ended",
]  # fmt: skip

# Work on a text that is given: where a prompt begins with such an order, what the text is about does not matter.
ON_TEXT: tuple[Demand, ...] = ("translation", "classification", "editing", "extraction", "summary")
# The others, the first of them that is found: what is harder comes first, as a mistake upward costs cents.
_HARD: tuple[Demand, ...] = ("proof", "puzzle", "competition mathematics", "hard code")
_CODE: tuple[Demand, ...] = ("hard code", "code reading", "code")
_TOPICS: tuple[Demand, ...] = ("code reading", "code", "mathematics", "word problem")
_FREE: tuple[Demand, ...] = ("explanation", "advice", "writing")
_HARD_WITH_OPTIONS = ("puzzle", "competition mathematics")
SHORT_ANSWER = "short answer"  # a section of the word lists that is not a demand
_OPEN_END, _OPEN_END_LENGTH = r"\w[ \t]{0,3}[:\uff1a][ \t\n(]{0,3}\Z", 40  # "Answer:", "Antwort: ("
_LATEST_ROLE = 4  # tokens
_FEWEST_MARKS = 2  # of code
_LONGEST_GREETING, _LONGEST_QUESTION, _LONGEST_SHORT_TEXT, _LONGEST_FRAGMENT = 12, 30, 40, 5  # words
_LONGEST_COMPARISON, _LAST_QUESTION = 120, 20  # tokens
_FEWEST_PLACES = 3
_NUMBERS_OF_FACT = 2  # the most that a question for a fact has
_LETTERS = 5  # of a word, where words are not parted
_SYSTEM_EDGE = 12  # tokens within which a system text says what it is for
_QUESTION_MARKS = ("?", "\u061f")


class Told(Struct, frozen=True):
    """A demand, and the words of the prompt that tell it, or what does in its shape."""

    demand: Demand
    words: str = ""
    shape: Shape | None = None  # of an exam question
    short_answer: str = ""  # the words that ask for one, such as a letter or a number


class _Read(Struct, frozen=True):
    """A prompt as it was read, and the first demand of each group that its words tell."""

    text: str
    tokens: Sequence[str]
    words: Sequence[str]
    found: Mapping[str, Match]
    shape: Shape
    on_text: Demand | None
    hard: Demand | None
    topic: Demand | None


def demand_of(text: str, tokens: list[str]) -> Told:
    """Return what a prompt demands; `tokens` are the words and signs at both of its ends (`scan.WORD_OR_SIGN`)."""
    words = words_of(tokens)
    scanned = scan(tokens)
    if scanned.only_greeting and len(words) <= _LONGEST_GREETING:
        return Told("greeting")
    found = scanned.found
    topics = [one for one in _TOPICS if one in found and (one != "word problem" or has_numbers(words))]
    hard = [one for one in _HARD if one in found]
    read = _Read(
        text, tokens, words, found, shape_of(text), _earliest(found, ON_TEXT), hard[0] if hard else None,
        topics[0] if topics else None,
    )  # fmt: skip
    told, short = _first_told(read), _short_answer(read)
    return replace(told, short_answer=short) if short else told


def _first_told(read: _Read) -> Told:
    for rule in (_with_options, _roles, _work_on_text, _with_code, _by_words, _free_text):
        if (told := rule(read)) is not None:
            return told
    return Told("open-ended")


def _short_answer(read: _Read) -> str:
    """Return the words by which a prompt asks for a short answer: an instruction, or a label left open at its end."""
    if SHORT_ANSWER in read.found:
        return read.found[SHORT_ANSWER].words
    return "options, and the answer left open" if read.shape.options and _ends_open(read) else ""


def _ends_open(read: _Read) -> bool:
    return pattern(_OPEN_END).search(read.text[-_OPEN_END_LENGTH:]) is not None


def wants_short_answer(tokens: list[str]) -> str:
    """Return the words by which a system text asks for short answers; else nothing."""
    match = scan(tokens).found.get(SHORT_ANSWER)
    return match.words if match is not None else ""


def _with_options(read: _Read) -> Told | None:
    """Return the demand of a question with options, unless the prompt begins with an order."""
    if not read.shape.options or (read.on_text and _is_order(read.found[read.on_text])):
        return None
    if not _asks_to_choose(read):
        return None
    if read.hard in _HARD_WITH_OPTIONS:
        return _told(read.hard, read.found)
    return Told("exam question", shape=read.shape)


def _asks_to_choose(read: _Read) -> bool:
    """Return whether what looks like options is to be chosen from, rather than a list to work on."""
    if _ends_open(read):
        return True
    ends = read.shape.question.rstrip()[-1:]
    return ends not in (".", "!", "") and read.on_text is None and read.shape.last


def _roles(read: _Read) -> Told | None:
    """Return a role to be played where a prompt begins with one, whatever it is about, unless that is hard."""
    if read.hard is not None or "roleplay" not in read.found or read.found["roleplay"].start > _LATEST_ROLE:
        return None
    return _told("roleplay", read.found)


def _work_on_text(read: _Read) -> Told | None:
    """Return the demand of an order to work on a text that comes before what the text is about."""
    demand, topic, found = read.on_text, read.hard or read.topic, read.found
    if demand is None or (topic in _CODE and demand not in ("translation", "classification")):
        return None
    return _told(demand, found) if topic is None or found[demand].start < found[topic].start else None


def _with_code(read: _Read) -> Told | None:
    if read.shape.code < _FEWEST_MARKS or read.hard not in (None, "competition mathematics"):
        return None
    if "hard code" in read.found:
        return _told("hard code", read.found)
    if read.shape.long_code:
        return Told("hard code", "much code")
    return _told("code reading", read.found) if read.topic == "code reading" else Told("code", "marks of code")


def _by_words(read: _Read) -> Told | None:
    """Return the demand of a prompt that has words of one, or formulas, or sums, or comparisons."""
    if read.hard is not None:
        return _told(read.hard, read.found)
    if read.shape.formulas and read.topic not in _CODE:
        return Told("competition mathematics", "formulas")
    a_sum = is_sum(read.words)
    if not a_sum and _compares(read.tokens):
        return Told("puzzle", "than ... than")
    known = read.topic or read.on_text
    if known is not None:
        return _told(known, read.found)
    if a_sum:
        return Told("word problem", "numbers and quantities")
    return Told("mathematics", "equations") if read.shape.equations else None


def demand_of_system(tokens: list[str]) -> Told | None:
    """Return what a system text says that is done with every prompt, such as a translation; else None."""
    found = scan(tokens).found
    on_text = _earliest(found, ON_TEXT)
    return _told(on_text, found) if on_text is not None and found[on_text].start < _SYSTEM_EDGE else None


def _told(demand: Demand, found: Mapping[str, Match]) -> Told:
    return Told(demand, found[demand].words)


def _earliest(found: Mapping[str, Match], demands: Sequence[Demand]) -> Demand | None:
    earliest, start = None, 0
    for demand in demands:
        match = found.get(demand)
        if match is not None and (earliest is None or match.start < start):
            earliest, start = demand, match.start
    return earliest


def _is_order(match: Match) -> bool:
    """Return whether a prompt begins with an order."""
    return match.order and not match.start


def _compares(tokens: Sequence[str]) -> bool:
    """Return whether persons or things are compared, and one of them is asked for."""
    if len(tokens) > _LONGEST_COMPARISON or word_set("facts").isdisjoint(tokens[-_LAST_QUESTION:]):
        return False
    return tokens.count("than") > 1 or len(word_set("places").intersection(tokens)) >= _FEWEST_PLACES


def _free_text(read: _Read) -> Told | None:
    """Return the demand of a prompt that is answered in free text."""
    found, words = read.found, read.words
    if len(read.text) > LONG_TEXT:
        return Told("long text", "long")
    ascii_text = read.text.isascii()
    size = len(words) if ascii_text else max(len(words), sum(map(len, words)) // _LETTERS)
    if "short text" in found and size <= _LONGEST_SHORT_TEXT:
        return _told("short text", found)
    asks = read.text.rstrip().endswith("?")
    if asks and count_numbers(words) > _NUMBERS_OF_FACT and len(words) <= _LONGEST_QUESTION:
        return Told("word problem", "numbers")
    free = _earliest(found, _FREE)
    if size <= _LONGEST_QUESTION and (fact := _fact(read, free)) is not None:
        return fact
    if free is not None:
        return _told(free, found)
    return Told("question", "few words") if 0 < len(words) <= _LONGEST_FRAGMENT and ascii_text else None


def _fact(read: _Read, free: Demand | None) -> Told | None:
    """Return a question where a fact is asked for, even one about a poem or a song."""
    if free is not None and not (free == "writing" and read.found[free].words in word_set("written")):
        return None
    asked = not word_set("facts").isdisjoint(read.words) and word_set("reasons").isdisjoint(read.words)
    if asked and read.text.rstrip().endswith("?") and sum(map(read.tokens.count, _QUESTION_MARKS)) == 1:
        return Told("question", "a question for a fact")
    return _told("question", read.found) if "question" in read.found and free is None else None
