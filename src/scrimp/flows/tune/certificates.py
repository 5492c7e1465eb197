"""Certificates of what was recorded, and the routes they allow."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Literal

from scrimp.config.tuned import TunedRoute
from scrimp.flows.tune.dataset import Dataset
from scrimp.render.shares import percent, percent_said, plural
from scrimp.tuning.certify import Certificate, Claim, certify
from scrimp.tuning.policies import Agree, Always, Backed, Confident, Policy, policy_name
from scrimp.tuning.recorded_row import agreement_as_right
from scrimp.tuning.shortlist import policies

Signal = Literal["auto", "agreement", "backed"]


def certificate(recording: Dataset, target: float, risk: float) -> Certificate:
    """Return what the rows certify.

    Where a cheap model says what the flagship says it counts as right, so that only rows on which they differ need a
    label; where one that matters is missing, the worst is assumed.
    """
    rows = agreement_as_right(recording.rows, recording.flagship)
    listed = policies(rows, recording.pool, recording.flagship)
    return certify(rows, listed.policies, recording.flagship, target, risk)


def sentence(claim: Claim, target: float, whole: float) -> str:
    """Say what is certified of a group in words; `whole` is the confidence in all claims together."""
    group = f"{claim.group}: " if claim.group else ""
    pairs, more = plural(claim.pairs, "pair"), _more(claim)
    if not claim.certified:
        return f"{group}nothing is certified at {percent_said(target)} by {pairs}: the flagship stays{more}"
    sure, least = percent_said(whole), percent_said(claim.bound)
    return (
        f"{group}{policy_name(claim.policy)}: with {sure} confidence at least {least} of flagship quality, {pairs}, "
        f"saves {percent(claim.measured.saved.value)}{more}"
    )


def _more(claim: Claim) -> str:
    if claim.next_target is None:
        return ""
    at = percent_said(claim.next_target)
    if claim.certified and claim.bound >= claim.next_target:
        return f"; {at} would be certified as well"
    if claim.labels_needed is None:
        return f"; no number of labels like these would certify {at}"
    # A plan is by the normal approximation: it may say none where the exact test asks for a few.
    wanted = "a few more labels" if claim.labels_needed == 0 else plural(claim.labels_needed, "more label")
    return f"; {wanted} would certify {at}"


def routes_of(found: Certificate, now: float) -> Iterator[TunedRoute]:
    """Yield the route of each task for which a policy was certified."""
    for claim in found.claims:
        if not claim.certified:
            continue
        steps, signal, threshold = _chain(claim.policy, found.flagship)
        for signature in claim.signatures:
            yield TunedRoute(
                signature=signature, steps=steps, signal=signal, min_confidence=threshold,
                policy=policy_name(claim.policy), flagship=found.flagship, target=found.target, risk=found.risk,
                bound=round(claim.bound, 4), pairs=claim.pairs,
                below=round(1 - claim.measured.flagship_share.value, 4), saved=round(claim.measured.saved.value, 4),
                certified=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),
            )  # fmt: skip


def _chain(policy: Policy, flagship: str) -> tuple[tuple[str, ...], Signal, float]:
    """Return the steps, the signal and the threshold of the chain that does what a policy says."""
    match policy:
        case Always(model):
            return (model,), "auto", 0.9
        case Agree(voters):
            return (*voters, flagship), "agreement", 0.9
        case Backed(model, by):
            return (model, *by, flagship), "backed", 0.9
        case Confident(model, threshold):
            return (model, flagship), "auto", threshold
        case _:
            raise TypeError(f"a group's policy is one policy, not {policy_name(policy)}")
