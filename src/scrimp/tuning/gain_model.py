"""What the flagship gains on each task, learned from pairs before any call: which prompts deserve it.

Few pairs of a task say little, so its mean is drawn towards that of its kind, and a kind's towards the mean of all, by
as much as chance explains the differences between them (empirical Bayes; Efron & Morris, JASA 70, 1975).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from msgspec import Struct

from scrimp.tuning.wording_model import WordingModel, learn_wording

_BORROWED = 5  # pairs' worth of the common variance in a group's own: twenty 0s and 1s may well be all alike
_STEPS = 200


class Pair(Struct, frozen=True, kw_only=True):
    """One prompt that both models completed: the flagship's score less the cheap model's, in -1..1."""

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

    def of(self, signature: str, kind: str = "", text: str = "") -> float:
        """Return what the flagship is expected to gain on such a prompt, in score."""
        task = self.by_signature.get(signature, self.by_kind.get(kind, self.overall))
        return task + self.wording.of(text) if self.wording is not None and text else task


def learn_gains(pairs: Sequence[Pair], *, wording: bool = False) -> GainModel:
    """Learn the flagship's gain from pairs; with `wording` also what their texts tell beyond their task.

    Raises ValueError without pairs.
    """
    if not pairs:
        raise ValueError("no pairs to learn from")
    overall = fmean(pair.gain for pair in pairs)
    kinds = _shrunk({kind: [pair.gain for pair in of] for kind, of in _by(pairs, "kind").items()}, {}, overall)
    signatures = _by(pairs, "signature")
    towards = {name: fmean(kinds[pair.kind] for pair in of) for name, of in signatures.items()}
    tasks = _shrunk({name: [pair.gain for pair in of] for name, of in signatures.items()}, towards, overall)
    if not wording:
        return GainModel(tasks, kinds, overall)
    learned = learn_wording([pair.text for pair in pairs], [pair.gain - tasks[pair.signature] for pair in pairs])
    return GainModel(tasks, kinds, overall, learned)


def _by(pairs: Iterable[Pair], field: str) -> dict[str, list[Pair]]:
    found: defaultdict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        found[getattr(pair, field)].append(pair)
    return found


def _shrunk(samples: Mapping[str, Sequence[float]], towards: Mapping[str, float], otherwise: float) -> dict[str, float]:
    """Return each sample's mean, drawn towards a centre the more, the less it differs beyond its standard error."""
    if len(samples) == 1 and not towards:
        return {name: fmean(sample) for name, sample in samples.items()}
    errors = _errors(samples)
    apart = {name: fmean(sample) - towards.get(name, otherwise) for name, sample in samples.items()}
    between = _between([(apart[name], errors[name]) for name in samples])
    return {name: towards.get(name, otherwise) + apart[name] * between / (between + errors[name]) for name in samples}


def _errors(samples: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Return the squared standard error of each mean, its variance steadied by that within all samples."""
    squares = {name: sum((gain - fmean(sample)) ** 2 for gain in sample) for name, sample in samples.items()}
    spare = sum(len(sample) - 1 for sample in samples.values())
    common = sum(squares.values()) / spare if spare else 1.0
    return {
        name: ((squares[name] + _BORROWED * common) / (len(sample) - 1 + _BORROWED) or 1e-12) / len(sample)
        for name, sample in samples.items()
    }


def _between(apart: Sequence[tuple[float, float]]) -> float:
    """Return the variance between true means: the maximum of the likelihood times its root, which is never at zero.

    A plain maximum is often zero for a dozen groups, and then all tasks would be one (Chung et al., Psychometrika 78,
    2013).
    """
    scale = math.sqrt(sum(difference**2 + error for difference, error in apart) / len(apart))

    def fit(deviation: float) -> float:
        variances = [deviation**2 + error for _, error in apart]
        misfit = sum(d * d / variance for (d, _), variance in zip(apart, variances, strict=True))
        return math.log(deviation) - 0.5 * (sum(map(math.log, variances)) + misfit)

    return max((scale * 2 * step / _STEPS for step in range(1, _STEPS + 1)), key=fit) ** 2
