"""What a certificate claims, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from scrimp.tuning.certify import Certificate, Claim
from scrimp.tuning.policies import PerSignature, policy_name
from scrimp.tuning.policy_metrics import Interval, PolicyMetrics
from scrimp.units import format_percent, format_percent_briefly, pluralize


def certificate_sentences(certificate: Certificate) -> Iterator[str]:
    """Yield a sentence for each group, and one for all tasks together if there are several."""
    for claim in certificate.claims:
        yield claim_sentence(claim, certificate.target, 1 - certificate.risk)
    for task in certificate.tasks:
        yield f"  {task.signature}: {policy_name(task.policy)}: {_figures(task.measured)}"
    several = sum(len(claim.signatures) for claim in certificate.claims) > 1
    if several and not certificate.tasks and any(claim.certified for claim in certificate.claims):
        yield f"together: {_figures(certificate.measured)}"


def _figures(measured: PolicyMetrics) -> str:
    kept = "" if measured.kept is None else f"kept {_interval(measured.kept)}, "
    return (
        f"{pluralize(measured.rows, 'row')}, {kept}{_interval(measured.flagship_share)} reach the flagship, "
        f"saves {_interval(measured.saved)}"
    )


def _interval(interval: Interval) -> str:
    return f"{format_percent(interval.value, 1)} ({100 * interval.low:.1f} to {100 * interval.high:.1f})"


def claim_sentence(claim: Claim, target: float, confidence: float) -> str:
    """Return the sentence on a group; `confidence` is that in all claims of the certificate together."""
    group = f"{claim.group}: " if claim.group else ""
    pairs, outlook = pluralize(claim.pairs, "pair"), _outlook(claim)
    if not claim.certified:
        return (
            f"{group}nothing is certified at {format_percent_briefly(target)} by {pairs}: the flagship stays{outlook}"
        )
    policy = "a policy for each" if isinstance(claim.policy, PerSignature) else policy_name(claim.policy)
    return (
        f"{group}{policy}: with {format_percent_briefly(confidence)} confidence at least "
        f"{format_percent_briefly(claim.bound)} of flagship quality{_on_average(claim)}, {pairs}, saves "
        f"{format_percent(claim.measured.saved.value)}{outlook}"
    )


def _on_average(claim: Claim) -> str:
    """Return the caveat that a claim about several tasks says nothing of each."""
    tasks = len(claim.signatures)
    return f" on average over these {tasks} tasks, not of each" if tasks > 1 else ""


def _outlook(claim: Claim) -> str:
    """Return the sentence on what more labels would certify."""
    if claim.next_target is None:
        return ""
    target = format_percent_briefly(claim.next_target)
    if claim.certified and claim.bound >= claim.next_target:
        return f"; {target} would be certified as well"
    if claim.unlabeled:  # labels for the rows there are come first
        return ""
    if claim.labels_needed is None:
        return f"; no number of labels like these would certify {target}"
    # The plan is by the normal approximation: it may say none if the exact test asks for a few.
    labels = "a few more labels" if claim.labels_needed == 0 else pluralize(claim.labels_needed, "more label")
    return f"; {labels} would certify {target}"
