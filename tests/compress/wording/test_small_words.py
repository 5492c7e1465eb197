from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.compress.checks import facts
from scrimp.compress.checks.facts import lost_facts
from scrimp.compress.wording.small_word_lists import ALL_DROPPABLE, DROPPABLE, NEGATIONS, WORD_CLASS
from scrimp.compress.wording.small_words import drop_small_words, only_small_words_dropped

# Enough plain prose around a phrase for its line to be read as running English.
FRAME = "They worked in town with their friends for many years, and {} in my house of stone."

SMALL = "of to and in it for with was der not Not never don't isn\u2019t only unless no, without been being said"
ODD = "5 3.5 min day km second house Cat Great cat. dog, sun! why? Text: \" ' ` $ <b> \u201cthe cat\u201d x \u00abthe"
ODDER = "\u00bb https://a.b/the -x --the-flag (the) a_b $5 f(x) {the} | ```"
english = st.sampled_from(
    [
        *(word for language in ("en", "en", "de", "es") for word in DROPPABLE[language]),
        *(word for words in (SMALL, ODD, ODDER) for word in words.split()),
        *("`a b`", '"the cat"', "# the", "- the", "\n", "\n\n", "  "),
    ]
)
texts = st.one_of(
    st.text(st.characters(), max_size=60),
    st.lists(english, max_size=60).map(" ".join),
    st.lists(english, max_size=40).map(lambda words: FRAME.format(" ".join(words))),
    st.lists(english, max_size=40).map("".join),
)


def framed(phrase: str) -> str:
    """Return what is left of a phrase in running prose, the prose around it being what it was."""
    before, after = FRAME.split("{}")
    text = drop_small_words(FRAME.format(phrase))
    assert text.startswith(before), text
    assert text.endswith(after), text
    return text[len(before) : len(text) - len(after)]


@given(texts)
def test_every_fact_is_kept(text: str) -> None:
    assert lost_facts(text, drop_small_words(text)) == {}


@given(texts)
def test_nothing_is_done_but_dropping_words_of_the_list(text: str) -> None:
    after = drop_small_words(text)

    assert only_small_words_dropped(text, after) is None
    assert len(after) <= len(text)
    assert after.count("\n") == text.count("\n")


@given(texts)
def test_once_is_as_good_as_twice(text: str) -> None:
    once = drop_small_words(text)

    assert drop_small_words(once) == once


@given(texts)
def test_negations_keep_their_reach(text: str) -> None:
    reach = re.compile(r"\b(?:not|never|only|unless|without|no)\b(?: +[^\s.!?]+){0,5}", re.IGNORECASE)

    assert reach.findall(drop_small_words(text)) == reach.findall(text)


@pytest.mark.parametrize(
    ("phrase", "shorter"),
    [
        ("we sold the house to an old friend", "we sold house to old friend"),
        ("she said that it has been sold", "she said it been sold"),
        ("it was really a very large house", "it was very large house"),
        ("he lives in the United States", "he lives in United States"),
        ("we used the `the` flag of the tool", "we used `the` flag of tool"),
        ("we bought the 12 books", "we bought 12 books"),
    ],
)
def test_articles_and_fillers_are_dropped(phrase: str, shorter: str) -> None:
    assert framed(phrase) == shorter


@pytest.mark.parametrize(
    "phrase",
    [
        "it was not just a plan or the idea",
        "it is not too late for the train",
        "these are only the men of the town",
        "we go unless the sun is out",
        "they have never seen the house of mine",
        "we left without a word or the key",
        'not the " in " the house',
        "he isn\u2019t the man of the house",
        "it was the only plan",
        "we ask what it is the for?",
        "he came a few times",
        "it costs 5 dollars a day",
        "a third of us came",
        "they gave it vitamin a deficiency",
        "Alexander the Great came",
        "they read The Lord of the Rings",
        'he said "the cat is on a mat" and left',
        "it waited 5 the min",
        "let x be in that sum and a point of it",
        "it was very good and just enough",
        "so is the, or a. Which",
        "we left. the end came. The man",
    ],
)
def test_what_carries_sense_stays(phrase: str) -> None:
    assert framed(phrase) == phrase


@pytest.mark.parametrize(
    "text",
    [
        "# How to get the most out of a tool for your work. And the rest",
        "How to get the most out of a tool for your work",
        "How to get the most out of a tool for your work.\n===",
        "Name of the tool: Scrimp",
        "| the name of the tool | is in the first of the columns. |",
        "> We sold the house to a friend of ours, and it was for the best.",
        "    we sold the house to a friend of ours, and it was for the best.",
        "```\nwe sold the house to a friend of ours, and it was for the best.\n```",
        "<scrimp:keep>We sold the house to a friend of ours, and it was for the best.</scrimp:keep>",
        "We sold the house.",
        "",
    ],
)
def test_what_is_no_running_prose_stays(text: str) -> None:
    assert drop_small_words(text) == text


def test_a_label_stays_while_the_prose_after_it_is_shortened() -> None:
    text = "Note for the user: in this town we sold the house to a friend of ours."

    assert drop_small_words(text) == "Note for the user: in this town we sold house to friend of ours."


def test_a_negation_reaches_into_the_next_line() -> None:
    line = "we saw the man in the house with his friends, and it was in the town of my father."

    assert drop_small_words(f"They did it but not\nthis {line}").startswith(
        "They did it but not\nthis we saw the man in house"
    )
    assert drop_small_words(f"They did it in full.\nthis {line}").startswith(
        "They did it in full.\nthis we saw man in house"
    )


def test_what_the_user_protects_stays() -> None:
    text = FRAME.format("we saw the old house and the new house")

    assert framed("we saw the old house and the new house") == "we saw old house and new house"
    assert "saw the old house and new house" in drop_small_words(text, protected=re.compile("the old"))


@pytest.mark.parametrize(
    ("text", "shorter"),
    [
        ("Der Bericht von 2009 zeigt, dass die Stadt und das Land in einer Krise sind, die Kinder nicht verstehen.",
         "Der Bericht von 2009 zeigt, dass Stadt und Land in einer Krise sind, die Kinder nicht verstehen."),
        ("Den Mann hat der Hund am Abend nach der Arbeit in seinem Haus mit den Kindern gebissen.",
         "Den Mann hat der Hund am Abend nach der Arbeit in seinem Haus mit den Kindern gebissen."),
        ("Ils ont vu le film dans la ville avec les enfants du voisin, et elle la voit pour un mois.",
         "Ils ont vu le film dans ville avec enfants du voisin, et elle la voit pour un mois."),
        ("Un informe sobre la desigualdad muestra que el crecimiento de los pa\u00edses es mayor y se la dieron.",
         "Un informe sobre desigualdad muestra que crecimiento de pa\u00edses es mayor y se la dieron."),
        ("O relat\u00f3rio do governo mostra uma cidade com os problemas da regi\u00e3o, mas ela o viu em um dia.",
         "O relat\u00f3rio do governo mostra uma cidade com problemas da regi\u00e3o, mas ela o viu em um dia."),
        ("Nella citt\u00e0 di Roma il governo della regione si vede con gli amici del sindaco e lo vede anche oggi.",
         "Nella citt\u00e0 di Roma governo della regione si vede con amici del sindaco e lo vede anche oggi."),
    ],
)  # fmt: skip
def test_each_language_drops_what_is_no_pronoun_and_no_case(text: str, shorter: str) -> None:
    assert drop_small_words(text) == shorter


@pytest.mark.parametrize(
    "text",
    [
        "De man die in het huis woont is niet de vader van het kind dat hij in die stad gezien heeft.",
        "El barrachan the casco a borrel the fumaco a drilo the mernico an polo, the tarbo a zendo the quiro.",
    ],
)
def test_other_languages_stay(text: str) -> None:
    assert drop_small_words(text) == text


def test_the_check_names_what_was_lost_or_added() -> None:
    assert only_small_words_dropped("we saw the house", "we saw house") is None
    assert only_small_words_dropped("the the a cat", "the cat") is None
    assert only_small_words_dropped("we saw the house", "we the house") == "word saw is lost"
    assert only_small_words_dropped("we saw the house", "we saw a house") == "word house is lost"
    assert only_small_words_dropped("we saw", "we saw it") == "word it was added"


def test_every_negation_that_is_a_fact_is_one_here_and_none_is_in_the_list() -> None:
    assert facts._NEGATIONS <= NEGATIONS
    assert not ALL_DROPPABLE & NEGATIONS


def test_no_word_tells_a_language_that_may_itself_be_dropped() -> None:
    assert all(WORD_CLASS[word] not in DROPPABLE for word in ALL_DROPPABLE)


def test_long_texts_are_no_trap() -> None:
    line = "they saw the house of a man with it and was in my town, "
    for text in ("the " * 200_000, line * 20_000, f"{line}no-" + "no-" * 200_000, "not " * 200_000, line + "a" * 10**6):
        assert only_small_words_dropped(text, drop_small_words(text)) is None
