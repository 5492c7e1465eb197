"""Of sentences that say as little, those come first that have what is asked for or name who it is about."""

from __future__ import annotations

import re

import pytest

from compress.extract.focusing import by_words_alone, relevance
from scrimp.compress.extract.answer_types import answer_of

ASKED = [
    ("Where does the miller hide?", "The dog was brown.", "The dog waits outside Riverton."),
    ("Why did the miller run?", "The dog was brown.", "The dog was brown because it rained."),
    ("When did the miller leave?", "The dog was brown.", "The dog was brown in 1904."),
    ("How long did the miller wait?", "The dog was brown.", "The dog slept seven weeks."),
    ("Who saw the miller leave?", "The dog was brown.", "The dog was brown, Anna said."),
    ("Wo wohnt der M\u00fcller?", "Der Hund war braun.", "Der Hund wartet bei Ulm."),
    ("Warum floh der M\u00fcller?", "Der Hund war braun.", "Der Hund war braun, weil es regnete."),
    ("O\u00f9 dort le meunier?", "Le chien \u00e9tait brun.", "Le chien attend pr\u00e8s du pont."),
    ("\u00bfCu\u00e1ndo huy\u00f3 el molinero?", "El perro era pardo.", "El perro durmi\u00f3 tres semanas."),
    (
        "\u041f\u043e\u0447\u0435\u043c\u0443 \u043e\u043d \u0441\u043f\u0438\u0442?",
        "\u041f\u0451\u0441 \u0431\u0443\u0440.",
        "\u041f\u0451\u0441 \u0431\u0443\u0440, \u0442\u0430\u043a \u043a\u0430\u043a \u0433\u0440\u044f\u0437\u044c.",
    ),
]


@by_words_alone
@pytest.mark.parametrize(("query", "plain", "answer"), ASKED)
def test_a_sentence_that_may_answer_comes_before_one_that_may_not(query: str, plain: str, answer: str) -> None:
    opening = re.sub(r"^\W*\w+ |\?$", "", query)
    first, second = (
        relevance([f"{opening}.", "\n\n", *paragraphs], query)
        for paragraphs in ((plain, "\n\n", answer), (answer, "\n\n", plain))
    )

    assert (first[4] > first[2], second[2] > second[4]) == (True, True)


@pytest.mark.parametrize(("query", "plain", "answer"), ASKED)
def test_what_may_answer_is_told_by_the_words_that_ask(query: str, plain: str, answer: str) -> None:
    expected = answer_of(query)

    assert expected is not None
    assert expected.search(answer)
    assert not expected.search(plain)


@pytest.mark.parametrize(
    "query", ["", "the mill of Hartung", "What is a mill made of?", "\u8c01\u5728\u90a3\u91cc\uff1f"]
)
def test_some_questions_do_not_tell_what_answers_them(query: str) -> None:
    assert answer_of(query) is None


@by_words_alone
def test_who_is_named_by_the_best_sentence_is_looked_for_under_that_name() -> None:
    others = ["Snow lay there. ", "Somebody fell. ", "Then Benny was pushed. ", "Birds woke. ", "Fog rose."]
    scores = relevance(["Benny Sachs is a projectionist.", "\n\n", *others], "How is the projectionist murdered?")

    assert others[scores.index(max(scores[2:])) - 2] == "Then Benny was pushed. "


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("Where does the miller hide?", "A dog barks; there is no wind, no rain, a mist."),
        ("Why did the miller run?", "The car broke down, per usual."),
        ("When did the miller leave?", "The rent is due, every cent."),
        ("Wo wohnt der M\u00fcller?", "The dog waits across the river."),
        ("\u00bfD\u00f3nde duerme el molinero?", "The dog sleeps outside Riverton."),
        ("O\u00f9 dort le meunier?", "Il mulino \u00e8 vicino alla casa."),
        ("Dove dorme il mugnaio?", "The dog sleeps on straw."),
        ("Pourquoi le meunier court-il?", "A dog barks for us because we run."),
    ],
)
def test_words_of_another_language_are_not_taken_for_an_answer(query: str, sentence: str) -> None:
    expected = answer_of(query)

    assert expected is not None
    assert not expected.search(sentence)


@pytest.mark.parametrize(
    "query", ["What is the full name of the woman who sold the mill?", "Which man sold it?", "Which players were hurt?"]
)
def test_a_name_that_is_asked_for_is_that_of_a_person(query: str) -> None:
    assert answer_of(query) == answer_of("who")
