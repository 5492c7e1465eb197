"""The flagship's expected gain on each task, learned from pairs before any call: which prompts deserve it.

Few pairs of a task say little, so its mean is shrunk towards that of its kind, and a kind's towards the mean of all, by
as much as chance explains the differences between them (empirical Bayes; Efron & Morris, JASA 70, 1975).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from msgspec import Struct

from scrimp.tuning.wording_model import WordingModel, fit_wording

_PRIOR_PAIRS = 5  # pairs' worth of the pooled variance in a group's own: twenty 0s and 1s may well be all alike
_LIKELIHOOD_STEPS = 200


class ObservedGain(Struct, frozen=True, kw_only=True, gc=False):
    """A pair as the model learns from it: the flagship's score less the cheap model's, in -1..1."""

    gain: float
    signature: str = ""
    kind: str = ""
    text: str = ""


class GainModel(Struct, frozen=True):
    """Expected gain of the flagship by signature, else by kind, else over all; wording adds to it where learned."""

    by_signature: Mapping[str, float]
    by_kind: Mapping[str, float]
    overall: float
    wording: WordingModel | None = None

    def expected_gain(self, signature: str, kind: str = "", text: str = "") -> float:
        """Return the flagship's expected gain on such a prompt, in score."""
        gain = self.by_signature.get(signature, self.by_kind.get(kind, self.overall))
        return gain + self.wording.predict(text) if self.wording is not None and text else gain


def fit_gains(observed: Sequence[ObservedGain], *, wording: bool = False) -> GainModel:
    """Fit the flagship's gain to pairs; with `wording` also to what their texts tell beyond their task.

    Raises ValueError without pairs.
    """
    if not observed:
        raise ValueError("no pairs to learn from")
    overall = fmean(one.gain for one in observed)
    kinds = _shrink(_gains(_group_by(observed, "kind")), {}, overall)
    signatures = _group_by(observed, "signature")
    centers = {name: fmean(kinds[one.kind] for one in members) for name, members in signatures.items()}
    tasks = _shrink(_gains(signatures), centers, overall)
    if not wording:
        return GainModel(tasks, kinds, overall)
    residuals = [one.gain - tasks[one.signature] for one in observed]
    return GainModel(tasks, kinds, overall, fit_wording([one.text for one in observed], residuals))


def _group_by(observed: Iterable[ObservedGain], field: str) -> dict[str, list[ObservedGain]]:
    groups: defaultdict[str, list[ObservedGain]] = defaultdict(list)
    for one in observed:
        groups[getattr(one, field)].append(one)
    return groups


def _gains(groups: Mapping[str, Sequence[ObservedGain]]) -> dict[str, list[float]]:
    return {name: [one.gain for one in members] for name, members in groups.items()}


def _shrink(samples: Mapping[str, Sequence[float]], centers: Mapping[str, float], default: float) -> dict[str, float]:
    """Return each sample's mean, shrunk towards its center the more, the less it differs beyond its standard error."""
    if len(samples) == 1 and not centers:
        return {name: fmean(sample) for name, sample in samples.items()}
    errors = _squared_errors(samples)
    deviations = {name: fmean(sample) - centers.get(name, default) for name, sample in samples.items()}
    between = _between_variance([(deviations[name], errors[name]) for name in samples])
    return {
        name: centers.get(name, default) + deviations[name] * between / (between + errors[name]) for name in samples
    }


def _squared_errors(samples: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Return the squared standard error of each mean, its variance steadied by that within all samples."""
    means = {name: fmean(sample) for name, sample in samples.items()}
    squares = {name: sum((gain - means[name]) ** 2 for gain in sample) for name, sample in samples.items()}
    degrees = sum(len(sample) - 1 for sample in samples.values())
    pooled = sum(squares.values()) / degrees if degrees else 1.0
    return {
        name: ((squares[name] + _PRIOR_PAIRS * pooled) / (len(sample) - 1 + _PRIOR_PAIRS) or 1e-12) / len(sample)
        for name, sample in samples.items()
    }


def _between_variance(deviations: Sequence[tuple[float, float]]) -> float:
    """Return the variance between true means, from (deviation, squared error): it maximizes likelihood times its root.

    That maximum is never at zero. A plain one often is for a dozen groups, and then all tasks would be one (Chung et
    al., Psychometrika 78, 2013).
    """
    scale = math.sqrt(sum(deviation**2 + error for deviation, error in deviations) / len(deviations))

    def log_posterior(root: float) -> float:
        variances = [root**2 + error for _, error in deviations]
        misfit = sum(d * d / variance for (d, _), variance in zip(deviations, variances, strict=True))
        return math.log(root) - 0.5 * (sum(map(math.log, variances)) + misfit)

    roots = (scale * 2 * step / _LIKELIHOOD_STEPS for step in range(1, _LIKELIHOOD_STEPS + 1))
    return max(roots, key=log_posterior) ** 2
