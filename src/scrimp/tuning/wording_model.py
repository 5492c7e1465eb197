"""What a prompt's wording tells of the flagship's gain beyond its task: ridge regression on hashed words and bigrams.

It knows only the domain it was learned in, so no weights are shipped: on other prompts than the user's own they would
be worthless.
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

_TOKEN = re.compile(r"\w+|[^\w\s]")
_BUCKETS = 1 << 18
_BIGRAM_FACTOR = 1_000_003  # a prime, so that "a b" and "b a" fall into different buckets
_MIN_PROMPTS = 2  # that have a feature: what is in one alone can only be learned by heart
_RIDGE = 10.0  # noise over signal in variance: a prompt's wording explains a tenth of its gain at best
_MAX_ITERATIONS = 12
_TOLERANCE = 0.02  # of the first residual; what remains changes no order that matters
_EDGE = 1_000  # characters read at either end of a text

_FeatureRow = tuple[tuple[int, ...], float]  # features by number, and the norm their rarities are divided by


class WordingModel(Struct, frozen=True):
    """Weights by hashed feature, with each feature's rarity."""

    weights: dict[int, float]
    rarity: dict[int, float]

    def predict(self, text: str) -> float:
        """Return what the wording adds to the expected gain."""
        known = [feature for feature in hashed_features(text) if feature in self.rarity]
        norm = math.sqrt(sum(self.rarity[feature] ** 2 for feature in known))
        return sum(self.rarity[feature] * self.weights[feature] for feature in known) / norm if known else 0.0


def hashed_features(text: str) -> set[int]:
    """Return the hashed features of a prompt: words, marks, bigrams, and its length, lines and digits by powers of two.

    A text longer than 2 000 characters is read at its beginning and end.
    """
    sizes = (len(text), text.count("\n"), sum(map(str.isdigit, text)))
    if len(text) > 2 * _EDGE:
        text = text[:_EDGE] + "\n" + text[-_EDGE:]
    tokens = [_token_hash(token) for token in _TOKEN.findall(text.lower())]
    shape = [_token_hash(f"\0{name}{size.bit_length()}") for name, size in zip("cnd", sizes, strict=True)]
    bigrams = [token * _BIGRAM_FACTOR + following for token, following in pairwise(tokens)]
    return {feature % _BUCKETS for feature in (*tokens, *shape, *bigrams)}


@lru_cache(maxsize=1 << 16)
def _token_hash(token: str) -> int:
    """Return a number that is the same in every process, unlike Python's own hash."""
    return crc32(token.encode("utf-8", "surrogatepass"))


def fit_wording(texts: Sequence[str], residuals: Sequence[float]) -> WordingModel:
    """Fit weights so that a text's features explain its residual gain; texts and residuals are of one length.

    Features are weighted by their rarity, ln((1 + n) / (1 + texts with it)) + 1, and a text's are scaled to norm one.
    """
    by_text = [hashed_features(text) for text in texts]
    counts = Counter(feature for features in by_text for feature in features)
    vocabulary = sorted(feature for feature, count in counts.items() if count >= _MIN_PROMPTS)
    rarity = [math.log((1 + len(texts)) / (1 + counts[feature])) + 1 for feature in vocabulary]
    number = {feature: index for index, feature in enumerate(vocabulary)}
    rows = [_feature_row([number[one] for one in features if one in number], rarity) for features in by_text]
    weights = _solve_ridge(rows, residuals, rarity)
    return WordingModel(dict(zip(vocabulary, weights, strict=True)), dict(zip(vocabulary, rarity, strict=True)))


def _feature_row(features: list[int], rarity: Sequence[float]) -> _FeatureRow:
    return tuple(sorted(features)), math.sqrt(sum(rarity[feature] ** 2 for feature in features)) or 1.0


def _solve_ridge(rows: Sequence[_FeatureRow], targets: Sequence[float], rarity: Sequence[float]) -> list[float]:
    """Solve (X'X + ridge) w = X'y by conjugate gradients (Hestenes & Stiefel 1952)."""
    weights = [0.0] * len(rarity)
    residual = _transposed_product(rows, targets, rarity)
    direction = residual
    current = initial = _squared_norm(residual)
    for _ in range(_MAX_ITERATIONS):
        if current <= _TOLERANCE**2 * initial:
            break
        normal = _transposed_product(rows, _product(rows, direction, rarity), rarity)
        curvature = [bend + _RIDGE * value for bend, value in zip(normal, direction, strict=True)]
        step = current / sum(map(float.__mul__, direction, curvature))
        weights = [weight + step * value for weight, value in zip(weights, direction, strict=True)]
        residual = [value - step * bend for value, bend in zip(residual, curvature, strict=True)]
        previous, current = current, _squared_norm(residual)
        direction = [value + current / previous * last for value, last in zip(residual, direction, strict=True)]
    return weights


def _product(rows: Sequence[_FeatureRow], weights: Sequence[float], rarity: Sequence[float]) -> list[float]:
    """Return Xw: the prediction for each row."""
    scaled = list(map(float.__mul__, weights, rarity))
    return [sum([scaled[feature] for feature in features]) / norm for features, norm in rows]


def _transposed_product(rows: Sequence[_FeatureRow], values: Sequence[float], rarity: Sequence[float]) -> list[float]:
    """Return X'v: for each feature the sum over the rows that have it."""
    total = [0.0] * len(rarity)
    for (features, norm), value in zip(rows, values, strict=True):
        scaled = value / norm
        for feature in features:
            total[feature] += scaled
    return list(map(float.__mul__, total, rarity))


def _squared_norm(vector: Sequence[float]) -> float:
    return sum(value * value for value in vector)
