"""Policies: who is asked first and when that is enough, as data that can be played on recorded completions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct

from scrimp.tuning.recorded_row import Recorded, Said, said


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


class Played(Struct, frozen=True):
    """What a policy came to on one prompt: what was kept of whom, every attempt paid for."""

    score: float | None
    cost: float
    flagship: bool  # the prompt reached it
    calls: int
    model: str


def play(policy: Policy, row: Recorded, flagship: str) -> Played:
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
            confidence = said(row, model).confidence
            sure = confidence is not None and confidence >= threshold
            return _kept((model,) if sure else (model, flagship), row, flagship)
        case PerSignature(choices, otherwise):
            return play(choices.get(row.signature, otherwise), row, flagship)


def _vote(voters: tuple[str, ...], row: Recorded, flagship: str) -> Played:
    """Call voters until one says what another said before it; as in a chain, the later completion is the kept one."""
    before: dict[str, Said] = {}
    for at, voter in enumerate(voters, 1):
        vote = said(row, voter)
        if vote.asserted is None:
            continue
        if vote.asserted in before:
            score = before[vote.asserted].score if vote.score is None else vote.score
            return _paid(voters[:at], row, flagship, voter, score)
        before[vote.asserted] = vote
    return _kept((*voters, flagship), row, flagship)


def _back(model: str, by: tuple[str, ...], row: Recorded, flagship: str) -> Played:
    """Call one after another until one says what the first said, which is kept; none where it asserts nothing."""
    first = said(row, model)
    if first.asserted is None:
        return _kept((model, flagship), row, flagship)
    for at, other in enumerate(by, 1):
        backer = said(row, other)
        if backer.asserted == first.asserted:
            score = backer.score if first.score is None else first.score
            return _paid((model, *by[:at]), row, flagship, model, score)
    return _kept((model, *by, flagship), row, flagship)


def _kept(asked: tuple[str, ...], row: Recorded, flagship: str) -> Played:
    """Keep the last of those asked."""
    return _paid(asked, row, flagship, asked[-1], said(row, asked[-1]).score)


def _paid(asked: tuple[str, ...], row: Recorded, flagship: str, model: str, score: float | None) -> Played:
    """Keep one of those asked, pay for all of them."""
    cost = sum(said(row, one).cost for one in asked)
    return Played(score, cost, asked[-1] == flagship, len(asked), model)


def spelled(policy: Policy) -> str:
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
            named = "; ".join(f"{signature}: {spelled(choice)}" for signature, choice in choices.items())
            return f"{named}; else {spelled(otherwise)}" if named else spelled(otherwise)
