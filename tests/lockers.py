"""Prompts whose answer stands in one sentence of a passage, and a model that knows it only where it was sent."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterable
from typing import Any

from command import Scrimp
from fake_provider import Reply, completion

_FILLERS = (
    "Visitors praised the quiet garden behind the old mill", "The river froze twice during that long winter",
    "A baker on the corner sells bread with rye and honey", "Musicians met in the square every second evening",
    "The school moved its library to the upper floor", "Farmers brought apples and pears to the fair",
    "A bridge of stone replaced the wooden one", "Ships carried salt and wool along the coast",
)  # fmt: skip
_SENTENCES = 14
_ASKED = re.compile(r"code of locker (\d+)\?")
_GIVEN = re.compile(r"code of locker \d+ is (\d{4})")


def code(number: int) -> int:
    return 1000 + number * 37 % 9000


def prompt(number: int, *, found: bool = True) -> str:
    """A passage and a question; where the answer is not to be found by `focus`, the whole passage is needed for it."""
    chance = random.Random(number)
    needed = (
        f"The code of locker {number} is {code(number)}."
        if found
        else f"If all stops are named, the code of locker {number} is {code(number)}."
    )
    passage = [f"{chance.choice(_FILLERS)} near stop {stop}." for stop in range(_SENTENCES)]
    passage.insert(chance.randrange(_SENTENCES), needed)
    return f"Passage:\n{' '.join(passage)}\n\nQuestion: What is the code of locker {number}?"


def rows(numbers: Iterable[int], lost: Callable[[int], bool] = lambda _: False) -> str:
    """Return prompts with their right answers, as JSON lines; `lost` says which the level loses."""
    found = ({"text": prompt(each, found=not lost(each)), "code": code(each)} for each in numbers)
    return "".join(json.dumps(row) + "\n" for row in found)


def write(scrimp: Scrimp, name: str, numbers: Iterable[int], lost: Callable[[int], bool] = lambda _: False) -> None:
    """Write such prompts to a file."""
    scrimp.file(name, rows(numbers, lost))


def answer_text(body: dict[str, Any]) -> str:
    """Return what is known of a request's prompt."""
    return known(body["messages"][-1]["content"])


def number_of(body: dict[str, Any]) -> int:
    """Return the locker that a request's prompt asks for."""
    return int(_ASKED.findall(body["messages"][-1]["content"])[-1])


def is_shortened(body: dict[str, Any]) -> bool:
    """Return whether sentences are missing in a request's prompt."""
    return str(body["messages"][-1]["content"]).count("near stop") < _SENTENCES


def known(text: str) -> str:
    """Return the code where the prompt has what it takes to know it."""
    given = _GIVEN.search(text)
    needs_all = "all stops" in text
    return given[1] if given and not (needs_all and text.count("near stop") < _SENTENCES) else "unknown"


def answer(body: dict[str, Any]) -> Reply:
    """Answer with it; a token in is four characters of the prompt."""
    tokens = len(body["messages"][-1]["content"]) // 4
    return completion(answer_text(body), model=body["model"], prompt_tokens=tokens)
