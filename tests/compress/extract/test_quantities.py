"""Which questions for a quantity one sentence answers, and which are answered by counting in all of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scrimp.compress import compress
from scrimp.compress.extract.quantities import unstated_quantity

TOWN = (
    "The town of Ellern has 14,300 inhabitants. A fire burned for three days in 1788 and destroyed 212 old wooden "
    "houses. The mill of Hartung had forty-two looms. About 40 % of the households own no car. The average age is "
    "37. Of the eleven churches two were saved, and the third church was sold. In 1861 trains came. The council has "
    "met in two inns."
)
GAMES = "Ek scored 2 goals in spring. Holm scored 3 goals in spring. Ek scored 1 goal in fall. Rain fell on 9 fans."


@pytest.mark.parametrize(
    "question",
    [
        "How many inhabitants has Ellern?",
        "how many houses did the fire destroy",
        "For how many days did the fire burn?",
        "How many looms had Hartung's mill?",
        "What share of the households has no car?",
        "What percentage of households owns a car?",
        "What is the average age?",
        "Of how many churches were two saved?",
    ],
)
def test_a_quantity_that_a_sentence_states_is_looked_up(question: str) -> None:
    assert unstated_quantity(question, [TOWN]) is None


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How many bridges has Ellern?", "How many"),  # no number before the word
        ("How many trains came?", "How many"),  # a year counts nothing, and here it stands far before it
        ("How many inns burned?", "How many"),  # a sentence that shares no other word says it of something else
        ("How many are there?", "How many"),
        ("What is the average income?", "average"),
    ],
)
def test_a_quantity_that_no_sentence_states_is_counted_in_all(question: str, words: str) -> None:
    assert unstated_quantity(question, [TOWN]) == words


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("In 1950 the bridges of Ellern were painted.", "How many bridges has Ellern?"),
        ("1950 wurden Boote gebaut. Seit 1960 die Boote von Rohr fuhren.", "Wie viele Boote hat Rohr?"),
        ("En 1950 les ponts de Rohr furent peints.", "Combien de ponts a Rohr ?"),
    ],
)
def test_a_year_before_an_article_counts_nothing(text: str, question: str) -> None:
    assert unstated_quantity(question, [text]) is not None


def test_what_several_sentences_state_alike_may_have_to_be_added_up() -> None:
    assert unstated_quantity("How many goals were scored in spring?", [GAMES]) == "How many"
    assert unstated_quantity("How many goals did Holm score in spring?", [GAMES]) is None


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Die Stadt hat 14.300 Einwohner. Es regnet.", "Wie viele Einwohner hat die Stadt?"),
        ("La tour a trois cents marches. Il pleut.", "Combien de marches a la tour ?"),
        ("La torre tiene 300 escalones. Llueve.", "\u00bfCu\u00e1ntos escalones tiene la torre?"),
    ],
)
def test_quantities_of_other_languages_are_stated_too(text: str, question: str) -> None:
    assert unstated_quantity(question, [text]) is None
    assert unstated_quantity(question, ["..."]) is not None


@pytest.mark.parametrize("label", ["1. {}", "[2] {}", "Passage 3: {}", "4) {}", "Section 5.2: {}"])
def test_the_number_of_a_label_counts_nothing(label: str) -> None:
    passages = "\n\n".join(label.format("Bridges of Ellern are old.") for _ in range(2))

    assert unstated_quantity("How many bridges has Ellern?", [passages]) == "How many"


def test_sentences_are_selected_for_a_quantity_that_is_stated_and_else_none_is_left_out() -> None:
    def note(question: str) -> str:
        return compress(f"<document>\n{TOWN} {TOWN.replace('Ellern', 'Rohr')}\n</document>\n\n{question}", "focus").note

    assert note("How many inhabitants has Ellern?") == ""
    assert note("How many bridges has Ellern?") == "the task needs every sentence of its documents: How many"


def test_many_quantities_at_once_are_not_looked_up() -> None:
    asked = " ".join(f"How many inhabitants has Ellern in {1900 + at}?" for at in range(9))

    assert unstated_quantity(asked, [TOWN]) == "How many"
    assert unstated_quantity(" ".join(["How many inhabitants has Ellern?"] * 9), [TOWN]) is None


@pytest.mark.parametrize("unit", ["1 a-a ", "average,", "2 a a a ", "1-", "average 3 "])
def test_long_runs_are_read_in_linear_time(unit: str) -> None:
    assert unstated_quantity("How many old mills are there, and on average?", [unit * 5_000]) is not None
    assert unstated_quantity("What is the average share of them?", [unit * 10_000]) is not None


def _asked(kind: str) -> Iterator[tuple[Any, str, bool]]:
    """Yield what is asked, what is left of the passages, and whether that is all of them.

    The questions were written before there was anything to tell them by.
    """
    for text in map(json.loads, Path(__file__).with_name("quantities.jsonl").read_text("utf-8").splitlines()):
        documents = "\n\n".join(f"Passage {at}: {passage}" for at, passage in enumerate(text["passages"], 1))
        for asked in text.get(kind, []):
            left = compress(f"{documents}\n\nQuestion: {asked if kind == 'counted' else asked[0]}", "focus")
            yield asked, left.text, left.note.startswith("the task needs every sentence")


def test_of_questions_whose_answer_is_stated_most_are_looked_up_and_all_answers_left() -> None:
    found = [(words[0] in left, whole) for (_, words), left, whole in _asked("stated")]

    assert all(kept for kept, _ in found)
    assert sum(not whole for _, whole in found) >= 0.85 * len(found)


def test_of_questions_that_need_every_sentence_nearly_all_have_them() -> None:
    assert [asked for asked, _, whole in _asked("counted") if not whole] == ["Who scored the most goals?"]


def test_of_sums_over_several_passages_no_part_is_lost() -> None:
    found = list(_asked("summed"))

    assert [(asked, left) for asked, left, _ in found if any(part not in left for part in asked[1])] == []
    assert sum(whole for _, _, whole in found) >= 0.85 * len(found)
