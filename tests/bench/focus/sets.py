"""Sets of questions, each over passages of which some sentences must be left; half of them for tuning, half held out.

Those of `questions.jsonl` are short excerpts of public sets, typed off with their licence, and our own. The others are
made of `qa.jsonl` and of the questions for the reader: alone, with four passages that look alike, and two at once.
Which half a question is in depends on its words alone, so that adding some moves none.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

from bench.focus.items import OWN, Item, load

QUESTIONS = Path(__file__).parent / "questions.jsonl"
_WORD = re.compile(r"\w+")
_PASSAGES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question, its passages, and what must be left of them: of each group in `needed`, any."""

    set: str
    passages: tuple[str, ...]
    question: str
    needed: tuple[tuple[str, ...], ...]

    @property
    def held_out(self) -> bool:
        """Whether nothing may be tuned on it."""
        return sha256(self.question.encode()).digest()[0] % 2 == 1

    def kept_in(self, text: str) -> bool:
        """Return whether all that is needed is in a text, whatever its line breaks."""
        flat = " ".join(text.split())
        return all(any(words in flat for words in group) for group in self.needed)


def sets(data: Path, *, questions: Path = QUESTIONS, own: Path = OWN) -> dict[str, list[Asked]]:
    """Return the sets by name; `data` holds `qa.jsonl`."""
    items = load(data, own=own)
    pool = _Pool(passage for item in items if item.kind != "multilingual" for passage in item.passages)
    ready, lacking = _typed(questions)
    found: dict[str, list[Asked]] = defaultdict(list)
    for item in items:
        found[item.kind].append(
            Asked(set=item.kind, passages=item.passages, question=item.question, needed=(item.gold,))
        )
    english = [item for item in items if item.kind != "multilingual"]
    found["five passages"] = [_among_alike(item, pool) for item in english]
    found["two questions"] = list(_two_at_once(english))
    pool_of_all = _Pool([*pool.passages, *(passage for asked in lacking for passage in asked.passages)])
    for asked in [*ready, *(_with_distractors(asked, pool_of_all) for asked in lacking)]:
        found[asked.set].append(asked)
    return dict(found)


def _typed(path: Path) -> tuple[list[Asked], list[Asked]]:
    """Return the questions with passages enough, and those of one passage, to which others must be added."""
    with path.open(encoding="utf-8") as lines:
        every = [
            Asked(
                set=text["set"],
                passages=tuple(text["passages"]),
                question=asked["question"],
                needed=tuple(map(tuple, asked["needed"])),
            )
            for text in map(json.loads, lines)
            for asked in text["asked"]
        ]
    return [each for each in every if len(each.passages) > 1], [each for each in every if len(each.passages) == 1]


def _among_alike(item: Item, pool: _Pool) -> Asked:
    """Return the item with the passage that answers and the four others most like the question."""
    own = next(passage for passage in item.passages if item.kept_in(passage))
    asked = Asked(set="five passages", passages=(own,), question=item.question, needed=(item.gold,))
    return _with_distractors(asked, pool)


def _with_distractors(asked: Asked, pool: _Pool) -> Asked:
    (own,) = asked.passages
    others = [other for other in pool.most_like(asked.question, _PASSAGES * 2) if not asked.kept_in(other)]
    place = sha256(own.encode()).digest()[1] % _PASSAGES
    others = [other for other in others if other != own][: _PASSAGES - 1]
    passages = (*others[:place], own, *others[place:])
    return Asked(set=asked.set, passages=passages, question=asked.question, needed=asked.needed)


def _two_at_once(items: Sequence[Item]) -> Iterator[Asked]:
    """Yield each two consecutive questions over one text as one."""
    by_text: dict[tuple[str, ...], list[Item]] = defaultdict(list)
    for item in items:
        by_text[item.passages].append(item)
    for group in by_text.values():
        for one, other in list(pairwise(group))[::2]:
            yield Asked(
                set="two questions",
                passages=one.passages,
                question=f"{one.question} {other.question}",
                needed=(one.gold, other.gold),
            )


class _Pool:
    """Passages, to be found by the words they share with a question, rare words counting more."""

    def __init__(self, passages: Iterable[str]) -> None:
        self.passages = list(dict.fromkeys(passages))
        self._words = [frozenset(_WORD.findall(passage.lower())) for passage in self.passages]
        frequency = Counter(word for words in self._words for word in words)
        self._weight = {word: math.log(len(self.passages) / count) for word, count in frequency.items()}

    def most_like(self, question: str, most: int) -> list[str]:
        """Return the passages most like a question, best first."""
        asked = set(_WORD.findall(question.lower()))
        likeness = [sum(self._weight[word] for word in sorted(asked & words)) for words in self._words]
        best = sorted(range(len(self.passages)), key=lambda at: -likeness[at])[:most]
        return [self.passages[at] for at in best]
