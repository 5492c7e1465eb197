"""JSON as it stands in prompts: alone, on lines, one document below the other, in pages and in a chat."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from bench import prose

_CITIES = ("Oslo", "K\u00f6ln", "Rome", "S\u00e3o Paulo")
_KINDS = ("late", "paid", "sent back", "lost")


def kinds(size: int, *, seed: int = 5) -> dict[str, str]:
    """Return a text of about `size` characters of each kind."""
    chance, stock = random.Random(seed), prose.sentences()

    def record() -> dict[str, Any]:
        number = chance.randrange(10**6)
        return {
            "id": number,
            "name": chance.choice(["Ada", 'Bob "the" Ray', "Zo\u00eb"]),
            "email": f"u{number}@example.com",
            "paid": number % 3 == 0,
            "total": number / 100,
            "tags": chance.sample(_KINDS, chance.randrange(4)),
            "address": {"street": f"{number % 90} Main St", "city": chance.choice(_CITIES)},
            "note": None,
        }

    def words() -> str:
        return " ".join(chance.choices(stock, k=3))

    def pretty() -> str:
        return json.dumps(record(), indent=2, ensure_ascii=False)

    def line() -> str:
        return json.dumps(record(), ensure_ascii=False)

    return {
        "a JSON array": json.dumps([record() for _ in range(size // 400)], indent=2),
        "lines of JSON": _repeated(lambda: f"{line()}\n", size),
        "small documents of JSON": "Compare them.\n\n" + _repeated(lambda: f"{pretty()}\n\n", size),
        "JSON under labels": _repeated(lambda: f"Order {chance.randrange(10**6)}:\n{pretty()}\n\n", size)
        + "Is one late?\n",
        "Markdown with JSON": _repeated(lambda: f"## Part\n\n{words()}\n\n- one\n\n{pretty()}\n\n{words()}\n\n", size),
        "a chat with JSON": _repeated(lambda: f"User: {words()}\n\n{line()}\n\nAssistant: {words()}\n\n", size),
        "pages and one JSON": _repeated(lambda: f"{words()}\n\n", size) + pretty() + "\n",
    }


def _repeated(part: Callable[[], str], size: int) -> str:
    parts: list[str] = []
    while size > 0:
        parts.append(part())
        size -= len(parts[-1])
    return "".join(parts)
