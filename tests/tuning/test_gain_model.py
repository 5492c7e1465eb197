"""What is learned from pairs: tasks by shrinkage, prompts by their wording."""

from __future__ import annotations

import random
from statistics import fmean, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.tuning.gain_model import ObservedGain, fit_gains
from scrimp.tuning.wording_model import fit_wording, hashed_features

PAIRS = st.lists(
    st.builds(
        ObservedGain,
        gain=st.sampled_from((-1.0, 0.0, 0.3, 1.0)),
        signature=st.sampled_from("abc"),
        kind=st.sampled_from("xy"),
    ),
    min_size=1,
    max_size=60,
)


@given(pairs=PAIRS)
def test_expected_gains_stay_within_what_was_seen(pairs: list[ObservedGain]) -> None:
    learned = fit_gains(pairs)
    low, high = min(pair.gain for pair in pairs), max(pair.gain for pair in pairs)

    for name in "abcd":
        assert low - 1e-9 <= learned.expected_gain(name, "x") <= high + 1e-9


@given(pairs=PAIRS)
def test_the_order_of_pairs_does_not_matter(pairs: list[ObservedGain]) -> None:
    assert fit_gains(pairs).expected_gain("a", "x") == pytest.approx(
        fit_gains(pairs[::-1]).expected_gain("a", "x"), abs=1e-9
    )


def test_a_task_with_few_pairs_is_drawn_further_to_the_others_than_one_with_many() -> None:
    pairs = [
        ObservedGain(gain=gain, signature=name)
        for name, count in (("few", 2), ("many", 200))
        for gain in (0, 1) * count
    ]
    pairs += [ObservedGain(gain=1.0 * (at == 0), signature=name) for name in "pqrs" for at in range(10)]
    learned = fit_gains(pairs)

    assert learned.overall < learned.expected_gain("few") < learned.expected_gain("many") <= 0.5


@pytest.mark.parametrize(("alike", "least", "most"), [(True, 0.0, 0.5), (False, 0.8, 1.0)])
def test_differences_that_chance_explains_are_not_taken_for_those_of_tasks(
    alike: bool, least: float, most: float
) -> None:
    chance = random.Random(5)
    shares = {f"task {number}": 0.3 if alike else number / 11 for number in range(12)}
    pairs = [
        ObservedGain(gain=float(chance.random() < share), signature=name, kind="k")
        for name, share in shares.items()
        for _ in range(20)
    ]
    learned = fit_gains(pairs)
    seen = [fmean(pair.gain for pair in pairs if pair.signature == name) for name in shares]
    kept = pstdev(learned.expected_gain(name) for name in shares) / pstdev(seen)

    assert least <= kept <= most


def test_an_unknown_task_is_expected_to_be_like_its_kind_and_an_unknown_kind_like_all() -> None:
    pairs = [ObservedGain(gain=gain, signature=f"{kind}{at}", kind=kind) for kind, gain in (("x", 0.0), ("y", 0.8))
             for at in range(5) for _ in range(10)]  # fmt: skip
    learned = fit_gains(pairs)

    assert learned.expected_gain("new", "x") < 0.2 < learned.overall < 0.6 < learned.expected_gain("new", "y")
    assert learned.expected_gain("new", "new") == learned.overall == pytest.approx(0.4)


def test_twenty_pairs_a_task_put_tasks_in_order() -> None:
    truth = {"a": 0.02, "b": 0.1, "c": 0.5}
    chance = random.Random(3)
    pairs = [
        ObservedGain(gain=float(chance.random() < truth[name]), signature=name) for name in truth for _ in range(20)
    ]
    learned = fit_gains(pairs)

    assert learned.expected_gain("a") < learned.expected_gain("c")
    assert learned.expected_gain("b") < learned.expected_gain("c")


def test_wording_tells_prompts_of_one_task_apart() -> None:
    chance = random.Random(5)
    words = ["river", "stone", "cloud", "grass", "bread"]
    texts = [" ".join(chance.choices(words, k=6)) + (" integral" if at % 3 == 0 else "") for at in range(300)]
    pairs = [ObservedGain(gain=float("integral" in text), text=text) for text in texts]
    learned = fit_gains(pairs, wording=True)

    assert (
        learned.expected_gain("", "", "river stone integral") > learned.expected_gain("", "", "river stone grass") + 0.3
    )


def test_wording_is_zero_for_what_was_never_seen() -> None:
    learned = fit_wording(["one two", "one three"], [0.2, -0.1])

    assert learned.predict("") == pytest.approx(0, abs=0.2)
    assert learned.predict("Ж" * 3_000) == pytest.approx(0, abs=0.2)


def test_ridge_regression_is_solved() -> None:
    """One feature in every text alike: w = y / (n x^2 + ridge) times what was carried."""
    learned = fit_wording(["same words"] * 50, [0.5] * 50)

    assert learned.predict("same words") == pytest.approx(0.5 * 50 / (50 + 10), rel=0.01)


@given(text=st.text())
def test_any_text_has_features(text: str) -> None:
    assert all(0 <= feature < 1 << 18 for feature in hashed_features(text))


def test_a_lone_surrogate_is_a_word_like_any_other() -> None:
    assert hashed_features("\ud800 x") != hashed_features("x")


def test_nothing_is_learned_of_nothing() -> None:
    with pytest.raises(ValueError, match="no pairs"):
        fit_gains([])


def test_a_single_task_is_expected_to_gain_what_it_gained() -> None:
    pairs = [ObservedGain(gain=gain, signature="a") for gain in (0.0, 1.0, 1.0)]

    assert fit_gains(pairs).expected_gain("a") == pytest.approx(fmean(pair.gain for pair in pairs))
