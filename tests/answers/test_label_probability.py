"""The confidence in a label, from the alternatives a provider reports."""

from __future__ import annotations

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.answers.label_probability import label_confidence
from scrimp.values import TokenLogprob

FEELING = ("positive", "negative")


def token(text: str, share: float, **top: float) -> TokenLogprob:
    alternatives = tuple((piece.replace("~", " "), log(share)) for piece, share in top.items())
    return TokenLogprob(text, log(share), alternatives)


def test_it_is_the_share_of_the_given_label_among_all_labels() -> None:
    told = label_confidence([token("positive", 0.6, positive=0.6, negative=0.2, The=0.2)], "positive", FEELING)

    assert told == pytest.approx(0.75)


def test_case_spaces_and_opening_pieces_of_a_label_are_summed() -> None:
    first = token(" Pos", 0.5, **{"~Pos": 0.5, "pos": 0.1, "~neg": 0.1, "Negative": 0.1, "The": 0.2})

    assert label_confidence([first, token("itive", 1, itive=1)], "positive", FEELING) == pytest.approx(0.75)


def test_words_before_the_label_are_passed_over() -> None:
    tokens = [token("Answer", 1, An=1), token(":", 1, x=1), token(" B", 0.7, **{"~B": 0.7, "~A": 0.3})]

    assert label_confidence(tokens, "B", ("A", "B")) == pytest.approx(0.7)


def test_labels_that_open_alike_are_weighed_where_they_part() -> None:
    tokens = [token("very", 0.8, very=0.8, neutral=0.2), token(" bad", 0.75, **{"~bad": 0.75, "~good": 0.25})]

    assert label_confidence(tokens, "very bad", ("very bad", "very good", "neutral")) == pytest.approx(0.6)


def test_an_opening_shared_by_other_labels_counts_against_the_given_one() -> None:
    tokens = [token("pos", 0.5, pos=0.5, ne=0.5), token("itive", 1, itive=1)]

    assert label_confidence(tokens, "positive", ("positive", "negative", "neutral")) == pytest.approx(0.5)


def test_the_given_token_counts_even_when_it_is_not_among_the_alternatives() -> None:
    # A grammar forced it; what is reported is what the model would have said.
    assert label_confidence([token("negative", 0.1, positive=0.3, The=0.6)], "negative", FEELING) == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("positive", "negative", "confidence"), [(0.0003, 0.00001, 0.006), (0.04, 0.01, 0.8), (0.02, 0.005, 0.4)]
)
def test_labels_that_the_model_did_not_mean_to_give_have_little_confidence(
    positive: float, negative: float, confidence: float
) -> None:
    first = token("positive", positive, positive=positive, negative=negative, The=0.9)

    assert label_confidence([first], "positive", FEELING) == pytest.approx(confidence)


def test_without_alternatives_nothing_is_known() -> None:
    assert label_confidence([token("positive", 0.6)], "positive", FEELING) is None
    assert label_confidence([], "positive", FEELING) is None


def test_a_label_that_another_goes_on_from_ends_with_the_text() -> None:
    assert label_confidence(
        [token("good", 0.7, good=0.7, bad=0.3)], "good", ("good", "goodish", "bad")
    ) == pytest.approx(0.7)


@given(
    st.lists(st.tuples(st.sampled_from(["pos", " neg", "Positive", "x", " "]), st.floats(-9, 0)), max_size=6),
    st.floats(-9, 0),
)
def test_it_is_a_share_or_nothing(top: list[tuple[str, float]], logprob: float) -> None:
    told = label_confidence([TokenLogprob("positive", logprob, tuple(top))], "positive", FEELING)

    assert told is None or 0 <= told <= 1
