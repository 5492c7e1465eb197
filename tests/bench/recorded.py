"""Recorded completions of real models, read from a directory of gzipped JSON lines."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any


def rows(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of one set, in the order they were written."""
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def is_odd(row_id: str) -> bool:
    """Return whether a row is only reported; even rows may be looked at. By the last bit of the hash of its id."""
    return sha256(row_id.encode()).digest()[-1] % 2 == 1


def half(folder: Path, name: str, *, odd: bool) -> list[dict[str, Any]]:
    """Return the odd rows, which are reported, or the even ones."""
    return [row for row in rows(folder, name) if is_odd(row["id"]) == odd]
