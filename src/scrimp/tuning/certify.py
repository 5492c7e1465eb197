"""Certificates: which policy keeps a target share of the flagship's quality, at a stated risk of being wrong.

Policies are tested in order of safety, each at the full risk, until one is not certified: fixed-sequence testing needs
no correction for the number of policies (Maurer, Hothorn & Lehmacher 1995; Angelopoulos et al., Learn then Test, 2021).
Groups share the risk between them, so that with probability 1 - risk every claim of a certificate holds at once, and
with them the target over all rows. All-flagship needs no certificate and is what remains where nothing is certified.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from scrimp.tuning.bounds import ScorePair, count_outcomes, lower_bound, p_value, rows_needed
from scrimp.tuning.claim_groups import ClaimGroup, claim_groups
from scrimp.tuning.looks import share_of_look
from scrimp.tuning.policies import Always, PerSignature, Policy
from scrimp.tuning.policy_metrics import PolicyMetrics, measure, score_pairs, unlabeled_rows
from scrimp.tuning.recorded_row import RecordedRow

TARGETS = (0.9, 0.95, 0.98, 0.99, 0.995)


class PolicyTest(Struct, frozen=True):
    """One policy's test: certified where p is at most the group's share of the risk."""

    policy: Policy
    p: float
    certified: bool


class Claim(Struct, frozen=True, kw_only=True):
    """What is certified of one group of rows; all-flagship, with nothing certified, where no test was passed.

    The claim is that the policy keeps the target. `bound` is what it is certified to keep at least, to a thousandth,
    with the risk divided among the policies that passed, as any of them could have been chosen; for all-flagship it is
    1.
    """

    group: str
    signatures: tuple[str, ...]
    policy: Policy
    certified: bool
    risk: float  # this group's share, of which this look takes its own
    pairs: int
    bound: float
    measured: PolicyMetrics
    tests: tuple[PolicyTest, ...]  # in order; only the last one may have failed
    next_target: float | None = None  # the target this one was tested at where it was not certified
    labels_needed: int | None = None  # beyond the pairs there are; None where no number would do
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


def certify(
    rows: Sequence[RecordedRow], policies: Sequence[Policy], flagship: str, target: float, risk: float = 0.05,
    look: Callable[[ClaimGroup[RecordedRow]], int] | None = None,
) -> Certificate:  # fmt: skip
    """Return what the rows certify: for each group the policy that saves most of those that passed their tests.

    Policies come safest first and were chosen without a look at these rows' scores. Rows are independent draws of what
    is to come; where a score that matters is not labeled, the worst is assumed. `look` returns how often rows of a
    group have been looked at, this time included; all looks share the risk. Without it this is the only look ever.
    Raises ValueError without rows or for a target outside 0.5..1, and InputError where a row lacks a model.
    """
    if not rows:
        raise ValueError("nothing is recorded")
    groups = claim_groups(rows, target, risk if look is None else risk * share_of_look(1))
    claims = tuple(
        _claim(group, policies, flagship, target, risk / len(groups), None if look is None else look(group))
        for group in groups
    )
    choices = {signature: claim.policy for claim in claims for signature in claim.signatures if claim.certified}
    policy = claims[0].policy if len(claims) == 1 else PerSignature(choices, Always(flagship))
    return Certificate(
        target=target, risk=risk, flagship=flagship, claims=claims, policy=policy,
        measured=measure(policy, rows, flagship),
    )  # fmt: skip


def labels_needed(pairs: Sequence[ScorePair], target: float, risk: float) -> int | None:
    """Return how many more pairs would certify a target if they went as these did; None where no number would.

    A plan, not a promise: half of the time it takes some more.
    """
    needed = rows_needed(count_outcomes(pairs), len(pairs), target, risk)
    return None if needed is None else max(0, needed - len(pairs))


def _claim(
    group: ClaimGroup[RecordedRow], policies: Sequence[Policy], flagship: str, target: float, share: float,
    look: int | None,
) -> Claim:  # fmt: skip
    risk, next_risk = (share, share) if look is None else (share * share_of_look(at) for at in (look, look + 1))
    tests = _fixed_sequence(group, policies, flagship, target, risk)
    passed = [(test.policy, measure(test.policy, group.rows, flagship)) for test in tests if test.certified]
    fallback = (Always(flagship), measure(Always(flagship), group.rows, flagship))
    policy, measured = max((fallback, *passed), key=lambda choice: choice[1].saved.value)
    certified = policy != fallback[0]
    pairs = score_pairs(group.rows, policy, flagship)
    bound = lower_bound(pairs, risk / len(passed), target) if certified else 1.0
    planned, next_target = _next_test(policies, target, policy if certified else None)
    unlabeled = 0 if planned is None else unlabeled_rows(group.rows, planned, flagship)
    needed = None
    if planned is not None and next_target is not None and not unlabeled:
        needed = labels_needed(score_pairs(group.rows, planned, flagship), next_target, next_risk)
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


def _fixed_sequence(
    group: ClaimGroup[RecordedRow], policies: Sequence[Policy], flagship: str, target: float, risk: float
) -> tuple[PolicyTest, ...]:
    """Test one policy after another, up to the first that fails."""
    tests: list[PolicyTest] = []
    for policy in policies:
        p = p_value(score_pairs(group.rows, policy, flagship), target, risk)
        tests.append(PolicyTest(policy, p, p <= risk))
        if p > risk:
            break
    return tuple(tests)


def _next_test(
    policies: Sequence[Policy], target: float, certified: Policy | None
) -> tuple[Policy | None, float | None]:
    """Return the policy and the target to plan labels for: the certified policy's next one, else the safest's own."""
    if certified is not None:
        return certified, next((level for level in TARGETS if level > target), None)
    return (policies[0], target) if policies else (None, None)
