"""What makes a sentence relevant to a question, and how much is left where that is certain."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compress.extract.focusing import by_words_alone, focus, relevance
from scrimp.compress.extract.bm25 import sentence_relevance
from scrimp.compress.extract.focus import share_of_text
from scrimp.compress.extract.outline import build_outline
from scrimp.compress.extract.query_terms import SYNONYM, QueryTerms
from scrimp.compress.extract.sentences import split_sentences
from scrimp.compress.extract.synonyms import SHIPPED, synonyms
from scrimp.compress.extract.words import tokenize

shares = st.floats(0, 1)


def best(text: str, query: str) -> str:
    units = split_sentences(text)
    scores = relevance(units, query)
    return units[scores.index(max(scores))].strip()


def certainty(text: str, query: str) -> float:
    units = split_sentences(text)
    return sentence_relevance(units, build_outline(units), query).certainty


@by_words_alone
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
        ("Where does the surveyor conceal the evidence?", "He hid the book there."),
        ("What relation is the magistrate to her?", "The judge was her uncle."),
        ("Who purchased it?", "Anna bought the barn."),
        ("Where were the photographs?", "They kept the pictures."),
    ],
)
def test_a_synonym_in_any_form_says_what_the_word_of_the_question_says(query: str, expected: str) -> None:
    assert best(f"It rained all week. {expected} Dogs bark at night.", query) == expected


def test_a_word_itself_counts_more_than_its_synonyms() -> None:
    text = "The doctor of the doctors came. A physician came to the house."

    assert best(text, "Which physician came?") == "A physician came to the house."


@pytest.mark.parametrize("query", ["Wer war der Gift?", "¿Quién vio el fin?", "Qui a vu le four ?"])
def test_words_of_other_languages_have_no_english_synonyms(query: str) -> None:
    assert not any(term.startswith(SYNONYM) for term in QueryTerms.of(query).forms.values())
    assert any(term.startswith(SYNONYM) for term in QueryTerms.of("Who saw the gift?").forms.values())


def test_synonyms_are_those_of_a_regular_form_or_else_none() -> None:
    assert synonyms("forgives") == synonyms("forgiving") == synonyms("forgive") != ()
    assert synonyms("") == synonyms("zzyzx") == ()


def test_the_license_of_wordnet_is_in_the_file() -> None:
    license_text = (SHIPPED.with_name("synonyms.LICENSE")).read_text("utf-8")
    head = [line for line in gzip.decompress(SHIPPED.read_bytes()).decode().splitlines() if line.startswith("#")]

    assert [line.removeprefix("#").strip() for line in head] == license_text.splitlines()


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

    assert "The mill made no bread." in focus(text, question, keep=0.5)
    assert "The painted boats" in focus(text, question, keep=0.5)


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


def test_nearly_all_is_left_where_no_word_of_the_question_is_found() -> None:
    least, most = share_of_text(0.6, 1.0), share_of_text(0.6, 0.0)

    assert least == pytest.approx(0.3)
    assert most > 0.92
    assert share_of_text(0.6, 0.34) == pytest.approx(0.62, abs=0.02)  # near `keep` where it is as certain as usual


def test_all_and_nothing_are_meant_as_said() -> None:
    assert (share_of_text(0, 0.5), share_of_text(1, 0.5)) == (0, 1)


def test_it_is_certain_where_one_sentence_has_what_is_asked_and_uncertain_where_none_has() -> None:
    text = "The mill was built by Ada Holm. Cats sleep. Bread is baked here. Dogs bark at night. It rains."

    assert certainty(text, "Who built the mill?") > 0.55
    assert certainty(text, "Which architect designed the factory?") < 0.2
    assert certainty("The mill was built. The mill was built. The mill was built.", "Who built the mill?") < 0.2


@given(st.text(), st.text())
def test_certainty_is_a_share(text: str, query: str) -> None:
    assert 0 <= certainty(text, query) <= 1


def test_terms_are_the_same_whatever_the_order_of_words() -> None:
    assert QueryTerms.of("the mill of Ada") == QueryTerms.of("Ada of mill the")


@pytest.mark.parametrize(
    ("query", "expected"),
    [("How did the old keeper die?", "He died of a cold."), ("Whose cat ate fish?", "Two cats came.")],
)
def test_words_of_three_letters_are_found_in_their_forms(query: str, expected: str) -> None:
    terms = QueryTerms.of(query)
    found = terms.count_in(tokenize(expected))[0]

    assert found.keys() & terms.distinct()


@by_words_alone
def test_the_word_that_labels_all_documents_does_not_count_for_what_it_may_mean() -> None:
    texts = ("Fog rose over the mill.", "The wall of the mill is of stone.", "At the mill he passed away.")
    units = [unit for n, text in enumerate(texts, 1) for unit in split_sentences(f"Passage {n}: {text}\n\n")]
    scores = relevance(units, "How did he die at the mill?")

    assert units[scores.index(max(scores))] == texts[2]
