"""Policies: who is asked first and when that is enough, as data that can be played on recorded completions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct

from scrimp.tuning.recorded_row import RecordedAnswer, RecordedRow, answer_of


class Always(Struct, frozen=True, tag="always"):
    """One model whatever it says; of the flagship, it is the policy everything else is measured against."""

    model: str


class Agree(Struct, frozen=True, tag="agree"):
    """The voters in order until any two assert the same, else the flagship."""

    voters: tuple[str, ...]


class Backed(Struct, frozen=True, tag="backed"):
    """One model where any of the others, asked in order, asserts the same, else the flagship.

    Safer than any two of the same models: that two weak ones agree against a better one does not count.
    """

    model: str
    by: tuple[str, ...]


class Confident(Struct, frozen=True, tag="confident"):
    """One model where its confidence reaches the threshold, else the flagship."""

    model: str
    threshold: float


class PerSignature(Struct, frozen=True, tag="per-signature"):
    """A policy for each of these signatures, and one for all others."""

    choices: Mapping[str, Policy]
    otherwise: Policy


Policy: TypeAlias = Always | Agree | Backed | Confident | PerSignature


class PlayedPolicy(Struct, frozen=True):
    """What a policy came to on one prompt: what was kept of whom, every attempt paid for."""

    score: float | None
    cost: float
    flagship: bool  # the prompt reached it
    calls: int
    model: str


def play(policy: Policy, row: RecordedRow, flagship: str) -> PlayedPolicy:
    """Return what the policy would have kept and paid on a recorded prompt.

    Raises InputError where it asks a model that the row has no completion of.
    """
    match policy:
        case Always(model):
            return _kept((model,), row, flagship)
        case Agree(voters):
            return _vote(voters, row, flagship)
        case Backed(model, by):
            return _back(model, by, row, flagship)
        case Confident(model, threshold):
            confidence = answer_of(row, model).confidence
            sure = confidence is not None and confidence >= threshold
            return _kept((model,) if sure else (model, flagship), row, flagship)
        case PerSignature(choices, otherwise):
            return play(choices.get(row.signature, otherwise), row, flagship)


def _vote(voters: tuple[str, ...], row: RecordedRow, flagship: str) -> PlayedPolicy:
    """Call voters until one says what another said before it; as in a chain, the later completion is the kept one."""
    before: dict[str, RecordedAnswer] = {}
    for at, voter in enumerate(voters, 1):
        vote = answer_of(row, voter)
        if vote.asserted is None:
            continue
        if vote.asserted in before:
            score = before[vote.asserted].score if vote.score is None else vote.score
            return _paid(voters[:at], row, flagship, voter, score)
        before[vote.asserted] = vote
    return _kept((*voters, flagship), row, flagship)


def _back(model: str, by: tuple[str, ...], row: RecordedRow, flagship: str) -> PlayedPolicy:
    """Call one after another until one says what the first said, which is kept; none where it asserts nothing."""
    first = answer_of(row, model)
    if first.asserted is None:
        return _kept((model, flagship), row, flagship)
    for at, other in enumerate(by, 1):
        backer = answer_of(row, other)
        if backer.asserted == first.asserted:
            score = backer.score if first.score is None else first.score
            return _paid((model, *by[:at]), row, flagship, model, score)
    return _kept((model, *by, flagship), row, flagship)


def _kept(asked: tuple[str, ...], row: RecordedRow, flagship: str) -> PlayedPolicy:
    """Keep the last of those asked."""
    return _paid(asked, row, flagship, asked[-1], answer_of(row, asked[-1]).score)


def _paid(asked: tuple[str, ...], row: RecordedRow, flagship: str, model: str, score: float | None) -> PlayedPolicy:
    """Keep one of those asked, pay for all of them."""
    cost = sum(answer_of(row, one).cost for one in asked)
    return PlayedPolicy(score, cost, asked[-1] == flagship, len(asked), model)


def policy_name(policy: Policy) -> str:
    """Write a policy as a person would say it."""
    match policy:
        case Always(model):
            return f"{model} always"
        case Agree((first, second)):
            return f"{first} and {second} agree"
        case Agree(voters):
            return f"any two of {', '.join(voters)} agree"
        case Backed(model, by):
            return f"{model} with {' or '.join(by)} agreeing"
        case Confident(model, threshold):
            return f"{model} is {threshold:.0%} sure"
        case PerSignature(choices, otherwise):
            named = "; ".join(f"{signature}: {policy_name(choice)}" for signature, choice in choices.items())
            return f"{named}; else {policy_name(otherwise)}" if named else policy_name(otherwise)
