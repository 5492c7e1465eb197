"""Measure which sentences focus selects: of sets of questions, how many keep all that answers them.

    python tests/bench/focus/selection.py DATA [--keep 0.6 0.4] [--half tuning|held-out|both] [--missed]

DATA is a folder with `qa.jsonl` (see `sets.py`). Passages are written as `Passage 1: ...`, the question after them; the
level of compression gets nothing but the prompt. Each share has its 95 % interval (Wilson). Beside it, of as many
characters: BM25 by another library (`pip install rank-bm25`; left out without it), the first sentences of each passage,
and sentences at random. `kept` is the share of the documents' characters that is left.
"""

from __future__ import annotations

import argparse
import importlib
import math
import random
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))  # as with `python tests/bench/focus/selection.py`

from bench.focus.sets import Asked, sets
from scrimp.compress import compress
from scrimp.render.tables import format_table

_SENTENCE = re.compile(r".+?(?:[.!?\u3002\uff01\uff1f\u0964\u061f]+[\"')\]\u201d]*\s*|\Z)", re.DOTALL)
_WORD = re.compile(r"\w+")
_CHANCES = 10
_Z = 1.959964  # of the normal distribution, 95 % two-sided


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether what is needed is left, by focus and by others that leave as many characters."""

    asked: Asked
    kept: bool
    size: float
    by_library: float | None
    by_place: float
    by_chance: float


def outcome(asked: Asked, keep: float) -> Outcome:
    """Return what becomes of one question."""
    documents = "\n\n".join(f"Passage {number}: {passage}" for number, passage in enumerate(asked.passages, 1))
    end = f"\n\nQuestion: {asked.question}"
    left = compress(documents + end, "focus", keep=keep).text.removesuffix(end)
    size = len(left) / len(documents)
    sentences = [_SENTENCE.findall(passage) for passage in asked.passages]
    chance = random.Random(asked.question)
    flat = [sentence for passage in sentences for sentence in passage]
    share = sum(map(len, flat)) * size
    shuffled = (chance.sample(range(len(flat)), len(flat)) for _ in range(_CHANCES))
    by_chance = sum(asked.kept_in(_first(flat, order, share)) for order in shuffled) / _CHANCES
    return Outcome(
        asked,
        asked.kept_in(left),
        size,
        _by_library(asked, flat, share),
        float(asked.kept_in(_first(flat, _by_place(sentences), share))),
        by_chance,
    )


def _first(sentences: Sequence[str], order: Iterable[int], size: float) -> str:
    """Return the sentences that come first in an order, as many as fit, in the order of the text."""
    taken: list[int] = []
    for at in order:
        size -= len(sentences[at])
        if size < 0 and taken:
            break
        taken.append(at)
    return " ".join(sentences[at].strip() for at in sorted(taken))


def _by_place(passages: Sequence[Sequence[str]]) -> list[int]:
    """Return the first sentences of all passages, then the second ones, and so on."""
    places = [(row, column) for column, passage in enumerate(passages) for row in range(len(passage))]
    number = {place: at for at, place in enumerate(places)}
    return [number[place] for place in sorted(places)]


def _by_library(asked: Asked, sentences: Sequence[str], size: float) -> float | None:
    try:
        library = importlib.import_module("rank_bm25")
    except ImportError:
        return None
    words = [_WORD.findall(sentence.lower()) or ["-"] for sentence in sentences]
    scores = library.BM25Okapi(words).get_scores(_WORD.findall(asked.question.lower()))
    order = sorted(range(len(sentences)), key=lambda at: -scores[at])
    return float(asked.kept_in(_first(sentences, order, size)))


def interval(found: int, of: int) -> tuple[float, float]:
    """Return Wilson's interval of a share, 95 %."""
    share, spread = found / of, _Z * _Z / of
    middle = share + spread / 2
    reach = _Z * math.sqrt(share * (1 - share) / of + spread / (4 * of))
    return (middle - reach) / (1 + spread), (middle + reach) / (1 + spread)


def row(name: str, outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """Return a line of the table."""
    found = sum(each.kept for each in outcomes)
    low, high = interval(found, len(outcomes))
    libraries = [each.by_library for each in outcomes if each.by_library is not None]
    return (
        name,
        str(len(outcomes)),
        f"{100 * found / len(outcomes):.1f}",
        f"{100 * low:.0f}-{100 * high:.0f}",
        _percent(libraries),
        _percent([each.by_place for each in outcomes]),
        _percent([each.by_chance for each in outcomes]),
        _percent([each.size for each in outcomes]),
    )


def _percent(values: Sequence[float]) -> str:
    return f"{100 * sum(values) / len(values):.1f}" if values else ""


_HEAD = ("set", "n", "all kept %", "95 %", "library", "first", "chance", "left %")


def main(arguments: list[str]) -> None:
    """Print a table for each `--keep`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("data", type=Path)
    parser.add_argument("--keep", type=float, nargs="+", default=[0.6, 0.4])
    parser.add_argument("--half", choices=("tuning", "held-out", "both"), default="both")
    parser.add_argument("--missed", action="store_true", help="print what was lost; of the tuning half only")
    chosen = parser.parse_args(arguments)
    wanted = {"tuning": (False,), "held-out": (True,), "both": (False, True)}[chosen.half]
    for keep in chosen.keep:
        rows, every = [], []
        for name, questions in sets(chosen.data).items():
            outcomes = [outcome(asked, keep) for asked in questions if asked.held_out in wanted]
            every += outcomes
            if outcomes:
                rows.append(row(name, outcomes))
        print(f"--keep {keep}, {chosen.half}")
        print("\n".join(format_table(_HEAD, [*rows, row("all", every)], "lrrlrrrr", 200)), end="\n\n")
        for each in every:
            if chosen.missed and not each.kept and not each.asked.held_out:
                print(f"{each.asked.set}: {each.asked.question}\n  {each.asked.needed}")


if __name__ == "__main__":
    main(sys.argv[1:])
