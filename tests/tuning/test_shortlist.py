"""The short list: only what can pay, and the safest first."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.tuning.certify import certify
from scrimp.tuning.gatekeeping import first_shares
from scrimp.tuning.policies import Agree, Always, Backed
from scrimp.tuning.policy_metrics import measure
from scrimp.tuning.recorded_row import RecordedAnswer, RecordedRow
from scrimp.tuning.shortlist import pairs_tested_first, shortlist

POOL = {"a": "x", "b": "y", "c": "z"}


def rows(words: list[tuple[str, str, str, str]], cost: float = 1.0) -> list[RecordedRow]:
    """Return a row for each four assertions, of three cheap models and the flagship."""
    prices = {"a": cost, "b": cost, "c": cost, "top": 100.0}
    return [
        RecordedRow(
            id=str(at),
            answers={
                model: RecordedAnswer(asserted=word, cost=prices[model], score=float(word == said[-1]))
                for model, word in zip((*POOL, "top"), said, strict=True)
            },
        )
        for at, said in enumerate(words)
    ]


MIXED = rows([("1", "1", "1", "1")] * 60 + [("1", "2", "2", "1")] * 20 + [("1", "2", "3", "4")] * 20)


def test_safer_policies_come_first_and_each_next_saves_more() -> None:
    listed = shortlist(MIXED, POOL, "top").policies
    kept = [(measured.kept, measured.saved.value) for measured in (measure(one, MIXED, "top") for one in listed)]

    assert len(listed) > 1
    assert [share.value for share, _ in kept if share] == sorted(
        (share.value for share, _ in kept if share), reverse=True
    )
    assert [saved for _, saved in kept] == sorted(saved for _, saved in kept)


@given(st.randoms(use_true_random=False))
def test_what_models_say_on_the_rows_does_not_change_the_order(chance: Random) -> None:
    said = [[tuple(chance.choice("1123") for _ in range(4)) for _ in range(12)] for _ in range(2)]
    one, other = (shortlist(rows(each), POOL, "top").policies for each in said)  # type: ignore[arg-type]
    both = set(one) & set(other)

    assert [policy for policy in one if policy in both] == [policy for policy in other if policy in both]


def test_the_luckiest_of_eight_models_is_not_certified_more_often_than_the_risk() -> None:
    """Each truly keeps 94.8 %; ordered by how often they agree with the flagship, 14 of 100 draws certified one."""
    pool = {f"m-{number}": "m" for number in range(8)}
    certified = 0
    for draw in range(60):
        chance = Random(draw)
        drawn = [
            RecordedRow(
                id=str(at),
                answers={
                    "top": RecordedAnswer(asserted="1", cost=100.0, score=1.0),
                    **{
                        model: RecordedAnswer(asserted="12"[wrong], cost=1.0 + number, score=1.0 - wrong)
                        for number, model in enumerate(pool)
                        for wrong in (chance.random() > 0.948,)
                    },
                },
            )
            for at in range(200)
        ]
        certificate = certify(drawn, lambda rows: shortlist(rows, pool, "top").order, "top", 0.95)
        certified += any(claim.certified for claim in certificate.claims)

    assert certified <= 6  # of 60, where 3 are expected


def test_relatives_do_not_vote_together() -> None:
    listed = shortlist(MIXED, dict.fromkeys(POOL, "one family"), "top").policies

    assert all(isinstance(policy, Always) for policy in listed)


def test_a_pair_too_expensive_for_how_often_it_agrees_is_left_out_with_a_sentence() -> None:
    dear = rows([("1", "2", "3", "4")] * 9 + [("1", "1", "1", "1")], cost=30)
    found = shortlist(dear, POOL, "top")

    assert not any(isinstance(policy, (Agree, Backed)) for policy in found.policies)
    assert (
        "a and b agree: they do so on 10% of the prompts and together cost 60% of the flagship, "
        "so nothing would be saved" in found.left_out
    )


def test_a_cheap_model_as_expensive_as_the_flagship_is_never_asked() -> None:
    found = shortlist(rows([("1", "1", "1", "1")], cost=100), POOL, "top")

    assert found.policies == ()
    assert "a always: it costs no less than top" in found.left_out


def test_where_nothing_is_asserted_the_more_expensive_model_is_tried_first() -> None:
    silent = [
        RecordedRow(
            id="1", answers={"a": RecordedAnswer(cost=1), "b": RecordedAnswer(cost=2), "top": RecordedAnswer(cost=10)}
        )
    ]
    found = shortlist(silent, {"a": "x", "b": "y"}, "top")

    assert found.policies == (Always("b"), Always("a"))
    assert found.left_out == ("a and b agree: nothing was asserted that they could agree on",)


def test_without_a_cost_of_the_flagship_nothing_is_listed() -> None:
    assert shortlist([], POOL, "top").policies == ()


@pytest.mark.parametrize("alike", list(combinations(POOL, 2)))
def test_two_models_that_err_alike_do_not_keep_the_others_from_being_certified(alike: tuple[str, str]) -> None:
    """In one sequence the first pair that errs would end all tests."""
    said = [(*("2" if model in alike and not at % 10 else str(at) for model in POOL), str(at)) for at in range(200)]
    found = certify(rows(said), lambda group: shortlist(group, POOL, "top").order, "top", 0.95)  # type: ignore[arg-type]

    assert found.claims[0].certified
    assert found.claims[0].policy != Agree(alike)


def test_four_voters_are_tested_where_there_are_four_families() -> None:
    pool = dict(zip("abcd", "wxyz", strict=True))
    mixed = [
        RecordedRow(
            id=str(at),
            answers={
                **{m: RecordedAnswer(asserted=word, cost=1.0, score=1.0) for m, word in zip("abcd", said, strict=True)},
                "top": RecordedAnswer(asserted="1", cost=100.0, score=1.0),
            },
        )
        for at, said in enumerate(["1111", "1123", "1213", "1231", "2113", "2131", "2311"] * 20)
    ]

    assert max(len(one.voters) for one in shortlist(mixed, pool, "top").policies if isinstance(one, Agree)) == 4


@given(st.randoms(use_true_random=False))
def test_a_policy_waits_only_for_earlier_ones(chance: Random) -> None:
    said = [tuple(chance.choice("1123") for _ in range(4)) for _ in range(12)]
    order = shortlist(rows(said), POOL, "top").order  # type: ignore[arg-type]

    assert all(-1 <= before < at for at, gated in enumerate(order) for before in gated.after)
    assert all(gated.after for gated in order)


@pytest.mark.parametrize("families", [1, 2, 3, 4, 5, 6])
def test_as_many_policies_share_the_risk_at_first_as_is_told_before_pairs_are_paid_for(families: int) -> None:
    pool = {f"m-{number}": f"family {number}" for number in range(families)}
    answers = {model: RecordedAnswer(asserted="1", cost=1.0 + number, score=1.0) for number, model in enumerate(pool)}
    answers["top"] = RecordedAnswer(asserted="1", cost=100.0, score=1.0)
    listed = shortlist([RecordedRow(id=str(at), answers=answers) for at in range(20)], pool, "top")

    assert len(list(first_shares(listed.order, 0.05))) == pairs_tested_first(families)
