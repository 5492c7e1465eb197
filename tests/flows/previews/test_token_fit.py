from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.compress import LEVELS, CompressOptions, compress_with
from scrimp.flows.previews.token_fit import DoesNotFitError, FitAttempt, fit

SENTENCES = [
    "Bees live in hives.",
    "The queen lays up to 2000 eggs a day.",
    "Wasps make no honey at all.",
    "The old town hall was rebuilt in 1930 by Anna Meier.",
    "A storm had destroyed it in 1923.",
    "Please see the table for the prices of all 14 items.",
]
COLORS = ("Green", "Brown", "White", "Black", "Gray", "Blue", "Rose", "Gold", "Reed", "Snow")
ASKED = "Please could you kindly tell me: who rebuilt the town hall?"


def words(text: str) -> int:
    return len(text.split())


@st.composite
def prompts(draw: st.DrawFn) -> str:
    sentences = draw(st.lists(st.sampled_from(SENTENCES), min_size=4, max_size=20))
    return f"<document>\n{' '.join(sentences)}\n</document>\n\n{ASKED}"


def tried(text: str, limit: int, level: str) -> tuple[FitAttempt | None, str]:
    try:
        return fit(text, limit, CompressOptions(level), words), ""
    except DoesNotFitError as error:
        return None, str(error)


@given(text=prompts(), limit=st.integers(1, 200), level=st.sampled_from(LEVELS[1:]))
def test_a_budget_is_met_or_an_error_names_the_size(text: str, limit: int, level: str) -> None:
    fitted, message = tried(text, limit, level)

    if fitted is None:
        assert f"over the {limit:,} allowed" in message
    else:
        assert fitted.tokens == words(fitted.compressed.text) <= limit
        assert LEVELS.index(fitted.options.level) <= LEVELS.index(level)


@given(text=prompts(), limit=st.integers(1, 200))
def test_no_lower_level_would_have_done(text: str, limit: int) -> None:
    try:
        fitted = fit(text, limit, CompressOptions("dense"), words)
    except DoesNotFitError:
        return
    lower = LEVELS[1 : LEVELS.index(fitted.options.level)]
    assert all(words(compress_with(text, CompressOptions(level, keep=1.0)).text) > limit for level in lower)


@pytest.mark.parametrize("share", [0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95])
def test_a_budget_is_used_up_but_for_a_few_sentences_where_one_sentence_has_the_answer(share: float) -> None:
    names = [f"{one} {two}" for one in ("Anna", "Bruno", "Carla", "David", "Elif", "Farid") for two in COLORS]
    said = [f"In the year {1900 + at}, {name} sold {at + 3} barrels of oil." for at, name in enumerate(names)]
    said[17] = "The old town hall was rebuilt in 1930 by Anna Meier."
    text = f"<document>\n{' '.join(said)}\n</document>\n\nWho rebuilt the old town hall?"
    limit = int(share * words(text))

    assert limit - 4 * 10 < fit(text, limit, CompressOptions("focus"), words).tokens <= limit


@given(text=prompts(), limits=st.tuples(st.integers(10, 200), st.integers(10, 200)))
def test_a_larger_budget_keeps_no_less(text: str, limits: tuple[int, int]) -> None:
    small, large = sorted(limits)
    try:
        less = fit(text, small, CompressOptions("focus"), words)
    except DoesNotFitError:
        return
    assert fit(text, large, CompressOptions("focus"), words).tokens >= less.tokens


@given(text=prompts(), limit=st.integers(20, 200))
def test_no_sentence_is_cut_and_the_question_stays(text: str, limit: int) -> None:
    try:
        done = fit(text, limit, CompressOptions("focus"), words).compressed.text
    except DoesNotFitError:
        return
    inside = done.partition("<document>\n")[2].partition("\n</document>")[0]
    left = inside
    for sentence in SENTENCES:
        left = left.replace(sentence, "")
    assert not left.strip()
    assert "who rebuilt the town hall?" in done


def test_where_no_question_is_known_the_error_says_what_would_help() -> None:
    text = "<document>\n" + " ".join(SENTENCES) + "\n</document>"

    with pytest.raises(DoesNotFitError, match="--query would allow sentences to be left out"):
        fit(text, 10, CompressOptions("focus"), words)
    with pytest.raises(DoesNotFitError, match="--level tidy may do more"):
        fit(text, 10, CompressOptions("lossless"), words)
