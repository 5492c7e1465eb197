"""Certificates: which policy keeps a target share of the flagship's quality, at a stated risk of being wrong.

Each group of rows gets its own list of policies, tested in an order that hands the risk on from those that passed
(gatekeeping.py; Angelopoulos et al., Learn then Test, 2021). Groups share the risk between them, so that with
probability 1 - risk every claim of a certificate holds at once, and with them the target over all rows. All-flagship
needs no certificate and is what remains where nothing is certified.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from msgspec import Struct

from scrimp.tuning.claim_groups import ClaimGroup, claim_groups
from scrimp.tuning.gatekeeping import GatedPolicy, PolicyTest, first_shares, gated_tests
from scrimp.tuning.mixtures import TaskResult
from scrimp.tuning.policies import Always, PerSignature, Policy
from scrimp.tuning.policy_metrics import PolicyMetrics, measure, score_pairs, unlabeled_rows
from scrimp.tuning.recorded_row import RecordedRow
from scrimp.tuning.statistics.bounds import ScorePair, count_outcomes, lower_bound, p_value, rows_needed
from scrimp.tuning.statistics.looks import share_of_look

TARGETS = (0.9, 0.95, 0.98, 0.99, 0.995)

Listing = Callable[[Sequence[RecordedRow]], Sequence[GatedPolicy]]  # policies to test, chosen without scores


class Claim(Struct, frozen=True, kw_only=True):
    """What is certified of one group of rows; all-flagship, with nothing certified, where no test was passed.

    The claim is that the policy keeps the target. `bound` is what it is certified to keep at least, to a thousandth,
    at the risk of its own test, and no more than its part of the risk where that is divided among the policies that
    passed, as any of them could have been chosen; for all-flagship it is 1.
    """

    group: str
    signatures: tuple[str, ...]
    policy: Policy
    certified: bool
    risk: float  # what this look may use of the group's share of the risk
    pairs: int
    bound: float
    measured: PolicyMetrics
    tests: tuple[PolicyTest, ...]  # the tests made, in order
    next_target: float | None = None  # the target this one was tested at where it was not certified
    labels_needed: int | None = None  # beyond the pairs there are; None if no number would do
    look: int = 1  # the first, second ... at rows of this group
    unlabeled: int = 0  # rows whose missing label was taken for the worst: with it more may be certified


class Certificate(Struct, frozen=True, kw_only=True):
    """What a set of recorded rows certifies at a target and a risk, over all its groups."""

    target: float
    risk: float
    flagship: str
    claims: tuple[Claim, ...]
    policy: Policy  # all claims as one policy
    measured: PolicyMetrics
    tasks: tuple[TaskResult, ...] = ()  # how each task's policy performed, if they are claimed as one mixture


def certify(
    rows: Sequence[RecordedRow], listing: Listing, flagship: str, target: float, risk: float = 0.05,
    look: Callable[[ClaimGroup[RecordedRow]], int] | None = None,
) -> Certificate:  # fmt: skip
    """Return what the rows certify: for each group the policy that saves most of those that passed their tests.

    `listing` returns the policies to test on a group's rows, without a look at their scores. Rows are independent draws
    of what is to come; where a score that matters is not labeled, the worst is assumed. `look` returns how often rows
    of a group have been looked at, this time included; all looks share the risk. Without it this is the only look ever.
    Raises ValueError without rows or for a target outside 0.5..1, and InputError if a row lacks a model.
    """
    if not rows:
        raise ValueError("nothing is recorded")
    groups = claim_groups(rows, target, risk if look is None else risk * share_of_look(1))
    claims = tuple(
        _claim(group, listing(group.rows), flagship, target, risk / len(groups), None if look is None else look(group))
        for group in groups
    )
    choices = {signature: claim.policy for claim in claims for signature in claim.signatures if claim.certified}
    policy = claims[0].policy if len(claims) == 1 else PerSignature(choices, Always(flagship))
    return Certificate(
        target=target, risk=risk, flagship=flagship, claims=claims, policy=policy,
        measured=measure(policy, rows, flagship),
    )  # fmt: skip


def labels_needed(pairs: Sequence[ScorePair], target: float, risk: float) -> int | None:
    """Return how many more pairs would certify a target if they went as these did; None if no number would.

    A plan, not a promise: half of the time it takes some more.
    """
    needed = rows_needed(count_outcomes(pairs), len(pairs), target, risk)
    return None if needed is None else max(0, needed - len(pairs))


def _claim(
    group: ClaimGroup[RecordedRow], order: Sequence[GatedPolicy], flagship: str, target: float, share: float,
    look: int | None,
) -> Claim:  # fmt: skip
    risk, next_risk = (share, share) if look is None else (share * share_of_look(at) for at in (look, look + 1))
    pairs_of = cache(lambda policy: score_pairs(group.rows, policy, flagship))
    tests = tuple(gated_tests(order, lambda policy, stop: p_value(pairs_of(policy), target, stop), risk))
    passed = [(test, measure(test.policy, group.rows, flagship)) for test in tests if test.certified]
    best = max(passed, key=lambda one: one[1].saved.value, default=None)
    policy: Policy
    if best is None or best[1].saved.value <= 0:
        policy, measured, bound = Always(flagship), measure(Always(flagship), group.rows, flagship), 1.0
    else:
        policy, measured = best[0].policy, best[1]
        bound = lower_bound(pairs_of(policy), min(best[0].risk, risk / len(passed)), target)
    certified = policy != Always(flagship)
    planned, next_target = _next_tests(order, target, next_risk, policy if certified else None)
    unlabeled = min((unlabeled_rows(group.rows, one, flagship) for one, _ in planned), default=0)
    needed = None
    if next_target is not None and not unlabeled:
        plans = (labels_needed(pairs_of(one), next_target, part) for one, part in planned)
        needed = min((plan for plan in plans if plan is not None), default=None)
    return Claim(
        group=group.name,
        signatures=group.signatures,
        policy=policy,
        certified=certified,
        risk=risk,
        look=look or 1,
        pairs=len(group.rows),
        bound=bound,
        measured=measured,
        tests=tests,
        next_target=next_target,
        labels_needed=needed,
        unlabeled=unlabeled,
    )


def _next_tests(
    order: Sequence[GatedPolicy], target: float, risk: float, certified: Policy | None
) -> tuple[list[tuple[Policy, float]], float | None]:
    """Return the policies to plan labels for: the certified one at its next target, else those tested first.

    Each comes with its share of the risk.
    """
    first = list(first_shares(order, risk))
    if certified is None:
        return first, target if first else None
    next_target = next((level for level in TARGETS if level > target), None)
    return ([(certified, first[0][1])] if next_target is not None else []), next_target
