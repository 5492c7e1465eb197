"""Fit a linear model of sentences, and put sentences together of lists of words: what all makers of models share."""

from __future__ import annotations

import gzip
import random
import re
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

sys.path.insert(0, str(Path(__file__).parent.parent / "src"))

from scrimp.sentence_model import SCALE

Weights: TypeAlias = NDArray[np.float64]
SLOT = re.compile(r"\{(\w+)\}")


class Lists:
    """Lists of words of one language, from which entries are drawn by chance."""

    def __init__(self, lists: dict[str, str], chance: random.Random) -> None:
        self._lists = {name: re.split(r"\s*\|\s*", text.strip()) for name, text in lists.items()}
        self.chance = chance

    def __getitem__(self, name: str) -> list[str]:
        return self._lists[name]

    def get(self, name: str) -> list[str]:
        return self._lists.get(name, [])

    def any_of(self, name: str) -> str:
        return self.filled(self.chance.choice(self._lists[name]))

    def filled(self, text: str) -> str:
        """Return a text in which a list between braces ("show {record}") stands for any of its entries."""
        return SLOT.sub(lambda slot: self.any_of(slot[1]), text)


def fitted(found: Iterable[tuple[Iterable[int], bool]], buckets: int, penalty: float) -> Weights:
    """Return the weights of a logistic regression on the buckets of sentences, its bias last."""
    places, values, starts, signs = [], [], [0], []
    for numbers, is_one in found:
        counts = Counter(numbers)
        places += list(counts)
        values += [count / counts.total() ** 0.5 for count in counts.values()]
        starts.append(len(places))
        signs.append(1.0 if is_one else -1.0)
    features = csr_matrix((values, places, starts), shape=(len(signs), buckets))
    turned, sign = features.T.tocsr(), np.array(signs)

    def loss(weights: Weights) -> tuple[float, Weights]:
        margins = sign * (features @ weights[:-1] + weights[-1])
        slopes = -sign / (1 + np.exp(np.clip(margins, -30, 30)))
        gradient = np.append(turned @ slopes + penalty * weights[:-1], slopes.sum())
        return np.logaddexp(0, -margins).sum() + penalty / 2 * (weights[:-1] @ weights[:-1]), gradient

    best: Weights = minimize(loss, np.zeros(buckets + 1), jac=True, method="L-BFGS-B", options={"maxiter": 150}).x
    return best


def write(weights: Weights, path: Path) -> None:
    """Write weights as whole numbers, as `scrimp.sentence_model` reads them."""
    whole = np.clip(np.rint(weights * SCALE), -127, 127).astype(np.int8)
    path.write_bytes(gzip.compress(whole.tobytes(), mtime=0))
