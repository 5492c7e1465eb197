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


def is_odd(identity: str) -> bool:
    """Tell the rows that are only reported from those one may look at: by the last bit of the hash of their id."""
    return sha256(identity.encode()).digest()[-1] % 2 == 1


def half(folder: Path, name: str, *, odd: bool) -> list[dict[str, Any]]:
    """Return the rows that are reported, or the others."""
    return [row for row in rows(folder, name) if is_odd(row["id"]) == odd]
