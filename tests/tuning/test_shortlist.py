"""The short list: only what can pay, and the safest first."""

from __future__ import annotations

from scrimp.tuning.policies import Agree, Always, Backed
from scrimp.tuning.policy_metrics import measure
from scrimp.tuning.recorded_row import RecordedAnswer, RecordedRow
from scrimp.tuning.shortlist import shortlist

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


def test_relatives_do_not_vote_together() -> None:
    listed = shortlist(MIXED, dict.fromkeys(POOL, "one family"), "top").policies

    assert all(isinstance(policy, Always) for policy in listed)


def test_a_pair_too_dear_for_how_often_it_agrees_is_left_out_with_a_sentence() -> None:
    dear = rows([("1", "2", "3", "4")] * 9 + [("1", "1", "1", "1")], cost=30)
    found = shortlist(dear, POOL, "top")

    assert not any(isinstance(policy, (Agree, Backed)) for policy in found.policies)
    assert (
        "a and b agree: they do so on 10% of the prompts and together cost 60% of the flagship, "
        "so nothing would be saved" in found.left_out
    )


def test_a_cheap_model_as_dear_as_the_flagship_is_never_asked() -> None:
    found = shortlist(rows([("1", "1", "1", "1")], cost=100), POOL, "top")

    assert found.policies == ()
    assert "a always: it costs no less than top" in found.left_out


def test_where_nothing_is_asserted_the_dearer_model_is_tried_first() -> None:
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
