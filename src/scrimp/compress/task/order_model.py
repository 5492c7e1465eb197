"""Whether an order is about the form of the data, or about the answer or another task: a linear model of its words."""

from __future__ import annotations

import math
import re
import zlib
from array import array
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, TypeAlias

Place: TypeAlias = Literal["beside", "alone"]  # of an order: beside what asks for a value it is mostly about the answer
SHIPPED = Path(__file__).with_name("order_model.gz")  # made by .ci/make_order_model.py
BUCKETS = 1 << 15
SCALE = 8  # of the weights, which are written as whole numbers
_SIZES = range(2, 6)  # letters of a part of a word
# A word, signs of a script without spaces, a number, a sign.
_TOKEN = re.compile(r"(?:[^\W\d_\u2e80-\U0010ffff]|[\u0900-\u0dff]){1,40}|[\u2e80-\U0010ffff]{1,40}|\d+|[^\w\s]")


def order_score(folded: str, place: Place) -> float:
    """Return how a folded order is meant: above zero about the form of the data (copy it, edit it), below not so."""
    bias, weights = _model()
    buckets = list(buckets_of(folded, place))
    return bias + sum(map(weights.__getitem__, buckets)) / SCALE / math.sqrt(len(buckets))


def buckets_of(folded: str, place: Place) -> Iterator[int]:
    """Yield the number of each feature: words, their parts, and pairs of words; all but parts at this place, too."""
    words = ["0" if token.isdigit() else token for token in _TOKEN.findall(folded)]
    for word in words:
        yield from _parts(word)
    pairs = [f"{first} {second}" for first, second in zip(["^", *words], [*words, "$"], strict=True)]
    yield from map(_bucket, pairs)
    yield from (_bucket(f"{place} {feature}") for feature in ("", *words, *pairs))


@lru_cache(maxsize=4096)
def _parts(word: str) -> tuple[int, ...]:
    whole = f"<{word}>"
    sizes = {*_SIZES, max(len(whole), *_SIZES)}
    return tuple(_bucket(whole[at : at + size]) for size in sizes for at in range(len(whole) - size + 1))


def _bucket(feature: str) -> int:
    return zlib.crc32(feature.encode()) % BUCKETS


@cache
def _model() -> tuple[float, array[int]]:
    weights = array("b", zlib.decompress(SHIPPED.read_bytes(), wbits=31))
    return weights.pop() / SCALE, weights
