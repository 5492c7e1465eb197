"""What a reader is given: the whole context, what focus leaves of it, as much chosen by chance, or nothing."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from functools import partial

from bench.reader.questions import ASKED, Question
from scrimp.compress import compress
from scrimp.compress.extract.sentences import is_break, split_sentences
from scrimp.compress.instructions.labels import label_rank

_WORD_OR_BREAK = re.compile(r"\S+[^\S\n]*|\s+")

Arm = Callable[[Question, int], str]


def whole(question: Question, _seed: int) -> str:
    """Return the context as it is."""
    return question.context


def nothing(_question: Question, _seed: int) -> str:
    """Return no context: what is answered then was known before."""
    return ""


def focus(question: Question, _seed: int, *, keep: float) -> str:
    """Return what `--level focus` leaves of the context of a whole prompt, which ends with the question.

    The question itself may come out in fewer words, too; every arm is asked the one that was written.
    """
    shorter = compress(question.prompt, "focus", query=question.question, keep=keep).text
    return shorter.rsplit(ASKED, 1)[0]


def without_sentences(question: Question, seed: int, *, keep: float) -> str:
    """Return what is left when sentences are deleted by chance until about as much is left as focus leaves."""
    units = split_sentences(question.context)
    own = [at for at, unit in enumerate(units) if not is_break(unit) and label_rank(unit) is None]
    return "".join(_deleted(units, own, len(focus(question, seed, keep=keep)), _chance(question, seed)))


def without_words(question: Question, seed: int, *, keep: float) -> str:
    """Return what is left when words are deleted by chance until about as much is left as focus leaves."""
    units = _WORD_OR_BREAK.findall(question.context)
    words = [at for at, unit in enumerate(units) if not unit.isspace()]
    left = _deleted(units, words, len(focus(question, seed, keep=keep)), _chance(question, seed))
    return "".join(left).strip()


def _deleted(units: Sequence[str], of: list[int], size: int, chance: random.Random) -> list[str]:
    """Return the units, in order, without those of `of` that chance took until about `size` characters were left."""
    gone, over = set(), sum(map(len, units)) - size
    for at in chance.sample(of, len(of)):
        if over <= len(units[at]) / 2:  # without this one it would be farther from the size than with it
            break
        gone.add(at)
        over -= len(units[at])
    return [unit for at, unit in enumerate(units) if at not in gone]


def _chance(question: Question, seed: int) -> random.Random:
    return random.Random(f"{seed}/{question.id}")


# In the order they are read: the first four answer the first question by themselves.
ARMS: dict[str, Arm] = {
    "whole": whole,
    "focus 0.6": partial(focus, keep=0.6),
    "sentences 0.6": partial(without_sentences, keep=0.6),
    "nothing": nothing,
    "focus 0.4": partial(focus, keep=0.4),
    "sentences 0.4": partial(without_sentences, keep=0.4),
    "words 0.6": partial(without_words, keep=0.6),
    "words 0.4": partial(without_words, keep=0.4),
}
