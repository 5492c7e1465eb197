"""A random sample of rows, for --sample."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

_Row = TypeVar("_Row")


def uniform_sample(rows: Iterator[_Row], size: int, seed: int) -> Iterator[_Row]:
    """Yield `size` rows in their order, each row as likely as any other; only so many are held at a time.

    Algorithm R of Vitter, "Random Sampling with a Reservoir" (1985). `random()` of a seed is the same in every version
    of Python, unlike `sample`.
    """
    from random import Random  # noqa: PLC0415 - 3 ms, only for a sample

    if not size:
        return
    random = Random(seed).random  # noqa: S311 - a sample, no secret
    kept: list[tuple[int, _Row]] = []
    for count, row in enumerate(rows):
        if count < size:
            kept.append((count, row))
        elif (place := int(random() * (count + 1))) < size:
            kept[place] = (count, row)
    kept.sort(key=lambda item: item[0])
    for _, row in kept:
        yield row
