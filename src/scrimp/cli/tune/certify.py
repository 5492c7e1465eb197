"""`scrimp tune certify`: what recorded rows prove."""

from __future__ import annotations

from typing import Annotated

import typer

from scrimp.cli.printing import print_json, print_line
from scrimp.cli.session import open_session
from scrimp.cli.tune.dataset import (
    LEDGER,
    AsJson,
    Flagship,
    Pool,
    Prices,
    Scores,
    Since,
    Source,
    Task,
    interval_json,
    load_dataset,
    since_time,
)
from scrimp.cli.tune.levels import (
    KEEP_ALONE,
    CompareLevel,
    Keep,
    checked_side,
    load_certificate,
    print_certificate,
    refuse_models,
)
from scrimp.errors import UsageError
from scrimp.flows.tune.certificates import certify_dataset
from scrimp.flows.tune.dataset import disputed_rows
from scrimp.render.certificate import certificate_sentences, claim_sentence
from scrimp.store.tuning.level_replies import Side
from scrimp.tuning.certify import Certificate, Claim
from scrimp.tuning.policies import policy_name
from scrimp.tuning.policy_metrics import PolicyMetrics
from scrimp.units import format_count, pluralize

app = typer.Typer(rich_markup_mode=None, add_completion=False)

Target = Annotated[
    float, typer.Option(metavar="X", min=0.5, max=0.999, help="The share of flagship quality that must be kept.")
]
Risk = Annotated[
    float, typer.Option(metavar="X", min=0.001, max=0.5, help="The probability that a certificate is wrong.")
]

MIXTURE_OF_MODELS = "--mixture is for policies of models, --compress for a level: leave one of them out"
AsMixture = Annotated[
    bool, typer.Option("--mixture", help="Certify all tasks together, with a policy for each, not each on its own.")
]


@app.command()
def certify(
    source: Source = LEDGER,
    target: Target = 0.95,
    risk: Risk = 0.05,
    flagship: Flagship = None,
    pool: Pool = None,
    prices: Prices = None,
    scores: Scores = None,
    since: Since = None,
    route: Task = None,
    mixture: AsMixture = False,
    compress: CompareLevel = None,
    keep: Keep = None,
    as_json: AsJson = False,
) -> None:
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
    saves, by prompts that were sent at the level and without it (scrimp tune shadow --compress); looks count likewise.
    """
    if compress is not None and mixture:
        raise UsageError(MIXTURE_OF_MODELS)
    if compress is not None:
        _certify_level(
            checked_side(compress, keep),
            source,
            (flagship, pool, prices, scores),
            target,
            risk,
            since_time(since),
            route,
            as_json,
        )
        return
    if keep is not None:
        raise UsageError(KEEP_ALONE)
    with open_session() as session:
        dataset = load_dataset(session, source, flagship, pool, prices, since_time(since), scores, route)
        certificate = certify_dataset(dataset, target, risk, session.services, mixture=mixture)
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


def _certify_level(
    side: Side,
    source: str,
    models: tuple[str | None, ...],
    target: float,
    risk: float,
    since: float,
    task: str | None,
    as_json: bool,
) -> None:
    refuse_models(None if source == LEDGER else source, *models)
    with open_session() as session:
        print_certificate(load_certificate(session, side, target, risk, since, task), as_json=as_json)


def _document(certificate: Certificate, unlabeled: int) -> dict[str, object]:
    return {
        "v": 1, "target": certificate.target, "risk": certificate.risk, "flagship": certificate.flagship,
        "policy": policy_name(certificate.policy), **_metrics(certificate.measured), "unlabelled": unlabeled,
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
        "rows": measured.rows, "labelled": measured.labeled, "kept": interval_json(measured.kept),
        "flag": interval_json(measured.flagship_share), "saved": interval_json(measured.saved),
        "cost_usd": measured.cost, "calls": measured.calls,
    }  # fmt: skip
