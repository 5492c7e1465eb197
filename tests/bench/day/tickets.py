"""Support tickets of a day, and the system text of 3 000 tokens that goes before each of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random

from msgspec import Struct

_THINGS = ("blender", "lamp", "router", "jacket", "bicycle pump", "desk", "camera", "kettle", "headset", "suitcase")
_TROUBLES = (
    "arrived with a crack along the side", "has not arrived, though the tracking page says it was delivered",
    "was charged twice", "stopped working on the third day", "is not the color that I ordered",
    "came without its cable", "came in a box that somebody had opened", "is too loud to use at night",
)  # fmt: skip
_WISHES = (
    "Please send another one.", "I want my money back.", "Can you tell me what to do?", "Where can I send it?",
    "I have written twice and nobody answers.", "Please close my account.", "I need an invoice for this.",
)  # fmt: skip
_REPEATED = 0.30  # of the tickets say what an earlier one said, to the letter
_POLICY_CHARACTERS = 12_000  # some 3 000 tokens


class Ticket(Struct, frozen=True):
    """A ticket: its text and the order it is about, as JSON."""

    text: str
    order: str


def policy() -> str:
    """Return the system text."""
    chance, text = Random(7), ["You work for the support of a shop. These are its rules.\n"]
    while sum(map(len, text)) < _POLICY_CHARACTERS:
        thing, trouble = chance.choice(_THINGS), chance.choice(_TROUBLES)
        text.append(
            f"A customer whose {thing} {trouble} has {chance.randint(7, 60)} days to choose between another one and "
            f"{chance.randint(5, 100)} percent of the price; above {chance.randint(50, 900)} dollars ask a person.\n"
        )
    return "".join(text)


def tickets(rows: int, seed: int) -> Iterator[Ticket]:
    """Yield so many tickets, of which three in ten repeat an earlier one."""
    chance, earlier = Random(seed), list[Ticket]()
    for number in range(rows):
        if earlier and chance.random() < _REPEATED:
            yield chance.choice(earlier)
            continue
        thing = chance.choice(_THINGS)
        sentences = [f"My {chance.choice(_THINGS)} {chance.choice(_TROUBLES)}." for _ in range(chance.randint(1, 6))]
        name = f"{seed}-{number:05}"
        order = {
            "order": name, "customer": {"since": 2010 + number % 16, "orders": chance.randint(1, 80)},
            "lines": [{"product": thing, "price": chance.randint(9, 900), "count": chance.randint(1, 3)}],
        }  # fmt: skip
        text = f"Order {name}: {' '.join(sentences)} {chance.choice(_WISHES)}"
        earlier.append(ticket := Ticket(text, json.dumps(order, indent=2)))
        yield ticket
