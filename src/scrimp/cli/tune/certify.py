"""`scrimp tune certify`: what recorded rows prove."""

from __future__ import annotations

import typer

from scrimp.cli.flags.flag_groups import grouped
from scrimp.cli.flags.json_flag import AsJson
from scrimp.cli.printing import print_json, print_line
from scrimp.cli.session import Session, open_session
from scrimp.cli.tune.dataset import load_dataset
from scrimp.cli.tune.levels import load_certificate, print_certificate
from scrimp.cli.tune.tune_flags import (
    LEDGER,
    MIXTURE_OF_MODELS,
    AsMixture,
    LevelFlags,
    PairFlags,
    ProofFlags,
    RecordingFlags,
    Source,
    refuse_models,
)
from scrimp.errors import UsageError
from scrimp.flows.tune.certificates import certify_dataset
from scrimp.flows.tune.dataset import Dataset, disputed_rows
from scrimp.render.certificate import certificate_sentences, claim_sentence
from scrimp.tuning.certify import Certificate, Claim
from scrimp.tuning.policies import policy_name
from scrimp.tuning.policy_metrics import PolicyMetrics
from scrimp.units import format_count, pluralize

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
@grouped()
def certify(
    source: Source = LEDGER, *, proof: ProofFlags, pairs: PairFlags, recording: RecordingFlags,
    mixture: AsMixture = False, level: LevelFlags, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Show which policies are proven to keep a share of the flagship's quality, and what they save.

    Policies are tested from the safest on, and each that passes hands its share of the risk on to bolder ones. A task
    with enough rows is tested by itself, with policies of its own, others together with their kind. A cheap model that
    gives the flagship's answer counts as right, so only rows on which they differ need a label (scrimp tune label);
    where one is missing, the worst is assumed. Without labels, quality is therefore agreement with the flagship, not
    the truth.
    Calls no API and changes no route: scrimp tune apply does that. Looks at rows of a task are counted, and share the
    risk (1/2, 1/6, 1/12 ...): to collect more rows until they suffice does not make a certificate weaker. Labels for
    the same rows, and the same rows again, are not another look.

    All claims of one command hold together, but for the risk. With --route it is the risk of that task alone: of twenty
    tasks certified one by one at a risk of 0.05, one may be wrong.

    With --mixture the target is what all tasks keep together, in the proportions of these rows: a task that loses
    nothing makes up for one that loses a little. A third of the rows chooses the policies, the others test them. It
    takes the whole risk for itself, and its looks are counted by themselves.

    With --compress it shows instead which share of answers a level of compression is proven to keep, and what it
    saves, by prompts that were sent at the level and without it (scrimp tune shadow --compress); looks count here, too.
    """
    side = level.side()
    if side is not None and mixture:
        raise UsageError(MIXTURE_OF_MODELS)
    if side is not None:
        refuse_models(pairs, source, recording)
    with open_session() as session:
        if side is not None:
            print_certificate(load_certificate(session, side, proof, pairs), as_json=as_json)
        else:
            dataset = load_dataset(session, pairs, source, recording)
            _certify_policies(session, dataset, proof, mixture=mixture, as_json=as_json)


def _certify_policies(session: Session, dataset: Dataset, proof: ProofFlags, *, mixture: bool, as_json: bool) -> None:
    """Print what rows prove of policies, and how many of them want a label."""
    certificate = certify_dataset(dataset, proof.target, proof.risk, session.services, mixture=mixture)
    unlabeled = sum(1 for _ in disputed_rows(dataset.rows, dataset.pool, dataset.flagship))
    if as_json:
        print_json(_document(certificate, unlabeled))
        return
    for sentence in certificate_sentences(certificate):
        print_line(sentence)
    if unlabeled:
        print_line(
            f"of {pluralize(len(dataset.rows), 'row')}, {format_count(unlabeled)} on which models differ "
            "have no label, and the worst was assumed: label them with scrimp tune label"
        )


def _document(certificate: Certificate, unlabeled: int) -> dict[str, object]:
    return {
        "v": 1, "target": certificate.target, "risk": certificate.risk, "flagship": certificate.flagship,
        "policy": policy_name(certificate.policy), **_metrics(certificate.measured), "unlabeled": unlabeled,
        "claims": [_claim(claim, certificate) for claim in certificate.claims],
        "tasks": [
            {"task": task.signature, "policy": policy_name(task.policy), **_metrics(task.measured)}
            for task in certificate.tasks
        ],
    }  # fmt: skip


def _claim(claim: Claim, certificate: Certificate) -> dict[str, object]:
    return {
        "group": claim.group, "signatures": claim.signatures, "certified": claim.certified, "risk": claim.risk,
        "policy": policy_name(claim.policy), "bound": claim.bound, "pairs": claim.pairs, **_metrics(claim.measured),
        "tested": [
            {"policy": policy_name(test.policy), "p": test.p, "certified": test.certified, "risk": test.risk}
            for test in claim.tests
        ],
        "next_target": claim.next_target, "labels_needed": claim.labels_needed,
        "sentence": claim_sentence(claim, certificate.target, 1 - certificate.risk),
    }  # fmt: skip


def _metrics(measured: PolicyMetrics) -> dict[str, object]:
    return {
        "rows": measured.rows, "labeled": measured.labeled, "kept": measured.kept,
        "flag": measured.flagship_share, "saved": measured.saved,
        "cost_usd": measured.cost, "calls": measured.calls,
    }  # fmt: skip
