"""Look-ups in JSON records: questions made with a seed, and the forms that a prompt has at each level.

Records are of the kinds that programs paste into prompts. Each question names one record by a field of its own and asks
for another field, whose values are all different, so that an answer tells which record was read.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from bench.reader.arms import Arm
from bench.reader.journal import Task
from bench.reader.questions import ASKED, Question
from scrimp.compress import compress

ROWS = 8, 18  # of an array, at least and at most
ASKED_OF_EACH = 4
_ASKED = re.compile(r"What is the (\S+) of the (\S+) whose (\S+) is (.+)\?")
_NAMES = (
    "Anna Holt", "Bruno Keller", "Carla Mendes", "David Osei", "Elif Demir", "Farid Nouri", "Greta Lind", "Hugo Martin",
    "Ines Rocha", "Jonas Weber", "Kaori Sato", "Liam Byrne", "Mina Park", "Nadia Petrov", "Omar Haddad", "Paula Novak",
    "Quinn Abbott", "Rosa Ferri", "Samuel Okoro", "Tara Singh",
)  # fmt: skip
_PLACES = (
    "Bergen", "Cork", "Dresden", "Evora", "Faro", "Ghent", "Hull", "Izmir", "Jaca", "Kaunas", "Lugano", "Malaga",
    "Nantes", "Oulu", "Porto", "Rennes", "Siena", "Turku", "Uppsala", "Vigo",
)  # fmt: skip
_THINGS = (
    "kettle", "desk lamp", "office chair", "headset", "keyboard", "monitor arm", "notebook", "paper tray",
    "pencil case", "power strip", "projector", "router", "scanner", "shelf", "stapler", "tablet", "toner", "tripod",
    "webcam", "whiteboard",
)  # fmt: skip


def lookups(
    most: int, *, seed: int, of_each: int = ASKED_OF_EACH, rows: tuple[int, int] = ROWS
) -> Iterator[Question]:  # fmt: skip
    """Yield questions, `of_each` over each array of that many records, indented as most programs print them."""
    chance = random.Random(seed)
    for number in range(most):
        if number % of_each == 0:
            kind = number // of_each % len(_KINDS)
            noun, records = _KINDS[kind][0], _records(kind, chance.randint(*rows), chance)
            context = json.dumps(records, indent=2)
            asked = chance.sample(range(len(records)), of_each)
        row = records[asked[number % of_each]]
        named, wanted = chance.choice(_KINDS[kind][2])
        yield Question(
            id=f"{seed}/{number}", source=f"{seed}/{number // of_each}", written_by="generated", context=context,
            question=f"What is the {wanted} of the {noun} whose {named} is {row[named]}?", answers=(str(row[wanted]),),
        )  # fmt: skip


def orders(chance: random.Random) -> list[dict[str, Any]]:
    """Return the orders of a customer, as a program holds them."""
    return _records(0, chance.randint(1, 12), chance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup(Task):
    """A question over records in one form; the prompt begins the answer, or small models talk round it.

    Where it is `shown` one, a look-up of another record, with its answer, comes before the question.
    """

    shown: bool = False

    @property
    def prompt(self) -> str:
        """Return what the reader is asked."""
        example = _shown(self.question) if self.shown else ""
        wanted = self.question.question.removeprefix("What is the ").partition(" of the ")[0]
        return f"{self.context}{example}{ASKED} {self.question.question}\nAnswer: The {wanted} is"


def is_right(question: Question, completion: str) -> bool:
    """Return whether a completion begins with the value that was asked for: 74.4 is not 74.44, nor is 174.44."""
    said, value = completion.strip().strip('"').lower(), question.answers[0].lower()
    return said.startswith(value) and not said[len(value) :].lstrip(".")[:1].isalnum()


def chance_of(question: Question) -> float:
    """Return how often the answer is right of who takes the value of any record."""
    return 1 / len(json.loads(question.context))


def _shown(question: Question) -> str:
    """Return a look-up of the same fields in another record, answered."""
    asked = _ASKED.fullmatch(question.question)
    if asked is None:
        raise ValueError(f"this is not a look-up: {question.question}")
    wanted, noun, named, value = asked.groups()
    others = [record for record in json.loads(question.context) if str(record[named]) != value]
    other = random.Random(question.id).choice(others)
    example = f"What is the {wanted} of the {noun} whose {named} is {other[named]}?"
    return f"{ASKED} {example}\nAnswer: The {wanted} is {other[wanted]}"


def _records(kind: int, count: int, chance: random.Random) -> list[dict[str, Any]]:
    names, places, things = (chance.sample(of, count) for of in (_NAMES, _PLACES, _THINGS))
    numbers = chance.sample(range(1000, 9999), 3 * count)
    return [
        _KINDS[kind][1](chance, names[at], places[at], things[at], numbers[3 * at : 3 * at + 3]) for at in range(count)
    ]


def _order(chance: random.Random, name: str, place: str, thing: str, numbers: list[int]) -> dict[str, Any]:
    return {
        "id": numbers[0], "customer": name, "item": thing, "quantity": chance.randint(1, 9),
        "amount": numbers[1] / 100, "status": chance.choice(["open", "paid", "shipped", "returned"]), "city": place,
    }  # fmt: skip


def _host(chance: random.Random, _name: str, place: str, _thing: str, numbers: list[int]) -> dict[str, Any]:
    return {
        "host": f"{place.lower()}-{chance.randint(1, 4)}", "port": numbers[0], "version": f"{numbers[1] / 1000:.3f}",
        "requests": numbers[2], "healthy": chance.random() < 0.8, "region": chance.choice(["eu", "us", "ap"]),
    }  # fmt: skip


def _member(chance: random.Random, name: str, place: str, _thing: str, numbers: list[int]) -> dict[str, Any]:
    return {
        "name": name, "email": f"{name.split(maxsplit=1)[0].lower()}@example.com", "extension": numbers[0],
        "office": place, "team": chance.choice(["sales", "support", "research"]),
        "manager": chance.choice([None, "Hugo", "Mina"]),
    }  # fmt: skip


def _product(chance: random.Random, _name: str, place: str, thing: str, numbers: list[int]) -> dict[str, Any]:
    return {
        "sku": f"A-{numbers[0]}", "title": thing, "price": numbers[1] / 100, "stock": numbers[2],
        "tags": chance.sample(["new", "sale", "office", "home"], 2), "dimensions": {"width": chance.randint(5, 90)},
        "warehouse": place,
    }  # fmt: skip


# What a record is called, what makes one, and which field names it for which other field.
_KINDS = (
    ("order", _order, (("id", "customer"), ("customer", "amount"), ("item", "id"), ("customer", "city"))),
    ("server", _host, (("host", "port"), ("port", "requests"), ("host", "version"))),
    ("member", _member, (("name", "extension"), ("extension", "office"), ("email", "office"))),
    ("product", _product, (("sku", "title"), ("title", "price"), ("sku", "stock"), ("title", "warehouse"))),
)


def pretty(question: Question, _seed: int) -> str:
    """Return the records as they are given: at `off`."""
    return question.context


def spaced(question: Question, _seed: int) -> str:
    """Return the records on one line, with a blank after each comma and colon."""
    return json.dumps(json.loads(question.context))


def at_level(question: Question, _seed: int, *, level: str) -> str:
    """Return what a level makes of the records in a prompt that ends with the question."""
    return compress(question.prompt, level).text.rsplit(ASKED, 1)[0]


FORMS: dict[str, Arm] = {
    "off": pretty,
    "lossless": partial(at_level, level="lossless"),
    "tidy": partial(at_level, level="tidy"),
    "focus": partial(at_level, level="focus"),
    "dense": partial(at_level, level="dense"),
    "one line": spaced,
}
