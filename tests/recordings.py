"""A small recording of the tests' own: sums, answered by three models that never were."""

from __future__ import annotations

import json
import sqlite3
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any

from command import Scrimp

CHEAP, OTHER, FLAGSHIP = "gpt-tiny", "gemini-tiny", "claude-large"
PRICES = {"models": {CHEAP: [0.1, 0.4, "a note"], OTHER: [0.1, 0.3], FLAGSHIP: [3.0, 15.0]}}
# On which rows a model is wrong, by their number, and the words in which it says its number.
_WRONG = {CHEAP: (10, 3), OTHER: (10, 7), FLAGSHIP: (50, 49)}
_WORDS = {CHEAP: "{}", OTHER: "**{}**", FLAGSHIP: "The answer is {}."}
# The flag that makes the prompts of their columns: by it a run finds the task.
TEMPLATE = ("-t", "What is {first} plus {second}? Give only the number.")
# A user's check that knows nothing of the prompt.
ODD = "grep -Eq '[13579][.*]*$'"
CONFIG = """
[providers.rec]
base_url = "replay:recording.jsonl"
[tiers]
simple = ["rec/gpt-tiny", "rec/gemini-tiny"]
medium = ["rec/gpt-tiny"]
high = ["rec/claude-large"]
"""


def prompt(number: int) -> str:
    return f"What is {number} plus {number + 7}? Give only the number."


def rows(count: int, *, scored: bool = True, texts: bool = True) -> Iterator[dict[str, Any]]:
    """Yield rows of a recording: a cheap model is wrong on one of ten, never both, the dear one on one of fifty.

    Who is right says an odd number, who is wrong an even one.
    """
    for number in range(count):
        models: dict[str, dict[str, Any]] = {}
        for name, (every, at) in _WRONG.items():
            wrong = number % every == at
            models[name] = {"completion_tokens": 4}
            if texts:
                models[name]["out"] = _WORDS[name].format(2 * number + 7 + wrong)
            if scored:
                models[name]["score"] = float(not wrong)
        yield {"id": f"sum-{number}", "prompt": prompt(number), "prompt_tokens": 20, "models": models}


def text(found: Iterable[dict[str, Any]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in found)


def prompts(scrimp: Scrimp, name: str, numbers: range) -> None:
    """Write prompts of the recording to a file, with the columns of TEMPLATE."""
    rows = ({"text": prompt(number), "first": number, "second": number + 7} for number in numbers)
    scrimp.file(name, text(rows))


def entries(scrimp: Scrimp, what: str) -> list[tuple[Any, ...]]:
    """Ask the ledger's file."""
    db = sqlite3.connect(scrimp.home / "ledger.db")
    try:
        return db.execute(what).fetchall()
    finally:
        db.close()


def change(scrimp: Scrimp, how: str) -> None:
    """Change the ledger's file."""
    with closing(sqlite3.connect(scrimp.home / "ledger.db")) as db, db:
        db.execute(how)


def tuned(scrimp: Scrimp) -> list[dict[str, Any]]:
    """Return the routes that were applied."""
    return list(tomllib.loads((scrimp.home / "tuned.toml").read_text(encoding="utf-8")).get("routes", []))
