"""Policies: which models are called for a prompt and whose answer is kept, as data to replay on recorded rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct

from scrimp.tuning.recorded_row import RecordedAnswer, RecordedRow, answer_of


class Always(Struct, frozen=True, tag="always"):
    """One model, whatever it answers; of the flagship, it is the policy all others are measured against."""

    model: str


class Agree(Struct, frozen=True, tag="agree"):
    """The voters in order until any two assert the same, else the flagship."""

    voters: tuple[str, ...]


class Backed(Struct, frozen=True, tag="backed"):
    """One model where any of the backers, called in order, asserts the same, else the flagship.

    Safer than any two of the same models: that two weak ones agree against a better one does not count.
    """

    model: str
    backers: tuple[str, ...]


class Confident(Struct, frozen=True, tag="confident"):
    """One model where its confidence reaches the threshold, else the flagship."""

    model: str
    threshold: float


class PerSignature(Struct, frozen=True, tag="per-signature"):
    """A policy for each of these signatures, and one for all others."""

    choices: Mapping[str, Policy]
    default: Policy


Policy: TypeAlias = Always | Agree | Backed | Confident | PerSignature


class PolicyOutcome(Struct, frozen=True, gc=False):
    """The result of a policy on one row: the model whose answer is kept, its score, and the cost of all calls."""

    score: float | None
    cost: float  # dollars
    reached_flagship: bool
    calls: int
    model: str


def replay(policy: Policy, row: RecordedRow, flagship: str) -> PolicyOutcome:
    """Return what the policy would have kept and paid on a recorded row.

    Raises InputError if it calls a model that the row has no completion of.
    """
    match policy:
        case Always(model):
            only = answer_of(row, model)
            return PolicyOutcome(only.score, only.cost, model == flagship, 1, model)
        case Agree(voters):
            return _replay_vote(voters, row, flagship)
        case Backed(model, backers):
            return _replay_backing(model, backers, row, flagship)
        case Confident(model, threshold):
            first = answer_of(row, model)
            if first.confidence is None or first.confidence < threshold:
                return _escalated(1, first.cost, row, flagship)
            return PolicyOutcome(first.score, first.cost, model == flagship, 1, model)
        case PerSignature(choices, default):
            return replay(choices.get(row.signature, default), row, flagship)


def _replay_vote(voters: tuple[str, ...], row: RecordedRow, flagship: str) -> PolicyOutcome:
    """Call voters until one asserts what an earlier one did; as in a chain, the later completion is kept."""
    earlier: dict[str, RecordedAnswer] = {}
    calls, cost = 0, 0.0
    for voter in voters:
        vote = answer_of(row, voter)
        calls, cost = calls + 1, cost + vote.cost
        if vote.asserted is None:
            continue
        same = earlier.get(vote.asserted)
        if same is not None:
            return PolicyOutcome(same.score if vote.score is None else vote.score, cost, False, calls, voter)
        earlier[vote.asserted] = vote
    return _escalated(calls, cost, row, flagship)


def _replay_backing(model: str, backers: tuple[str, ...], row: RecordedRow, flagship: str) -> PolicyOutcome:
    """Call backers until one asserts what the model did; call none if it asserts nothing."""
    backed = answer_of(row, model)
    calls, cost = 1, backed.cost
    for backer in backers if backed.asserted is not None else ():
        answer = answer_of(row, backer)
        calls, cost = calls + 1, cost + answer.cost
        if answer.asserted == backed.asserted:
            return PolicyOutcome(answer.score if backed.score is None else backed.score, cost, False, calls, model)
    return _escalated(calls, cost, row, flagship)


def _escalated(calls: int, cost: float, row: RecordedRow, flagship: str) -> PolicyOutcome:
    """Keep the flagship's answer, after other calls and what they cost."""
    top = answer_of(row, flagship)
    return PolicyOutcome(top.score, cost + top.cost, True, calls + 1, flagship)


def policy_name(policy: Policy) -> str:
    """Return a policy in words."""
    match policy:
        case Always(model):
            return f"{model} always"
        case Agree((first, second)):
            return f"{first} and {second} agree"
        case Agree(voters):
            return f"any two of {', '.join(voters)} agree"
        case Backed(model, backers):
            return f"{model} with {' or '.join(backers)} agreeing"
        case Confident(model, threshold):
            return f"{model} is {threshold:.0%} sure"
        case PerSignature(choices, default):
            named = "; ".join(f"{signature}: {policy_name(choice)}" for signature, choice in choices.items())
            return f"{named}; else {policy_name(default)}" if named else policy_name(default)
