"""The claim about a mixture: what a policy for each task keeps of all tasks together, not of each of them.

A third of the rows, by their ids, is there to choose by; the others test what was chosen, so that the choice owes
nothing to them (Pareto testing: Laufer-Goldshtein et al. 2023). Mixtures are tested from the most careful on, each at
the whole risk, until one is not certified.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

from scrimp.errors import UsageError
from scrimp.tuning.certify import Certificate, Claim, Listing, labels_needed
from scrimp.tuning.claim_groups import ClaimGroup
from scrimp.tuning.gatekeeping import PolicyTest
from scrimp.tuning.mixtures import Mixture, best_mixtures, cheapest_keeping, measure_tasks
from scrimp.tuning.policies import Always, PerSignature
from scrimp.tuning.policy_metrics import measure, score_pairs, unlabeled_rows
from scrimp.tuning.recorded_row import RecordedRow
from scrimp.tuning.statistics.bounds import ScorePair, lower_bound, p_value
from scrimp.tuning.statistics.looks import share_of_look

TOGETHER = "all tasks together"
_STEPS = 6  # mixtures that are tested


def certify_mixture(
    rows: Sequence[RecordedRow], listing: Listing, flagship: str, target: float, risk: float = 0.05,
    look: Callable[[ClaimGroup[RecordedRow]], int] | None = None,
) -> Certificate:  # fmt: skip
    """Return a certificate of one claim, about all rows together.

    Rows are independent draws of what is to come, tasks in these proportions. `listing`, `look` and errors are those
    of `certify`; UsageError if there is one task only, or too few rows to choose by.
    """
    by, tested = split_by_id(rows)
    signatures = tuple(sorted({row.signature for row in rows}))
    if len(signatures) < 2:
        raise UsageError("--mixture is for several tasks, and all of these rows are of one: leave it out")
    if not tested or not any(pair.flagship_score for pair in score_pairs(by, Always(flagship), flagship)):
        raise UsageError("too few rows to choose policies by: collect more pairs, or leave --mixture out")
    at = 1 if look is None else look(ClaimGroup(TOGETHER, signatures, tuple(rows)))
    share = risk if look is None else risk * share_of_look(at)
    mixtures = best_mixtures(by, lambda members: (gated.policy for gated in listing(members)), flagship)
    candidates = _careful_to_bold(mixtures, target)
    tests = tuple(_tests(candidates, tested, flagship, target, share))
    passed = [policy for policy, test in zip(candidates, tests, strict=False) if test.certified]
    policy = passed[-1] if passed else PerSignature({}, Always(flagship))
    pairs = score_pairs(tested, policy, flagship)
    unlabeled, needed = 0, None
    if candidates and not passed:
        unlabeled = unlabeled_rows(tested, candidates[0], flagship)
        needed = _labels_needed(score_pairs(tested, candidates[0], flagship), target, risk * share_of_look(at + 1))
    claim = Claim(
        group=TOGETHER, signatures=signatures, policy=policy, certified=bool(passed), risk=share, pairs=len(tested),
        bound=lower_bound(pairs, share / len(passed), target) if passed else 1.0,
        measured=measure(policy, tested, flagship), tests=tests, labels_needed=None if unlabeled else needed,
        next_target=target if candidates and not passed else None, look=at, unlabeled=unlabeled,
    )  # fmt: skip
    return Certificate(
        target=target, risk=risk, flagship=flagship, claims=(claim,), policy=policy, measured=claim.measured,
        tasks=tuple(measure_tasks(policy, tested, flagship)),
    )  # fmt: skip


def split_by_id(rows: Sequence[RecordedRow]) -> tuple[list[RecordedRow], list[RecordedRow]]:
    """Return the rows to choose by and those to test with; a row never changes sides."""
    by: list[RecordedRow] = []
    tested: list[RecordedRow] = []
    for row in rows:
        (by if sha256(row.id.encode()).digest()[0] % 3 == 0 else tested).append(row)
    return by, tested


def _labels_needed(pairs: Sequence[ScorePair], target: float, risk: float) -> int | None:
    """Return how many more rows would do, of which a third are chosen by."""
    needed = labels_needed(pairs, target, risk)
    return None if needed is None else math.ceil(needed * 3 / 2)


def _careful_to_bold(mixtures: Sequence[Mixture], target: float) -> list[PerSignature]:
    """Return some mixtures, evenly spread between the best there is and what only just kept the target."""
    most = max(one.kept - one.error for one in mixtures)
    levels = [most - (most - target) * step / (_STEPS - 1) for step in range(_STEPS)] if most > target else [most]
    chosen = [cheapest_keeping(mixtures, level) for level in levels]
    return [one.policy for at, one in enumerate(chosen) if one.saved > 0 and one not in chosen[:at]]


def _tests(
    policies: Sequence[PerSignature], rows: Sequence[RecordedRow], flagship: str, target: float, risk: float
) -> Iterator[PolicyTest]:
    for policy in policies:
        p = p_value(score_pairs(rows, policy, flagship), target, risk)
        yield PolicyTest(policy, p, p <= risk, risk)
        if p > risk:
            return
