"""Policies replayed on recorded completions: what is kept, and that every call is paid for."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.errors import InputError
from scrimp.tuning.policies import Agree, Always, Backed, Confident, PerSignature, Policy, policy_name, replay
from scrimp.tuning.recorded_row import RecordedAnswer, RecordedRow, label_by_agreement

MODELS = ("a", "b", "c", "top")
WORDS = st.sampled_from(("yes", "no", "18", None))
COSTS = {"a": 1.0, "b": 2.0, "c": 4.0, "top": 100.0}
SAID = st.fixed_dictionaries(
    {
        model: st.builds(
            RecordedAnswer, score=st.none() | st.floats(0, 1), asserted=WORDS, confidence=st.none() | st.floats(0, 1),
            cost=st.just(COSTS[model]),
        )
        for model in MODELS
    }
)  # fmt: skip
ROWS = st.builds(RecordedRow, id=st.just("t-1"), answers=SAID, signature=st.sampled_from(("mail", "sums")))
SIMPLE = st.sampled_from(
    (
        Always("a"),
        Always("top"),
        Agree(("a", "b")),
        Agree(("a", "b", "c")),
        Backed("c", ("a", "b")),
        Confident("a", 0.9),
    )
)
POLICIES = SIMPLE | st.builds(PerSignature, st.dictionaries(st.sampled_from(("mail", "sums")), SIMPLE), SIMPLE)


def row(**words: str | None) -> RecordedRow:
    said = {model: RecordedAnswer(score=0.5, asserted=words.get(model), cost=cost) for model, cost in COSTS.items()}
    return RecordedRow(id="t-1", answers=said)


@given(policy=POLICIES, recorded=ROWS)
def test_what_is_paid_is_the_sum_of_different_models_calls(policy: Policy, recorded: RecordedRow) -> None:
    played = replay(policy, recorded, "top")
    # Costs are powers of two below a hundred, so that a total tells who was asked.
    asked = [model for bit, model in enumerate("abc") if int(played.cost) % 100 >> bit & 1]

    assert played.calls == len(asked) + played.reached_flagship
    assert played.cost == sum(COSTS[model] for model in asked) + 100 * played.reached_flagship


@given(policy=POLICIES, recorded=ROWS)
def test_the_flagship_is_kept_exactly_where_it_was_asked(policy: Policy, recorded: RecordedRow) -> None:
    played = replay(policy, recorded, "top")

    assert (played.model == "top") == played.reached_flagship
    if played.reached_flagship:
        assert played.score == recorded.answers["top"].score


def test_the_third_voter_is_asked_only_when_the_first_two_differ() -> None:
    vote = Agree(("a", "b", "c"))

    assert replay(vote, row(a="18", b="18", c="19"), "top").cost == 3
    assert replay(vote, row(a="18", b="19", c="19"), "top").cost == 7
    assert replay(vote, row(a="18", b="19", c="20"), "top").cost == 107


def test_voters_that_assert_nothing_never_agree() -> None:
    assert replay(Agree(("a", "b")), row(), "top").reached_flagship


def test_two_backers_agreeing_against_the_backed_are_not_heard() -> None:
    assert replay(Backed("c", ("a", "b")), row(a="19", b="19", c="18"), "top").reached_flagship
    assert replay(Backed("c", ("a", "b")), row(a="19", b="18", c="18"), "top").model == "c"


def test_nobody_is_asked_to_back_a_model_that_asserts_nothing() -> None:
    assert replay(Backed("a", ("b", "c")), row(b="18", c="18"), "top").cost == 101


def test_a_label_of_either_voter_tells_how_right_the_agreed_answer_is() -> None:
    said = {"a": RecordedAnswer(score=1.0, asserted="18"), "b": RecordedAnswer(asserted="18"), "top": RecordedAnswer()}

    assert replay(Agree(("a", "b")), RecordedRow(id="t-1", answers=said), "top").score == 1


def test_a_model_that_was_not_recorded_is_named() -> None:
    with pytest.raises(InputError, match='row t-1 has no completion of "z"'):
        replay(Always("z"), row(), "top")


@given(policy=POLICIES)
def test_policies_survive_json(policy: Policy) -> None:
    assert msgspec.json.decode(msgspec.json.encode(policy), type=Policy) == policy


@given(policy=POLICIES)
def test_a_policy_is_spelled_with_the_models_it_asks(policy: Policy) -> None:
    assert any(model in policy_name(policy) for model in MODELS)


def test_trust_fills_in_what_agrees_with_the_flagship_and_nothing_else() -> None:
    said = {
        "a": RecordedAnswer(asserted="18"),
        "b": RecordedAnswer(asserted="19"),
        "top": RecordedAnswer(asserted="18"),
    }
    (filled,) = label_by_agreement([RecordedRow(id="t-1", answers=said)], "top")

    assert {model: one.score for model, one in filled.answers.items()} == {"a": 1.0, "b": None, "top": 1.0}


def test_trust_gives_way_to_a_label() -> None:
    said = {"a": RecordedAnswer(asserted="18"), "top": RecordedAnswer(asserted="18", score=0.0)}
    (filled,) = label_by_agreement([RecordedRow(id="t-1", answers=said)], "top")

    assert filled.answers["a"].score == 0


def test_trust_does_not_label_a_flagship_nobody_agrees_with() -> None:
    recorded = RecordedRow(id="t-1", answers={"a": RecordedAnswer(asserted="19"), "top": RecordedAnswer(asserted="18")})

    assert label_by_agreement([recorded], "top") == [recorded]
