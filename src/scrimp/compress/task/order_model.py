"""Whether an order or a question is about the form of the data, or of another kind: a linear model of its words."""

from __future__ import annotations

import math
import re
import zlib
from array import array
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, TypeAlias

# An order beside what asks for a value is mostly about the answer; others stand alone, or are questions.
Place: TypeAlias = Literal["beside", "alone", "asking"]
SHIPPED = Path(__file__).with_name("order_model.gz")  # made by .ci/make_order_model.py
BUCKETS = 1 << 17
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
    """Yield the number of each feature: parts of words, pairs of words, and how a sentence begins and ends.

    At this place they count once more: words, their first letters, and all that is not a part of a word.
    """
    words = ["0" if token.isdigit() else token for token in _TOKEN.findall(folded)]
    for word in words:
        yield from _parts(word)
    pairs = [f"{first} {second}" for first, second in zip(["^", *words], [*words, "$"], strict=True)]
    ends = [part for word in words[:1] for part in (f"^^{word[:3]}", f"^^{word[:4]}", f"^^{word[:5]}")]
    ends += [part for word in words[-1:] for part in (f"$${word[-3:]}", f"$${word[-4:]}")]
    yield from map(_bucket, (*pairs, *ends))
    placed = ("", *words, *(word[:4] for word in words), *pairs, *ends)
    yield from (_bucket(f"{place} {feature}") for feature in placed)


@lru_cache(maxsize=4096)
def _parts(word: str) -> tuple[int, ...]:
    whole = f"<{word}>"
    sizes = {*_SIZES, max(len(whole), *_SIZES)}
    return tuple(_bucket(whole[at : at + size]) for size in sizes for at in range(len(whole) - size + 1))


def _bucket(feature: str) -> int:
    return zlib.crc32(feature.encode("utf-8", "surrogatepass")) % BUCKETS


@cache
def _model() -> tuple[float, array[int]]:
    weights = array("b", zlib.decompress(SHIPPED.read_bytes(), wbits=31))
    return weights.pop() / SCALE, weights
