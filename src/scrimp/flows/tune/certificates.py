"""The certificate of a dataset, and the routes it allows."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from scrimp.config.resolved.tuned_routes import TunedRoute
from scrimp.enums import PolicySignal
from scrimp.flows.tune.dataset import Dataset
from scrimp.store.tuning.looks import MIXTURES, ROUTES, LookStore, digest
from scrimp.tuning.certify import Certificate, certify
from scrimp.tuning.claim_groups import ClaimGroup
from scrimp.tuning.gatekeeping import GatedPolicy
from scrimp.tuning.mixture_claims import certify_mixture
from scrimp.tuning.mixtures import TaskResult
from scrimp.tuning.policies import Agree, Always, Backed, Confident, Policy, policy_name, replay
from scrimp.tuning.recorded_row import RecordedRow, answer_of, label_by_agreement
from scrimp.tuning.shortlist import shortlist

if TYPE_CHECKING:
    from scrimp.flows.services import Services

NO_TEMPLATES: Mapping[str, str] = {}


def certify_dataset(
    dataset: Dataset, target: float, risk: float, services: Services, *, mixture: bool = False
) -> Certificate:
    """Return the certificate of the rows, by task or for their `mixture`; the look is noted in the ledger's file.

    A cheap model that asserts what the flagship asserts counts as right, so that only rows on which they differ need a
    label; where such a label is missing, the worst is assumed. So labels of the same rows are not another look.
    """
    rows = label_by_agreement(dataset.rows, dataset.flagship)

    def look(store: LookStore, group: ClaimGroup[RecordedRow]) -> int:
        task, evidence = "\n".join(group.signatures), digest(row.id for row in group.rows)
        return store.look(task, dataset.flagship, MIXTURES if mixture else ROUTES, evidence, services.clock())

    def listing(group: Sequence[RecordedRow]) -> Sequence[GatedPolicy]:
        return shortlist(group, dataset.pool, dataset.flagship).order

    with LookStore(services.paths.ledger_db) as store:
        certified = certify_mixture if mixture else certify
        return certified(rows, listing, dataset.flagship, target, risk, partial(look, store))


def tuned_routes(
    certificate: Certificate, rows: Sequence[RecordedRow], now: float, *, pooled: bool = False,
    templates: Mapping[str, str] = NO_TEMPLATES,
) -> Iterator[TunedRoute]:  # fmt: skip
    """Yield the route of each task for which a policy was certified.

    `rows` are those of the certificate, `now` is in seconds since the epoch.

    `templates` are the fingerprints of the tasks whose prompts all have the same template.

    What is certified of several tasks on average says nothing of one of them, so they get routes only where `pooled`.
    Of a mixture all tasks get theirs, since it is certified as a whole.
    """
    for claim in certificate.claims:
        if not claim.certified or (len(claim.signatures) > 1 and not pooled and not certificate.tasks):
            continue
        results = [TaskResult(signature, claim.policy, claim.measured) for signature in claim.signatures]
        for task in certificate.tasks or results:
            steps, signal, threshold = chain_of(task.policy, certificate.flagship)
            tasks = (task.signature,) if certificate.tasks else claim.signatures
            agreed, compared = agreement(task.policy, tasks, rows, certificate.flagship)
            yield TunedRoute(
                signature=task.signature, steps=steps, signal=signal, min_confidence=threshold,
                policy=policy_name(task.policy), flagship=certificate.flagship, target=certificate.target,
                risk=certificate.risk, bound=round(claim.bound, 4), pairs=task.measured.rows,
                below=round(1 - task.measured.flagship_share.value, 4), saved=round(task.measured.saved.value, 4),
                agreed=agreed, compared=compared, unread=unread_share(task.policy, tasks, rows),
                certified=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),
                template=templates.get(task.signature, ""),
            )  # fmt: skip


def agreement(
    policy: Policy, signatures: Collection[str], rows: Iterable[RecordedRow], flagship: str
) -> tuple[int, int]:
    """Return on how many rows of these tasks a policy asserts what the flagship does, and of how many.

    These are the rows that it answers below the flagship, where that asserts something.
    """
    same: list[bool] = []
    for row in (row for row in rows if row.signature in signatures):
        expected, outcome = answer_of(row, flagship).asserted, replay(policy, row, flagship)
        if expected is not None and not outcome.reached_flagship:
            same.append(answer_of(row, outcome.model).asserted == expected)
    return sum(same), len(same)


def unread_share(policy: Policy, tasks: Collection[str], rows: Iterable[RecordedRow]) -> float | None:
    """Return the share of these tasks' rows on which the only model of a policy asserts nothing; None for a chain."""
    if not isinstance(policy, Always):
        return None
    unread = [answer_of(row, policy.model).asserted is None for row in rows if row.signature in tasks]
    return round(sum(unread) / len(unread), 4) if unread else None


def chain_of(policy: Policy, flagship: str) -> tuple[tuple[str, ...], PolicySignal, float]:
    """Return the steps, the signal and the threshold of the chain that carries out a policy."""
    match policy:
        case Always(model):
            return (model,), "auto", 0.9
        case Agree(voters):
            return (*voters, flagship), "agreement", 0.9
        case Backed(model, backers):
            return (model, *backers, flagship), "backed", 0.9
        case Confident(model, threshold):
            return (model, flagship), "logprobs", threshold
        case _:
            raise TypeError(f"a group's policy is one policy, not {policy_name(policy)}")
