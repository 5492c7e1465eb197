"""Train the model that tells orders and questions about the data from others: `make_order_model.py [--without N]`.

It learns from the prompts of tests/compress/task and from orders put together of the words in `.ci/orders/`: to hand
over a record, or a copy of it, or anything unchanged, or the evidence, to say where it stands or what is wrong with it,
to edit it, to write more of the kind, to answer in some form, and to do something else; from what is said beside
orders, too, from questions, and from what is asked of pages and files: how they are written, or what they say. A
logistic regression is fitted to the features that scrimp sees, and its weights are written as whole numbers.
`--without N` leaves out the batches from N on, to be tried on what was written after the others.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TypeAlias

import numpy as np
from fitted_model import Lists, fitted, write

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "src"))

from scrimp.compress.task import form  # noqa: E402 - the package under construction is found first
from scrimp.compress.task.order_model import MODEL, Place, buckets_of  # noqa: E402 - as above
from scrimp.word_lists import read_lists  # noqa: E402 - as above

TASKS = ROOT / "tests/compress/task"
ORDERS = Path(__file__).parent / "orders"
EACH = 400  # orders beside a question, of either kind, made in each language
SAID = 200  # statements of what happened
ALONE = 150  # tasks without a question, of either kind
FILLED = 8  # times that an entry with slots is listed, filled by chance
STATED = 3  # every third sentence of the passages is learned from
UNMARKED, ASKED = 0.2, 0.5  # of questions, without their mark; of what is asked of pages, with one
OF_PAGES = 3  # times that what is about the form of pages is learned, which is rare
IT = 20  # times that data told in a template is learned, which is read as "it"
PENALTY = 0.15  # of the squares of the weights
VERB_LAST, TOGETHER = ("bengali", "hindi", "japanese"), ("chinese", "japanese")
ENDS = {"chinese": "\u3002", "japanese": "\u3002", "hindi": "\u0964", "bengali": "\u0964"}
ASKS = {"chinese": "\uff1f", "japanese": "\uff1f", "arabic": "\u061f", "french": " ?"}
# How orders are put together of the lists, and how often.
ABOUT_DATA = {
    "give record unchanged": 30, "give record": 20, "copy record": 15, "give place": 15, "give it unchanged": 13,
    "copy it": 7, "place": 5, "place format": 5, "copy record unchanged": 5, "give value unchanged": 5, "unchanged": 5,
    "edit again": 25, "edit": 7, "give evidence": 12, "give patch": 8,
}  # fmt: skip
ABOUT_ANSWER = {
    "give value format": 25, "answer": 25, "answer answer": 15, "study record": 15,
    "give it format": 10, "value format": 10, "format": 10,
    "give value answer": 5, "task format": 5, "give value": 5,
}  # fmt: skip
EDITS = {
    "edit again": 3, "edit": 2, "copy record": 1, "copy record unchanged": 1, "give it unchanged": 1, "more": 2,
    "give patch": 1,
}  # fmt: skip
OTHER_TASKS = {
    "compose letter person": 6, "compose letter": 2, "advise": 1, "give value format": 2, "give value": 1,
}  # fmt: skip

Example: TypeAlias = tuple[str, Place, bool]  # an order, where it stands, and whether it is about form


def prompts(before: int) -> Iterator[tuple[str, bool]]:
    """Yield the prompts that tests hold, up to a batch, and whether they are about form."""
    for row in map(json.loads, (TASKS / "batches.jsonl").read_text("utf-8").splitlines()):
        if row["batch"] < before:
            yield row["text"], row["kind"] == "form"
    for name in ("form", "held_out_form", "other", "held_out_other", "look_up"):
        for line in filter(None, (TASKS / f"{name}.txt").read_text("utf-8").split("\n")):
            yield line, name.endswith("form")


def stated() -> Iterator[str]:
    """Yield sentences of articles, which are not orders."""
    for line in (ROOT / "tests/bench/focus/questions.jsonl").read_text("utf-8").splitlines():
        for passage in json.loads(line)["passages"]:
            yield from (each for each in form.read(passage)[1] if len(each) > len("It was so."))


def orders_of(text: str, *, is_form: bool) -> Iterator[Example]:
    """Yield the orders and questions of a prompt where they stand; of one about form, its only one.

    A task that the lists of words know stands for one that they do not, and the other way round.
    """
    said = form.read(text)[1]
    orders = [each for each in said if not form.is_question(each)]
    if not is_form:
        yield from ((each, "page", False) for each in said)
    if not is_form or (not orders and len(said) == 1):
        yield from ((each, "asking", is_form) for each in said if form.is_question(each))
    places = dict(form.placed(said))
    if not is_form:
        both: tuple[Place, ...] = ("beside", "alone")
        yield from (
            (order, where, False) for order in orders for where in (both if orders == said else [places[order]])
        )
    elif len(orders) == 1 and not any(form.about_form(each) for each in said if form.is_question(each)):
        yield orders[0], places[orders[0]], True


def sentences_of(text: str, *, is_form: bool) -> list[str]:
    """Return the sentences of an example; of several of one about form it is not known which one is."""
    said = form.read(text)[1]
    return [text] if is_form and len(said) > 1 else said


class Grammar(Lists):
    """Orders of one language, put together by chance."""

    def __init__(self, path: Path, chance: random.Random) -> None:
        super().__init__(read_lists(path), chance)
        self._language = path.stem

    def examples(self) -> Iterator[Example]:
        for _ in range(EACH):
            yield self._made(ABOUT_DATA), "beside", True
            yield self._made(ABOUT_ANSWER), "beside", False
        for _ in range(SAID):
            names = ["subject", "happened", "when"][: self.chance.choice((2, 3))]
            yield self._written(self._of(names)), "beside", False
        for _ in range(ALONE):
            yield self._made(OTHER_TASKS), "alone", False
            yield self._made(EDITS), "alone", True
        yield from self._listed("beside", "unchanged", "fault", "role", "more", "edit", "trap", is_form=True)
        yield from self._listed("alone", "role", "more", "edit", "trap", "restyle", is_form=True)
        yield from self._listed("asking", "look", is_form=True)
        yield from self._listed("asking", "ask", is_form=False)
        yield from self._listed("beside", "answer", "format", "task", "said", "advise", is_form=False)
        yield from self._listed("alone", "task", "advise", is_form=False)
        yield from self._listed("page", "markup", "look", "unchanged", is_form=True)
        yield from self._listed("page", "read", "ask", "task", "advise", "answer", is_form=False)

    def _listed(self, place: Place, *names: str, is_form: bool) -> Iterator[Example]:
        listed = (each for name in names for each in self[name] for _ in range(FILLED if "{" in each else 1))
        for text in map(self.filled, listed):
            if place == "asking" and self.chance.random() < UNMARKED:
                bare = self._asked(text).strip("\u00bf?\uff1f\u061f ")
                yield bare, "asking" if form.is_question(bare) else "alone", is_form
            elif place == "asking" or (place == "page" and self.chance.random() < ASKED):
                yield self._asked(text), place, is_form
            else:
                yield self._written(text), place, is_form

    def _made(self, forms: dict[str, int]) -> str:
        return self._written(self._of(self.chance.choices(list(forms), list(forms.values()))[0].split()))

    def _of(self, names: list[str]) -> str:
        words = [self.any_of(name) for name in names]
        space = "" if self._language in TOGETHER else " "
        if names[0] == "compose":
            return self._letter(space, *words)
        if names[0] not in ("give", "copy", "study"):
            comma = "\u3001" if self._language in TOGETHER else ", "
            return (comma if names[0] == "answer" else space).join(words)
        verb, what, *how = words
        if self._language in VERB_LAST:
            return self._object(what) + space.join([*how, verb])
        if what.startswith("-"):  # French "donne-le", Spanish "muéstralo"
            return f"{verb}{what} {' '.join(how)}".strip()
        if self._language == "chinese" and how and self.chance.random() < 0.6:
            return how[0] + verb + what if self.chance.random() < 0.5 else f"\u628a{what}{how[0]}{verb}"
        comma = ", " if how and self.chance.random() < 0.25 else space
        return f"{verb}{space}{what}{comma}{space.join(how)}".strip()

    def _letter(self, space: str, verb: str, what: str, whom: str = "") -> str:
        if self._language in VERB_LAST:
            return f"{whom}{space}{self._object(what)}{verb}".strip()
        if self._language == "chinese":
            return whom + verb + what
        words = (verb, whom, what) if self.chance.random() < 0.4 else (verb, what, whom)
        return space.join(filter(None, words))

    def _object(self, words: str) -> str:
        return f"{words}\u3092" if self._language == "japanese" else f"{words} "

    def _written(self, text: str) -> str:
        space = "" if self._language in TOGETHER else " "
        text = text if self.chance.random() < 0.8 else f"{self.chance.choice(self['lookup'])}{space}{text}"
        text = text[:1].upper() + text[1:] if self.chance.random() < 0.7 else text
        end = ENDS.get(self._language, ".")
        return text + self.chance.choices([end, "", ":"], [7, 2, 1])[0]

    def _asked(self, text: str) -> str:
        before = "\u00bf" if self._language == "spanish" and self.chance.random() < 0.7 else ""
        text = text[:1].upper() + text[1:] if self.chance.random() < 0.7 else text
        return f"{before}{text}{ASKS.get(self._language, '?')}"


def examples(before: int, chance: random.Random) -> list[Example]:
    """Return all that is learned from: what is put together or stated once, orders of real prompts twice."""
    made = [
        (said, place, is_form)
        for path in sorted(ORDERS.glob("*.txt"))
        for text, place, is_form in Grammar(path, chance).examples()
        for said in sentences_of(text, is_form=is_form)
    ]
    told = [order for text, is_form in prompts(before) for order in orders_of(text, is_form=is_form)]
    others: list[Example] = [(sentence, "beside", False) for sentence in islice(stated(), 0, None, STATED)]
    it: list[Example] = [("it", "beside", False), ("it", "alone", False)]
    pages = [each for each in made if each[1] == "page" and each[2]]
    return [*dict.fromkeys([*told, *made, *others]), *told, *it * IT, *pages * OF_PAGES]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--without", type=int, default=1_000, metavar="N", help="leave out the batches from N on")
    given = parser.parse_args()
    write(np.append(np.zeros(MODEL.buckets), -8.0), MODEL.path)  # what is learned from is read without it
    found = examples(given.without, random.Random(1))
    numbered = ((buckets_of(form.fold(sentence), place), is_form) for sentence, place, is_form in found)
    write(fitted(numbered, MODEL.buckets, PENALTY), MODEL.path)
    print(f"{MODEL.path.relative_to(ROOT)}: {len(found)} orders, {MODEL.path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
