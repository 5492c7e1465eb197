"""What a certificate claims, in the words people read."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from scrimp.render.certificate import certificate_sentences, claim_sentence
from scrimp.tuning.certify import Certificate, Claim
from scrimp.tuning.policies import Agree
from scrimp.tuning.policy_metrics import Interval, PolicyMetrics

MEASURED = PolicyMetrics(
    rows=212, labeled=212, kept=Interval(0.98, 0.97, 0.99), flagship_share=Interval(0.3, 0.2, 0.4),
    saved=Interval(0.583, 0.5, 0.6), cost=1.0, calls=2.3,
)  # fmt: skip
CLAIM = Claim(
    group="triage", signatures=("triage",), policy=Agree(("a", "b")), certified=True, risk=0.05, pairs=212, bound=0.961,
    measured=MEASURED, tests=(), next_target=0.98, labels_needed=190,
)  # fmt: skip


def test_a_certified_claim_states_confidence_bound_pairs_and_saving() -> None:
    assert claim_sentence(CLAIM, 0.95, 0.95) == (
        "triage: a and b agree: with 95 % confidence at least 96.1 % of flagship quality, 212 pairs, saves 58 %; "
        "190 more labels would certify 98 %"
    )


@pytest.mark.parametrize(
    ("claim", "ending"),
    [
        (replace(CLAIM, bound=0.983, labels_needed=0), "; 98 % would be certified as well"),
        (replace(CLAIM, bound=0.983, labels_needed=40), "; 98 % would be certified as well"),
        (replace(CLAIM, labels_needed=1), "; 1 more label would certify 98 %"),
        (replace(CLAIM, labels_needed=0), "; a few more labels would certify 98 %"),
        (replace(CLAIM, labels_needed=None), "; no number of labels like these would certify 98 %"),
        (replace(CLAIM, next_target=None, labels_needed=None), "saves 58 %"),
    ],
)
def test_a_claim_ends_with_what_more_labels_would_certify(claim: Claim, ending: str) -> None:
    assert claim_sentence(claim, 0.95, 0.95).endswith(ending)


def test_a_claim_that_is_not_certified_stays_with_the_flagship() -> None:
    claim = replace(CLAIM, certified=False, pairs=1, next_target=0.955, labels_needed=40)

    assert claim_sentence(claim, 0.955, 0.95) == (
        "triage: nothing is certified at 95.5 % by 1 pair: the flagship stays; 40 more labels would certify 95.5 %"
    )


def test_several_groups_are_summed_up_with_what_they_kept_where_that_is_known() -> None:
    certificate = Certificate(
        target=0.95, risk=0.05, flagship="big", claims=(CLAIM, replace(CLAIM, group="mail", signatures=("mail",))),
        policy=CLAIM.policy, measured=MEASURED,
    )  # fmt: skip
    unlabeled = replace(certificate, measured=replace(MEASURED, kept=None))
    flagship_and_saved = "30.0 % (20.0 to 40.0) reach the flagship, saves 58.3 % (50.0 to 60.0)"

    assert [sentence.partition(":")[0] for sentence in certificate_sentences(certificate)] == [
        "triage", "mail", "together"
    ]  # fmt: skip
    assert [*certificate_sentences(certificate)][-1] == (
        f"together: 212 rows, kept 98.0 % (97.0 to 99.0), {flagship_and_saved}"
    )
    assert [*certificate_sentences(unlabeled)][-1] == f"together: 212 rows, {flagship_and_saved}"
