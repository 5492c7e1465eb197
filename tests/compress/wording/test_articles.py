from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compress.facts import lost_facts
from scrimp.compress.wording.articles import drop_articles, only_articles_dropped

# Enough plain prose around a phrase for its sentence to be read as running English.
FRAME = "They worked in town with their friends for many years, and {} in my house of stone."

ODD = (
    "the a an The A the the of to and in it for you with was not never don't only unless no without been 5 3.5 day km "
    "second house Cat Great cat. dog, sun! why? Text: \" ' ` $ <b> \u201cthe x \u00abthe \u00bb https://a.b/the "
    "-x --the-flag (the) a_b f(x) {the} | ``` # - option class more few"
)
words = st.sampled_from([*ODD.split(), "`a b`", '"the cat"', "# the", "- the", "\n", "\n\n", "  "])
texts = st.one_of(
    st.text(st.characters(), max_size=60),
    st.lists(words, max_size=60).map(" ".join),
    st.lists(words, max_size=40).map(lambda found: FRAME.format(" ".join(found))),
    st.lists(words, max_size=40).map("".join),
)


def framed(phrase: str) -> str:
    """Return what is left of a phrase in running prose, the prose around it being what it was."""
    before, after = FRAME.split("{}")
    text = drop_articles(FRAME.format(phrase))
    assert text.startswith(before), text
    assert text.endswith(after), text
    return text[len(before) : len(text) - len(after)]


@given(texts)
def test_nothing_is_done_but_dropping_articles_and_every_fact_is_kept(text: str) -> None:
    after = drop_articles(text)

    assert only_articles_dropped(text, after) is None
    assert lost_facts(text, after) == {}
    assert drop_articles(after) == after


@pytest.mark.parametrize(
    ("phrase", "shorter"),
    [
        ("we sold the house to an old friend", "we sold house to old friend"),
        ("he lives in the United States", "he lives in United States"),
        ("she saw a very large house, the oldest of them", "she saw very large house, oldest of them"),
    ],
)
def test_articles_are_dropped(phrase: str, shorter: str) -> None:
    assert framed(phrase) == shorter


@pytest.mark.parametrize(
    "phrase",
    [
        "it was not just a plan or the idea",
        "these are only the men of the town",
        "we go unless the sun is out",
        "he isn\u2019t the man of the house",
        "we ask what it is the for",
        "he came a few times",
        "it costs 5 dollars a day",
        "a third of us came",
        "they gave it vitamin a deficiency",
        "Alexander the Great came",
        "they read The Lord of the Rings",
        'he said "the cat is on a mat" and left',
        "we used the `the` flag of the tool",
        "let x be in that sum and a point of it",
    ],
)
def test_what_carries_sense_stays(phrase: str) -> None:
    assert framed(phrase) == phrase


@pytest.mark.parametrize(
    "text",
    [
        "# How to get the most out of a tool for your work with it. ",
        "How to get the most out of a tool for your work",
        "We sold the house.",
        "- We sold the house to a friend of ours, and it was for the best.",
        "| the name of the tool | is in the first of the columns and in it. |",
        "<scrimp:keep>We sold the house to a friend of ours, and it was for the best.</scrimp:keep>",
        "De man die in het huis woont is niet de vader van het kind dat hij in die stad gezien heeft.",
        "",
    ],
)
def test_what_is_no_english_prose_stays(text: str) -> None:
    assert drop_articles(text) == text


@pytest.mark.parametrize(
    "after",
    ["we the house", "we saw the", "we saw a house", "we saw the house it", "we  saw house", "We saw house", ""],
)
def test_the_check_notices_what_was_lost_or_added(after: str) -> None:
    assert only_articles_dropped("we saw the house", "we saw house") is None
    assert only_articles_dropped("we saw the house", after) is not None


def test_long_texts_are_no_trap() -> None:
    line = "they saw the house of a man with it and was in my town, "
    for text in ("the " * 200_000, line * 20_000, f"{line}no-" + "no-" * 200_000, "not " * 200_000, line + "a" * 10**6):
        assert only_articles_dropped(text, drop_articles(text)) is None
