from __future__ import annotations

import pytest
from msgspec.structs import replace

from scrimp.flows.tune.certificates import certificate, routes_of, sentence
from scrimp.flows.tune.dataset import Dataset, RecordedRows
from scrimp.tuning.certify import Claim
from scrimp.tuning.policies import Agree
from scrimp.tuning.policy_metrics import Interval, PolicyMetrics
from scrimp.tuning.recorded_row import RecordedAnswer, RecordedRow

MEASURED = PolicyMetrics(
    rows=212, labelled=212, kept=Interval(0.98, 0.97, 0.99), flagship_share=Interval(0.3, 0.2, 0.4),
    saved=Interval(0.583, 0.5, 0.6), cost=1.0, calls=2.3,
)  # fmt: skip
CLAIM = Claim(
    group="triage", signatures=("triage",), policy=Agree(("a", "b")), certified=True, risk=0.05, pairs=212, bound=0.961,
    measured=MEASURED, tested=(), next_target=0.98, labels_needed=190,
)  # fmt: skip


def test_a_claim_is_said_in_the_words_people_were_promised() -> None:
    assert sentence(CLAIM, 0.95, 0.95) == (
        "triage: a and b agree: with 95 % confidence at least 96.1 % of flagship quality, 212 pairs, saves 58 %; "
        "190 more labels would certify 98 %"
    )


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        (replace(CLAIM, bound=0.983, labels_needed=0), "; 98 % would be certified as well"),
        (replace(CLAIM, bound=0.983, labels_needed=40), "; 98 % would be certified as well"),
        (replace(CLAIM, labels_needed=1), "; 1 more label would certify 98 %"),
        (replace(CLAIM, labels_needed=0), "; a few more labels would certify 98 %"),
        (replace(CLAIM, labels_needed=None), "; no number of labels like these would certify 98 %"),
        (replace(CLAIM, next_target=None, labels_needed=None), "saves 58 %"),
    ],
)
def test_what_more_labels_would_do_is_said(claim: Claim, words: str) -> None:
    assert sentence(claim, 0.95, 0.95).endswith(words)


def test_what_is_not_certified_stays_with_the_flagship() -> None:
    claim = replace(CLAIM, certified=False, pairs=1, next_target=0.955, labels_needed=40)

    assert sentence(claim, 0.955, 0.95) == (
        "triage: nothing is certified at 95.5 % by 1 pair: the flagship stays; 40 more labels would certify 95.5 %"
    )


def _row(number: int, *, task: str, kind: str) -> RecordedRow:
    cheap, top = RecordedAnswer(asserted="1", cost=0.1), RecordedAnswer(asserted="1", cost=10.0)
    said = {"gpt-tiny": cheap, "gemini-tiny": cheap, "claude-large": top}
    return RecordedRow(id=f"{task}-{number}", said=said, signature=task, kind=kind)


def test_every_task_of_a_claim_gets_its_route_with_the_evidence() -> None:
    rows = [_row(number, task=f"task {number % 2}", kind="mathematics") for number in range(400)]
    found = certificate(Dataset(RecordedRows(rows, {})), 0.95, 0.05)
    routes = list(routes_of(found, 1_795_000_000.0))

    assert sorted(route.signature for route in routes) == ["task 0", "task 1"]
    for route in routes:
        assert (route.flagship, route.target, route.certified) == ("claude-large", 0.95, "2026-11-18T11:06:40Z")
        assert route.bound >= 0.95
