"""What a prompt's wording tells of the flagship's gain beyond its task: ridge regression on hashed words and pairs.

It knows only the domain it was learned in, so no weights are shipped: on other prompts than the user's own it is worth
nothing.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

from msgspec import Struct

_WORD = re.compile(r"\w+|[^\w\s]")
_BUCKETS = 1 << 18
_SPREAD = 1_000_003  # a prime, so that "a b" and "b a" fall into different buckets
_SEEN = 2  # prompts a feature must be in: what is in one alone can only be learned by heart
_RIDGE = 10.0  # noise over signal in variance: a prompt's wording explains a tenth of its gain at best
_ROUNDS = 12
_SETTLED = 0.02  # of the first gradient; what is left changes no order that matters
_LENGTH = 1_000  # characters read at either end of a text

_Row = tuple[tuple[int, ...], float]  # features, by number, and what to divide their rarities by


class WordingModel(Struct, frozen=True):
    """Weights by hashed feature, with each feature's rarity."""

    weights: dict[int, float]
    rarity: dict[int, float]

    def of(self, text: str) -> float:
        """Return what the wording adds to the expected gain."""
        found = [feature for feature in features(text) if feature in self.rarity]
        length = math.sqrt(sum(self.rarity[feature] ** 2 for feature in found))
        return sum(self.rarity[feature] * self.weights[feature] for feature in found) / length if found else 0.0


def features(text: str) -> set[int]:
    """Return the hashed features of a prompt: words, marks, neighbours, and the size of its skeleton in powers of two.

    A text longer than 2 000 characters is read at its beginning and end.
    """
    shape = (len(text), text.count("\n"), sum(map(str.isdigit, text)))
    if len(text) > 2 * _LENGTH:
        text = text[:_LENGTH] + "\n" + text[-_LENGTH:]
    words = [_hashed(word) for word in _WORD.findall(text.lower())]
    skeleton = [_hashed(f"\0{name}{size.bit_length()}") for name, size in zip("cnd", shape, strict=True)]
    return {*(word % _BUCKETS for word in words), *(size % _BUCKETS for size in skeleton),
            *((word * _SPREAD + following) % _BUCKETS for word, following in pairwise(words))}  # fmt: skip


@lru_cache(maxsize=1 << 16)
def _hashed(word: str) -> int:
    """Return a number that is the same in every process, unlike Python's own hash."""
    return crc32(word.encode("utf-8", "surrogatepass"))


def learn_wording(texts: Sequence[str], gains: Sequence[float]) -> WordingModel:
    """Fit weights so that a text's features explain what is left of its gain; texts and gains are of one length.

    Features weigh by their rarity, ln((1 + n) / (1 + texts with it)) + 1, and a text's are scaled to length one.
    """
    found = [features(text) for text in texts]
    seen = Counter(feature for row in found for feature in row)
    known = sorted(feature for feature, count in seen.items() if count >= _SEEN)
    rarity = [math.log((1 + len(texts)) / (1 + seen[feature])) + 1 for feature in known]
    number = {feature: at for at, feature in enumerate(known)}
    rows = [_row([number[feature] for feature in row if feature in number], rarity) for row in found]
    weights = _ridge(rows, gains, rarity)
    return WordingModel(dict(zip(known, weights, strict=True)), dict(zip(known, rarity, strict=True)))


def _row(found: list[int], rarity: Sequence[float]) -> _Row:
    return tuple(sorted(found)), math.sqrt(sum(rarity[at] ** 2 for at in found)) or 1.0


def _ridge(rows: Sequence[_Row], gains: Sequence[float], rarity: Sequence[float]) -> list[float]:
    """Solve (X'X + ridge) w = X'y by conjugate gradients (Hestenes & Stiefel 1952)."""
    weights = [0.0] * len(rarity)
    left = _spread(rows, gains, rarity)
    step = left
    now = first = _square(left)
    for _ in range(_ROUNDS):
        if now <= _SETTLED**2 * first:
            break
        told = _spread(rows, _told(rows, step, rarity), rarity)
        curved = [bend + _RIDGE * value for bend, value in zip(told, step, strict=True)]
        length = now / sum(map(float.__mul__, step, curved))
        weights = [weight + length * value for weight, value in zip(weights, step, strict=True)]
        left = [value - length * bend for value, bend in zip(left, curved, strict=True)]
        before, now = now, _square(left)
        step = [value + now / before * last for value, last in zip(left, step, strict=True)]
    return weights


def _told(rows: Sequence[_Row], weights: Sequence[float], rarity: Sequence[float]) -> list[float]:
    """Return Xw: what the weights say of each row."""
    scaled = list(map(float.__mul__, weights, rarity))
    return [sum([scaled[at] for at in found]) / length for found, length in rows]


def _spread(rows: Sequence[_Row], values: Sequence[float], rarity: Sequence[float]) -> list[float]:
    """Return X'v: to every feature what the rows that have it carry."""
    total = [0.0] * len(rarity)
    for (found, length), value in zip(rows, values, strict=True):
        carried = value / length
        for at in found:
            total[at] += carried
    return list(map(float.__mul__, total, rarity))


def _square(vector: Sequence[float]) -> float:
    return sum(value * value for value in vector)
