"""Read a linear model of sentences: a whole weight for each of its features, which are numbered by their hash."""

from __future__ import annotations

import math
import re
import zlib
from array import array
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

SCALE = 8  # of the weights, which are written as whole numbers
# A word, signs of a script without spaces, a number, a sign.
TOKEN = re.compile(r"(?:[^\W\d_\u2e80-\U0010ffff]|[\u0900-\u0dff]){1,40}|[\u2e80-\U0010ffff]{1,40}|\d+|[^\w\s]")


class SentenceModel:
    """Weights that were fitted by a script, and are shipped beside the module that says what features there are."""

    def __init__(self, path: Path, buckets: int) -> None:
        self.path, self.buckets = path, buckets

    @cached_property
    def weights(self) -> array[int]:
        """The weight of each bucket, the bias last."""
        return array("b", zlib.decompress(self.path.read_bytes(), wbits=31))

    def bucket(self, feature: str) -> int:
        """Return the number of a feature."""
        return zlib.crc32(feature.encode("utf-8", "surrogatepass")) % self.buckets

    def weigh(self, features: Iterable[str]) -> int:
        """Return the sum of the weights of features."""
        weights, buckets, hashed = self.weights, self.buckets, zlib.crc32
        return sum([weights[hashed(feature.encode("utf-8", "surrogatepass")) % buckets] for feature in features])

    def score(self, weight: int, features: int) -> float:
        """Return on which side a sentence of so many features is: above zero it is of the kind that was learned."""
        return (self.weights[-1] + weight / math.sqrt(features)) / SCALE
