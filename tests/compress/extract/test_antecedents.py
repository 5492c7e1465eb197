"""Whom the best sentence means by "he", "the guard" or a part of a name is told by sentences that are kept with it."""

from __future__ import annotations

import pytest

from compress.extract.focusing import focus

FILLER = (
    "The weekly market opens at dawn and closes at noon. Traders who live in town pay less for a stand. "
    "In what is left of the old hall a choir sings on the last Sunday of each month. Rain is rare there in May. "
)
MEANT = [
    (
        "Who broke a leg?",
        "Ines Tarn climbed the tower at noon. {}Pau Quill ran after her with a lamp. He broke a leg on the stairs. {}",
        "Pau Quill ran after her",
    ),
    (
        "Whose bicycle stood at the harbor?",
        "Ines paid a guard named Orsini, who liked bread. {}Nobody spoke. The guard's bicycle stood at the harbor. {}",
        "a guard named Orsini",
    ),
    (
        "Which man was put in irons?",
        "The troops came with Captain Montalvo in May. {}Then the captain sold flour and was put in irons. {}",
        "Captain Montalvo",
    ),
    (
        "Who lost an ear?",
        "In May Battista Doria, a renegade engineer, began to dig. {}Ten men drowned, and the engineer lost an ear. {}",
        "Battista Doria",
    ),
    (
        "Who lost an ear?",
        "In May Battista Doria, a renegade engineer, began. {}The engineer slept. {}Then the engineer lost an ear. ",
        "Battista Doria",
    ),
    (
        "Wer verlor ein Ohr?",
        "Im Mai kam Battista Doria, ein Ingenieur, nach Varn. {}Niemand sprach. Dort verlor der Ingenieur ein Ohr. {}",
        "Battista Doria",
    ),
    (
        "What is the full name of the person who sold the mill?",
        "Orla Finch came to Tarbet in spring. {}At the mill nobody knew her. {}In the end Orla sold the mill. ",
        "Orla Finch",
    ),
    (
        "Wer brach sich ein Bein?",
        "Ines Tarn stieg mittags auf den Turm. {}Pau Quill lief ihr nach. Er brach sich auf der Treppe ein Bein. {}",
        "Pau Quill lief ihr nach",
    ),
    (
        "Qui s'est cass\u00e9 la jambe ?",
        "Ines Tarn monta sur la tour. {}Pau Quill la suivit avec une lampe. Il s'est cass\u00e9 la jambe en bas. {}",
        "Pau Quill la suivit",
    ),
]


@pytest.mark.parametrize(("question", "text", "names"), MEANT)
def test_whom_the_best_sentence_means_is_named_by_what_is_kept(question: str, text: str, names: str) -> None:
    assert names in focus(text.format(FILLER, FILLER), question, keep=0.3)


def test_a_question_for_a_time_needs_no_names_of_those_who_are_meant() -> None:
    text = f"Pau Quill ran after her with a lamp. He broke a leg on the stairs in 1904. {FILLER}{FILLER}"

    assert "Pau Quill" not in focus(text, "When was a leg broken on the stairs?", keep=0.2)
