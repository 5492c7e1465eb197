"""The texts that are compressed, by what they are."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

_FILES = ("prompts.jsonl", "docs.jsonl", "data.jsonl")
_KINDS = {
    "html": "html",
    "json_array": "data/json",
    "json_nested": "data/json",
    "jsonl": "data/json",
    "log": "data/logs",
    "csv": "data/csv",
    "code": "data/code",
    "diff": "data/code",
    "config": "data/code",
}
_BY_FILE = {"prompts.jsonl": "prompts", "docs.jsonl": "docs", "data.jsonl": "data/other"}


@dataclass(frozen=True, slots=True)
class Item:
    """A text, and the kind it is of."""

    id: str
    text: str
    kind: str


def load(data: Path) -> dict[str, list[Item]]:
    """Return the items of each kind; `data` holds lines with `id`, `type` and `text` in three files."""
    kinds: dict[str, list[Item]] = defaultdict(list)
    for name in _FILES:
        with (data / name).open(encoding="utf-8") as lines:
            for line in map(json.loads, lines):
                kind = _KINDS.get(line["type"], _BY_FILE[name])
                kinds[kind].append(Item(line["id"], line["text"], kind))
    return dict(kinds)
