"""How much a better model is expected to gain on prompts of a demand, and the tier that follows: the data of the prior.

`prior.json` holds, for each demand, the expected gain in score of a high model over a simple one, and how many recorded
pairs it was learned from: none where it was set by judgment. `tests/bench/prior.py` learns it and evaluates it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from scrimp.routing.prior.demands import Told
from scrimp.routing.prior.exam import exam_features, predicted_gain

_FILE = Path(__file__).parent / "prior.json"


class DemandGain(Struct, frozen=True):
    """The expected gain, and the recorded pairs it was learned from."""

    gain: float
    pairs: int = 0


class TaskGain(Struct, frozen=True):
    """What pairs of the user's own say of a task: how many there are, and the mean gain in them."""

    pairs: int
    gain: float


class ExamModel(Struct, frozen=True):
    """A linear model of the gain on exam questions, by their form."""

    intercept: float
    weights: Mapping[str, float]


class Prior(Struct, frozen=True):
    """What is known before any pair of the user's own: see the module."""

    medium_from: float  # gain
    high_from: float
    pseudo_pairs: int  # pairs of the user's own that weigh as much as the prior
    demands: Mapping[str, DemandGain]
    exam: ExamModel

    def gain(self, told: Told) -> float:
        """Return the expected gain of a high model over a simple one, in score."""
        if told.shape is not None:
            return predicted_gain(exam_features(told.shape), self.exam.intercept, self.exam.weights)
        return self.demands[told.demand].gain

    def with_pairs(self, gain: float, observed: TaskGain) -> float:
        """Return the gain that is expected after pairs of the user's own: the prior counts as so many of them."""
        total = self.pseudo_pairs * gain + observed.pairs * observed.gain
        return total / (self.pseudo_pairs + observed.pairs)

    def tier(self, gain: float) -> str:
        """Return the tier that an expected gain is worth."""
        return "simple" if gain < self.medium_from else "medium" if gain < self.high_from else "high"


@cache
def shipped_prior() -> Prior:
    """Return the prior that scrimp ships with."""
    return msgspec.json.decode(_FILE.read_bytes(), type=Prior)
