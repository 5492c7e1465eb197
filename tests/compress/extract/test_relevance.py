"""What makes a sentence relevant to a question, and how much is left where that is certain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compress.extract.focusing import focus, relevance
from scrimp.compress.extract.answer_types import answer_form
from scrimp.compress.extract.bm25 import QueryTerms, sentence_relevance
from scrimp.compress.extract.focus import share_of_text
from scrimp.compress.extract.outline import build_outline
from scrimp.compress.extract.sentences import split_sentences

shares = st.floats(0, 1)


def best(text: str, query: str) -> str:
    units = split_sentences(text)
    scores = relevance(units, query)
    return units[scores.index(max(scores))].strip()


def certainty(text: str, query: str) -> float:
    units = split_sentences(text)
    return sentence_relevance(units, build_outline(units), query).certainty


@pytest.mark.parametrize(
    ("other", "query", "expected"),
    [
        ("What did he do with the boat of the king?", "What did he do with the grain?", "Grain is ground here."),
        ("Was hat der mit dem Boot des Herrn?", "Was hat der mit dem Korn?", "Korn mahlt man hier."),
        ("Que hizo el rey con la barca?", "¿Qué hizo la reina con el grano?", "Grano molido aquí."),
    ],
)
def test_words_that_say_little_do_not_outweigh_one_that_does(other: str, query: str, expected: str) -> None:
    assert best(f"{other} {expected}", query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Who saw the wreck?", "The wreck was seen by Ada Holm."),
        ("When was the wreck seen?", "The wreck was seen again in 1921."),
        ("How many saw the wreck?", "The wreck was seen by forty people, eleven of them children."),
        ("¿Quién vio el wreck?", "The wreck was seen by Ada Holm."),
        ("Wann sah man das wreck?", "The wreck was seen again in 1921."),
        ("Сколько видело wreck?", "The wreck was seen by forty people, eleven of them children."),
    ],
)
def test_what_looks_like_an_answer_comes_first_of_equals(query: str, expected: str) -> None:
    text = (
        "The wreck was seen from afar. The wreck was seen by Ada Holm. The wreck was seen again in 1921. "
        "The wreck was seen by forty people, eleven of them children."
    )
    answer = answer_form(query)
    assert answer is not None

    ranked = sorted(zip(relevance(units := split_sentences(text), query), units, strict=True), reverse=True)
    looks = [answer.search(unit) is not None for _, unit in ranked]

    assert answer.search(expected)
    assert looks[0]
    assert not answer.search("The wreck was seen from afar.")


def test_a_question_that_asks_for_nothing_of_a_kind_has_no_form() -> None:
    assert answer_form("Why did the mill close?") is None


@pytest.mark.parametrize(
    "label", ["## The tower of Varn\n\n", "Document 2: The tower of Varn\n", "<doc title='tower of Varn'>"]
)
def test_what_a_label_says_counts_for_what_stands_under_it(label: str) -> None:
    cats, tower = "They sleep. They were built to hunt.", "It is old. It was built in 1889. The tower is high."
    text = f"## Cats\n\n{cats}\n\n{label}{tower}\n"

    assert best(text, "When was the tower of Varn built?") == "It was built in 1889."


def test_two_questions_each_find_their_sentence() -> None:
    boats = [f"The painted boats of {name} lay in the lock of the canal all day." for name in ("Ada", "Bo", "Cy", "Di")]
    text = " ".join([*boats, "Dogs bark. It rains.", "The mill made no bread."])
    question = "Which painted boats lay all day in the lock of the canal? Why was there no flour from the mill?"

    units = split_sentences(text)
    scores = relevance(units, question)

    assert scores[units.index("The mill made no bread.")] == max(scores)


def test_many_questions_at_once_are_read_in_one_go() -> None:
    text = "The mill closed. Boats were painted. " * 20
    question = " ".join(f"Why did mill {at} close?" for at in range(50))

    assert "The mill closed." in focus(text, question, keep=0.3)


@given(shares, shares, shares)
def test_a_higher_keep_leaves_a_higher_share(one: float, other: float, certain: float) -> None:
    lower, higher = sorted((one, other))

    assert share_of_text(lower, certain) <= share_of_text(higher, certain)


@given(shares, shares, shares)
def test_certainty_lowers_the_share_to_half_of_keep_at_most(keep: float, one: float, other: float) -> None:
    less, more = sorted((one, other))

    assert keep / 2 <= share_of_text(keep, more) <= share_of_text(keep, less) <= 1


def test_all_and_nothing_are_meant_as_said() -> None:
    assert (share_of_text(0, 0.5), share_of_text(1, 0.5)) == (0, 1)


def test_it_is_certain_where_one_sentence_has_what_is_asked_and_uncertain_where_none_has() -> None:
    text = "The mill was built by Ada Holm. Cats sleep. Bread is baked here. Dogs bark at night. It rains."

    assert certainty(text, "Who built the mill?") > 0.6
    assert certainty(text, "Which architect designed the factory?") < 0.2
    assert certainty("The mill was built. The mill was built. The mill was built.", "Who built the mill?") < 0.2


@given(st.text(), st.text())
def test_certainty_is_a_share(text: str, query: str) -> None:
    assert 0 <= certainty(text, query) <= 1


def test_terms_are_the_same_whatever_the_order_of_words() -> None:
    assert QueryTerms.of("the mill of Ada") == QueryTerms.of("Ada of mill the")
