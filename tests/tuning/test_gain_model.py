"""What is learned from pairs: tasks by shrinkage, prompts by their wording."""

from __future__ import annotations

import random
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.tuning.gain_model import Pair, learn_gains
from scrimp.tuning.wording_model import features, learn_wording

PAIRS = st.lists(
    st.builds(
        Pair, gain=st.sampled_from((-1.0, 0.0, 0.3, 1.0)), signature=st.sampled_from("abc"), kind=st.sampled_from("xy")
    ),
    min_size=1,
    max_size=60,
)


@given(pairs=PAIRS)
def test_expected_gains_stay_within_what_was_seen(pairs: list[Pair]) -> None:
    learned = learn_gains(pairs)
    low, high = min(pair.gain for pair in pairs), max(pair.gain for pair in pairs)

    for name in "abcd":
        assert low - 1e-9 <= learned.of(name, "x") <= high + 1e-9


@given(pairs=PAIRS)
def test_the_order_of_pairs_does_not_matter(pairs: list[Pair]) -> None:
    assert learn_gains(pairs).of("a", "x") == pytest.approx(learn_gains(pairs[::-1]).of("a", "x"), abs=1e-9)


def test_a_task_with_few_pairs_is_drawn_further_to_the_others_than_one_with_many() -> None:
    pairs = [Pair(gain=gain, signature=name) for name, count in (("few", 2), ("many", 200)) for gain in (0, 1) * count]
    pairs += [Pair(gain=1.0 * (at == 0), signature=name) for name in "pqrs" for at in range(10)]
    learned = learn_gains(pairs)

    assert learned.overall < learned.of("few") < learned.of("many") <= 0.5


def test_an_unknown_task_is_expected_to_be_like_its_kind_and_an_unknown_kind_like_all() -> None:
    pairs = [Pair(gain=gain, signature=f"{kind}{at}", kind=kind) for kind, gain in (("x", 0.0), ("y", 0.8))
             for at in range(5) for _ in range(10)]  # fmt: skip
    learned = learn_gains(pairs)

    assert learned.of("new", "x") < 0.2 < learned.overall < 0.6 < learned.of("new", "y")
    assert learned.of("new", "new") == learned.overall == pytest.approx(0.4)


def test_twenty_pairs_a_task_put_tasks_in_order() -> None:
    truth = {"a": 0.02, "b": 0.1, "c": 0.5}
    chance = random.Random(3)
    pairs = [Pair(gain=float(chance.random() < truth[name]), signature=name) for name in truth for _ in range(20)]
    learned = learn_gains(pairs)

    assert learned.of("a") < learned.of("c")
    assert learned.of("b") < learned.of("c")


def test_wording_tells_prompts_of_one_task_apart() -> None:
    chance = random.Random(5)
    words = ["river", "stone", "cloud", "grass", "bread"]
    texts = [" ".join(chance.choices(words, k=6)) + (" integral" if at % 3 == 0 else "") for at in range(300)]
    pairs = [Pair(gain=float("integral" in text), text=text) for text in texts]
    learned = learn_gains(pairs, wording=True)

    assert learned.of("", "", "river stone integral") > learned.of("", "", "river stone grass") + 0.3


def test_wording_is_zero_for_what_was_never_seen() -> None:
    learned = learn_wording(["one two", "one three"], [0.2, -0.1])

    assert learned.of("") == pytest.approx(0, abs=0.2)
    assert learned.of("Ж" * 3_000) == pytest.approx(0, abs=0.2)


def test_ridge_regression_is_solved() -> None:
    """One feature in every text alike: w = y / (n x^2 + ridge) times what was carried."""
    learned = learn_wording(["same words"] * 50, [0.5] * 50)

    assert learned.of("same words") == pytest.approx(0.5 * 50 / (50 + 10), rel=0.01)


@given(text=st.text())
def test_any_text_has_features(text: str) -> None:
    assert all(0 <= feature < 1 << 18 for feature in features(text))


def test_a_lone_surrogate_is_a_word_like_any_other() -> None:
    assert features("\ud800 x") != features("x")


def test_nothing_is_learned_of_nothing() -> None:
    with pytest.raises(ValueError, match="no pairs"):
        learn_gains([])


def test_a_single_task_is_expected_to_gain_what_it_gained() -> None:
    pairs = [Pair(gain=gain, signature="a") for gain in (0.0, 1.0, 1.0)]

    assert learn_gains(pairs).of("a") == pytest.approx(fmean(pair.gain for pair in pairs))
