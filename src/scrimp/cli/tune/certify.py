"""`scrimp tune certify`: what recorded rows prove."""

from __future__ import annotations

from typing import Annotated

import typer

from scrimp.cli.printing import document, line
from scrimp.cli.session import session
from scrimp.cli.tune.dataset import LEDGER, AsJson, Flagship, Pool, Prices, Since, Source, begin_of, interval, recording
from scrimp.flows.tune.certificates import certificate, sentence
from scrimp.flows.tune.dataset import differing
from scrimp.render.amounts import count
from scrimp.render.shares import plural
from scrimp.tuning.certify import Certificate, Claim
from scrimp.tuning.policies import policy_name
from scrimp.tuning.policy_metrics import PolicyMetrics

app = typer.Typer(rich_markup_mode=None, add_completion=False)

Target = Annotated[
    float, typer.Option(metavar="X", min=0.5, max=0.999, help="The share of flagship quality that must be kept.")
]
Risk = Annotated[float, typer.Option(metavar="X", min=0.001, max=0.5, help="How often a certificate may be wrong.")]


@app.command()
def certify(
    source: Source = LEDGER,
    target: Target = 0.95,
    risk: Risk = 0.05,
    flagship: Flagship = None,
    pool: Pool = None,
    prices: Prices = None,
    since: Since = None,
    as_json: AsJson = False,
) -> None:
    """Say which policies are proven to keep a share of the flagship's quality, and what they save.

    Policies are tested in order of safety, each at the whole risk, until one fails; a task with enough rows is tested
    for itself, others together with their kind. Where a cheap model says what the flagship says it counts as right, so
    only rows on which they differ need a label (scrimp tune label); where one is missing, the worst is assumed. Without
    labels, quality is therefore the flagship's word, not the truth.
    Nothing is called and nothing is changed: scrimp tune apply does that.
    """
    with session() as here:
        begin = begin_of(since)
        rows = recording(here, source, flagship, pool, prices, begin)
        found = certificate(rows, target, risk)
        unlabelled = sum(1 for _ in differing(rows.rows, rows.pool, rows.flagship))
        if as_json:
            document(_document(found, unlabelled))
            return
        for claim in found.claims:
            line(sentence(claim, target, 1 - risk))
        if unlabelled:
            line(
                f"of {plural(len(rows.rows), 'row')}, {count(unlabelled)} on which models differ have no label, and "
                "the worst was assumed: scrimp tune label"
            )


def _document(found: Certificate, unlabelled: int) -> dict[str, object]:
    return {
        "v": 1, "target": found.target, "risk": found.risk, "flagship": found.flagship,
        "policy": policy_name(found.policy), **_measured(found.measured), "unlabelled": unlabelled,
        "claims": [_claim(claim, found) for claim in found.claims],
    }  # fmt: skip


def _claim(claim: Claim, found: Certificate) -> dict[str, object]:
    return {
        "group": claim.group, "signatures": claim.signatures, "certified": claim.certified, "risk": claim.risk,
        "policy": policy_name(claim.policy), "bound": claim.bound, "pairs": claim.pairs, **_measured(claim.measured),
        "tested": [{"policy": policy_name(t.policy), "p": t.p, "certified": t.certified} for t in claim.tested],
        "next_target": claim.next_target, "labels_needed": claim.labels_needed,
        "sentence": sentence(claim, found.target, 1 - found.risk),
    }  # fmt: skip


def _measured(measured: PolicyMetrics) -> dict[str, object]:
    return {
        "rows": measured.rows, "labelled": measured.labelled, "kept": interval(measured.kept),
        "flag": interval(measured.flagship_share), "saved": interval(measured.saved), "cost_usd": measured.cost,
        "calls": measured.calls,
    }  # fmt: skip
