"""Measure what focus keeps of documents, whatever their labels and wherever the question stands.

    python tests/bench/focus/run.py DATA [--most 100] [--keep 0.6] [--held-out]

DATA is a folder that holds `qa.jsonl` (see `items.py`). Each item is written in every labeling and position of
`labelings.py`, compressed with nothing but the prompt to go by, and looked at for the sentence that answers. Beside it:
as much of the same documents left out at random, a sentence at a time, by a splitter of its own. `cut` is the share of
the documents' characters that went; where it is 0 nothing was recognized and nothing lost.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent.parent))  # as with `python tests/bench/focus/run.py`

from bench.focus.items import Item, load
from bench.focus.labelings import HELD_OUT, LABELINGS, POSITIONS, TEMPLATES
from scrimp.compress import compress
from scrimp.render.tables import format_table

_SENTENCE = re.compile(r".+?(?:[.!?\u3002\uff01\uff1f\u0964\u061f]+[\"')\]\u201d]*\s*|\Z)", re.DOTALL)
_CHANCES = 20  # times that sentences are left out at random; the share is of all of them


class Measured(NamedTuple):
    """What became of one prompt: whether the answer is left, what was cut, and how often chance keeps the answer."""

    labeling: str
    position: str
    kept: bool
    cut: float
    by_chance: float


def prompts(item: Item, *, held_out: bool = False) -> Iterator[tuple[str, str, str]]:
    """Yield labeling, position and prompt for an item; `held_out` labelings are those that nothing was made for."""
    for labeling, write in (HELD_OUT if held_out else LABELINGS).items():
        for position, place in POSITIONS.items():
            yield labeling, position, place(write(item.passages), item.question)
    for name, template in () if held_out else TEMPLATES.items():
        yield name, "template", template(item.passages, item.question)


def measure(items: Iterable[Item], keep: float, *, held_out: bool = False) -> Iterator[Measured]:
    """Yield what focus makes of each prompt of each item."""
    for item in items:
        size = sum(len(passage) for passage in item.passages)
        chances: dict[int, float] = {}
        for labeling, position, prompt in prompts(item, held_out=held_out):
            left = compress(prompt, "focus", keep=keep).text
            cut = (len(prompt) - len(left)) / size
            step = round(20 * cut)
            if step not in chances:
                chances[step] = _kept_by_chance(item, cut)
            yield Measured(labeling, position, item.kept_in(left), cut, chances[step])


def _kept_by_chance(item: Item, cut: float) -> float:
    """Return how often the answer is left where that share of the sentences' characters is left out at random."""
    sentences = [sentence for passage in item.passages for sentence in _SENTENCE.findall(f"{passage} ")]
    chance = random.Random(item.question)
    return sum(item.kept_in(_left_by_chance(sentences, cut, chance)) for _ in range(_CHANCES)) / _CHANCES


def _left_by_chance(sentences: list[str], cut: float, chance: random.Random) -> str:
    over = cut * sum(map(len, sentences))
    gone: set[int] = set()
    for at in chance.sample(range(len(sentences)), len(sentences)):
        if over < len(sentences[at]) / 2:
            break
        gone.add(at)
        over -= len(sentences[at])
    return "".join(sentence for at, sentence in enumerate(sentences) if at not in gone)


def table(measured: Iterable[Measured], by: str) -> list[str]:
    """Return the lines of a table, a row for each labeling or position, and one for all."""
    groups: dict[str, list[Measured]] = defaultdict(list)
    for each in measured:
        groups[getattr(each, by)].append(each)
        groups["all"].append(each)
    groups["all"] = groups.pop("all")
    rows = [
        (name, f"{len(found)}", _percent(each.kept for each in found), _percent(each.by_chance for each in found),
         _percent(each.cut for each in found), _percent(each.cut < 0.05 for each in found))
        for name, found in groups.items()
    ]  # fmt: skip
    return format_table((by, "prompts", "kept %", "by chance %", "cut %", "not cut %"), rows, "lrrrrr", 200)


def _percent(values: Iterable[float]) -> str:
    found = list(values)
    return f"{100 * sum(found) / len(found):.1f}" if found else ""


def main(arguments: list[str]) -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("data", type=Path)
    parser.add_argument("--most", type=int, default=60, help="items, evenly from all of them")
    parser.add_argument("--keep", type=float, default=0.6)
    parser.add_argument("--held-out", action="store_true", help="the labelings that nothing was made for")
    chosen = parser.parse_args(arguments)
    items = load(chosen.data)
    step = max(1, len(items) // chosen.most)
    measured = list(measure(items[::step], chosen.keep, held_out=chosen.held_out))
    for by in ("labeling", "position"):
        print("\n".join(table(measured, by)), end="\n\n")


if __name__ == "__main__":
    main(sys.argv[1:])
