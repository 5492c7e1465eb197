"""School problems with the recorded completions of three real models, as files in a directory (data/README.md)."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scrimp.answers.canonical import canonical

_DATA = Path(__file__).parent / "data"
_PRICES = {"gpt-4o-mini": [0.15, 0.6], "gemini-1.5-flash": [0.075, 0.3], "claude-3-5-sonnet": [3.0, 15.0]}
CONFIG = """\
[providers.recorded]
base_url = "replay:problems.jsonl.gz"

[tiers]
simple = ["recorded/gpt-4o-mini", "recorded/gemini-1.5-flash"]
medium = ["recorded/gpt-4o-mini"]
high = ["recorded/claude-3-5-sonnet"]
"""


def rows() -> Iterator[dict[str, Any]]:
    with gzip.open(_DATA / "problems.jsonl.gz", "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def write(folder: Path) -> None:
    """Write the recording, its prices and template, a CSV with the right answers and one without, and a home for each.

    The right answers of the problems on which the models differ are in checked.csv, as a person would write them.
    """
    recording = (_DATA / "problems.jsonl.gz").read_bytes()
    (folder / "problems.jsonl.gz").write_bytes(recording)
    (folder / "problem.txt").write_bytes((_DATA / "problem.txt").read_bytes())
    found = list(rows())
    _table(
        folder / "solved.csv",
        ("id", "question", "answer"),
        [(row["id"], row["question"], row["gold"]) for row in found],
    )
    _table(folder / "unsolved.csv", ("id", "question"), [(row["id"], row["question"]) for row in found])
    _table(folder / "checked.csv", ("id", "label"), [(row["id"], row["gold"]) for row in found if _is_disputed(row)])
    prices = json.loads((folder / "prices.json").read_text()) if (folder / "prices.json").exists() else {"models": {}}
    (folder / "prices.json").write_text(json.dumps({"models": prices["models"] | _PRICES}))
    for home in ("with-answers", "without"):
        (folder / home).mkdir()
        (folder / home / "config.toml").write_text(CONFIG)


def _is_disputed(row: dict[str, Any]) -> bool:
    return len({canonical(reply["out"]) for reply in row["models"].values()}) > 1


def _table(path: Path, header: tuple[str, ...], body: list[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(body)
