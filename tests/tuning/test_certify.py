"""Certificates: what they claim, for whom, and that better completions never cost one."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from policy_orders import in_sequence
from scrimp.tuning.certify import Certificate, labels_needed
from scrimp.tuning.certify import certify as certify_listing
from scrimp.tuning.claim_groups import claim_groups
from scrimp.tuning.policies import Agree, Always, Confident, PerSignature, Policy
from scrimp.tuning.policy_metrics import score_pairs
from scrimp.tuning.recorded_row import RecordedAnswer, RecordedRow

VOTE = Agree(("a", "b"))
POLICIES = (VOTE, Always("a"))


def certify(
    recorded: Sequence[RecordedRow], policies: Sequence[Policy], flagship: str, target: float, risk: float = 0.05
) -> Certificate:
    """Certify policies of which each waits for the one before."""
    return certify_listing(recorded, lambda _: in_sequence(policies), flagship, target, risk)


def row(name: str, low: float | None, top: float | None = 1.0, *, agree: bool = True, signature: str = "",
        kind: str = "") -> RecordedRow:  # fmt: skip
    said = {
        "a": RecordedAnswer(score=low, asserted="1", cost=1.0),
        "b": RecordedAnswer(score=low if agree else 0.0, asserted="1" if agree else "2", cost=1.0),
        "top": RecordedAnswer(score=top, asserted="3", cost=100.0),
    }
    return RecordedRow(id=name, answers=said, signature=signature, kind=kind)


def rows(right: int, wrong: int, differ: int = 0, signature: str = "", kind: str = "") -> list[RecordedRow]:
    """Return rows on which the voters are rightly and wrongly agreed, and rows on which they differ."""
    kinds = [(1.0, True)] * right + [(0.0, True)] * wrong + [(0.0, False)] * differ
    return [
        row(f"{signature}-{at}", low, agree=agree, signature=signature, kind=kind)
        for at, (low, agree) in enumerate(kinds)
    ]


def test_the_policy_that_saves_most_of_those_certified_is_chosen() -> None:
    found = certify(rows(200, 0), POLICIES, "top", 0.95)

    assert found.policy == Always("a")
    assert found.measured.saved.value == pytest.approx(0.99)


def test_the_sequence_stops_at_the_first_that_is_not_certified() -> None:
    found = certify(rows(150, 0, differ=50), (VOTE, Always("a"), Confident("a", 0.5)), "top", 0.95)
    (claim,) = found.claims

    assert [test.policy for test in claim.tests] == [VOTE, Always("a")]
    assert found.policy == VOTE


def test_where_nothing_is_certified_the_flagship_remains_and_labels_are_counted() -> None:
    found = certify(rows(40, 0), POLICIES, "top", 0.95)
    (claim,) = found.claims

    assert (found.policy, claim.certified, claim.bound) == (Always("top"), False, 1.0)
    assert (claim.next_target, claim.labels_needed) == (0.95, 19)


def test_a_certificate_states_more_than_its_target_where_more_was_reached() -> None:
    (claim,) = certify(rows(400, 0), POLICIES, "top", 0.95).claims

    assert claim.bound > 0.98
    assert claim.next_target == 0.98
    assert claim.labels_needed == 0


def test_a_policy_that_never_saves_is_not_a_choice() -> None:
    dear = [replace(one, answers={**one.answers, "a": RecordedAnswer(score=1.0, cost=200.0)}) for one in rows(200, 0)]

    assert certify(dear, (Always("a"),), "top", 0.95).policy == Always("top")


def test_signatures_with_enough_rows_are_claimed_alone_and_the_others_by_kind() -> None:
    recorded = [*rows(600, 0, signature="mail"), *rows(30, 0, signature="x"), *rows(30, 0, signature="y")]
    found = certify(recorded, POLICIES, "top", 0.95)

    assert [(claim.group, claim.signatures) for claim in found.claims] == [
        ("mail", ("mail",)),
        ("the rest", ("x", "y")),
    ]
    assert [claim.certified for claim in found.claims] == [True, False]
    assert found.policy == PerSignature({"mail": Always("a")}, Always("top"))


def test_groups_share_the_risk() -> None:
    recorded = [*rows(600, 0, signature="mail"), *rows(600, 0, signature="sums")]

    assert [claim.risk for claim in certify(recorded, POLICIES, "top", 0.95, 0.1).claims] == [0.05, 0.05]


def test_small_signatures_of_one_kind_are_pooled() -> None:
    recorded = [one for at in range(40) for one in rows(10, 0, signature=f"s{at}", kind="code" if at % 2 else "sums")]

    assert [group.name for group in claim_groups(recorded, 0.9, 0.05)] == [
        "code (small signatures)",
        "sums (small signatures)",
    ]


@given(counts=st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 300), min_size=1))
def test_every_row_is_in_one_group(counts: dict[str, int]) -> None:
    recorded = [row(f"{name}{at}", 1.0, signature=name) for name, count in counts.items() for at in range(count)]
    found = claim_groups(recorded, 0.9, 0.05)

    assert sorted(one.id for group in found for one in group.rows) == sorted(one.id for one in recorded)
    assert sorted(name for group in found for name in group.signatures) == sorted(counts)


@settings(max_examples=30)
@given(wrong=st.integers(0, 12), differ=st.integers(0, 60), mended=st.integers(0, 12))
def test_a_better_completion_never_costs_a_certificate(wrong: int, differ: int, mended: int) -> None:
    worse = rows(180, wrong, differ)
    better = [replace(one, answers={**one.answers, "a": replace(one.answers["a"], score=1.0),
                                 "b": replace(one.answers["b"], score=1.0)}) if at >= len(worse) - mended else one
              for at, one in enumerate(worse)]  # fmt: skip
    before, after = (certify(recorded, POLICIES, "top", 0.95) for recorded in (worse, better))

    assert after.measured.saved.value >= before.measured.saved.value
    if before.policy == after.policy:
        assert after.claims[0].bound >= before.claims[0].bound


def test_what_nobody_labeled_counts_as_wrong_unless_it_is_what_the_flagship_says() -> None:
    unknown = row("1", None, None)
    same = replace(unknown, answers={**unknown.answers, "top": RecordedAnswer(asserted="1")})
    (wrong,), (nothing,), (own,) = (
        score_pairs([one], policy, "top") for one, policy in ((unknown, VOTE), (same, VOTE), (unknown, Always("top")))
    )

    assert (wrong.score, wrong.flagship_score) == (0, 1)
    assert (nothing.score, nothing.flagship_score) == (0, 0)
    assert (own.score, own.flagship_score) == (0, 0)


def test_labels_that_would_be_needed_are_none_for_a_policy_that_does_not_keep_the_target() -> None:
    assert labels_needed(score_pairs(rows(90, 10), VOTE, "top"), 0.95, 0.05) is None


def test_nothing_is_certified_of_nothing() -> None:
    with pytest.raises(ValueError, match="nothing is recorded"):
        certify([], POLICIES, "top", 0.95)


def often_wrong(draw: Callable[[random.Random], list[RecordedRow]]) -> int:
    return sum(
        any(claim.certified for claim in certify(draw(random.Random(at)), POLICIES, "top", 0.95).claims)
        for at in range(200)
    )


@pytest.mark.parametrize("size", [70, 150])
def test_a_vote_that_keeps_less_than_its_target_is_certified_no_more_often_than_the_risk(size: int) -> None:
    def draw(chance: random.Random) -> list[RecordedRow]:
        kinds = chance.choices((0.0, 1.0), weights=(5, 95), k=size)
        return [row(str(at), low) for at, low in enumerate(kinds)]

    assert often_wrong(draw) <= 200 * 0.05 + 6
