"""What a certificate claims, in a sentence."""

from __future__ import annotations

from scrimp.tuning.certify import Claim
from scrimp.tuning.policies import policy_name
from scrimp.units import format_percent, format_percent_briefly, pluralize


def claim_sentence(claim: Claim, target: float, confidence: float) -> str:
    """Return what is certified of a group; `confidence` is that in all claims of the certificate together."""
    group = f"{claim.group}: " if claim.group else ""
    pairs, outlook = pluralize(claim.pairs, "pair"), _outlook(claim)
    if not claim.certified:
        return (
            f"{group}nothing is certified at {format_percent_briefly(target)} by {pairs}: the flagship stays{outlook}"
        )
    return (
        f"{group}{policy_name(claim.policy)}: with {format_percent_briefly(confidence)} confidence at least "
        f"{format_percent_briefly(claim.bound)} of flagship quality{_on_average(claim)}, {pairs}, saves "
        f"{format_percent(claim.measured.saved.value)}{outlook}"
    )


def _on_average(claim: Claim) -> str:
    """Return what a claim about several tasks says of each: nothing."""
    tasks = len(claim.signatures)
    return f" on average over these {tasks} tasks, not of each" if tasks > 1 else ""


def _outlook(claim: Claim) -> str:
    """Return what more labels would certify."""
    if claim.next_target is None:
        return ""
    target = format_percent_briefly(claim.next_target)
    if claim.certified and claim.bound >= claim.next_target:
        return f"; {target} would be certified as well"
    if claim.unlabeled:  # labels for the rows there are come first
        return ""
    if claim.labels_needed is None:
        return f"; no number of labels like these would certify {target}"
    # The plan is by the normal approximation: it may say none where the exact test asks for a few.
    labels = "a few more labels" if claim.labels_needed == 0 else pluralize(claim.labels_needed, "more label")
    return f"; {labels} would certify {target}"
