"""Warnings about a valid chain: steps that are likely to err alike, a judge that is never asked or cannot answer."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import combinations

from scrimp.escalation.signals import SIGNALS
from scrimp.tuning.model_families import family
from scrimp.values import Chain, ModelRef, Step


def chain_warnings(chain: Chain, available: Collection[str]) -> Iterator[str]:
    """Yield a message for each doubtful setting; `available` are the providers that can be called."""
    kind = SIGNALS[chain.signal]
    if kind.compares:
        yield from _same_family_warnings(chain.steps[:-1], available)
    if chain.judge is None:
        return
    if kind.ask is None:
        yield f'the judge is never asked where signal = "{chain.signal}": leave it out, or set signal = "judge"'
    elif not any(model.provider in available for model in chain.judge.candidates):
        yield f"no provider of the judge {chain.judge.name} has a key, so every row would reach the last step: set one"


def _same_family_warnings(voters: tuple[Step, ...], available: Collection[str]) -> Iterator[str]:
    """Compare the models that each step would call first, in pairs."""
    for one, other in combinations([_first_available(step, available) for step in voters], 2):
        if (shared := family(one.id)) == family(other.id):
            yield (
                f"{one.id} and {other.id} are of one family ({shared}) and make similar mistakes, so their "
                "agreement means less: name a model of another family"
            )


def _first_available(step: Step, available: Collection[str]) -> ModelRef:
    return next((model for model in step.candidates if model.provider in available), step.candidates[0])
