"""Paragraphs about what a question or its best sentence names are kept, though they share no word with the question."""

from __future__ import annotations

import pytest

from scrimp.compress.extract.focus import focus
from scrimp.compress.extract.sentences import split_sentences
from scrimp.compress.extract.subjects import Subjects

FILLER = (
    "The weekly market opens at dawn and closes at noon. Traders who live in town pay less for a stand. "
    "In what is left of the old hall a choir sings on the last Sunday of each month. It takes no fee."
)


def kept(question: str, *paragraphs: str, keep: float = 0.35) -> str:
    """Return what is left of paragraphs, with three beside them that are about other things."""
    return focus("\n\n".join([FILLER, paragraphs[0], FILLER, *paragraphs[1:], FILLER]), question, keep=keep)


@pytest.mark.parametrize(
    ("question", "names", "leads_to"),
    [
        (
            "Where was the designer of the Varn Bridge born?",
            "The Varn Bridge is made of iron. It was drawn up by Orla Finch and paid for by the guild.",
            "Orla Finch (1821 to 1877) came from a family of smiths in Tarbet. She never married.",
        ),
        (
            "What did the father of Aldith of Mere rule?",
            "Aldith of Mere was the only daughter of King Osric. She founded two convents.",
            "Osric (died about 690) held Wessex for ten years. Little is told of him.",
        ),
        (
            "Where is the firm that made Nightfall at home?",
            "Nightfall is a wooden coaster. It was made by Zorn & Co and opened in May.",
            "Zorn & Co GmbH is a Swiss firm. Its owners also run a zoo.",
        ),
    ],
)
def test_the_paragraph_about_what_the_best_sentence_names_is_kept(question: str, names: str, leads_to: str) -> None:
    assert leads_to.partition(". ")[0] in kept(question, names, leads_to)


@pytest.mark.parametrize(
    "question", ["Are Low Tide and For Real both from Ireland?", "which is older, low tide or for real?"]
)
def test_the_paragraphs_about_what_a_question_compares_are_kept(question: str) -> None:
    left = kept(
        question,
        "Low Tide is a trio formed by three cousins in Galway. They play at weddings.",
        "For Real are a duo. The two met in Ireland in older days and low spirits, when a tide of bands came for real.",
    )

    assert "Low Tide is a trio" in left
    assert "For Real are a duo" in left


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("The Bank of England was founded in 1694.", ("bank", "england")),
        ('"Sweet Thing" is a song.', ("sweet", "thing")),
        ("Looper is a film.", ("looper",)),
        ("Nürnberg ist eine Stadt.", ("nurnberg",)),
        ("Everybody went home.", ()),
        ("it was late.", ()),
        ("They were late.", ()),
        ("", ()),
    ],
)
def test_a_subject_is_the_name_that_a_paragraph_begins_with(sentence: str, words: tuple[str, ...]) -> None:
    assert Subjects([sentence], [[0]]).by_start.get(0, ()) == words


def test_a_word_of_a_name_leads_nowhere_nor_does_a_name_more_than_eight_times() -> None:
    units = split_sentences("American Music Awards are given. American Pie is a film. Bob is tall.")
    units += ["Bob is late."] * 20
    subjects = Subjects(units, [[at] for at in range(len(units))])

    assert [units[at] for at in subjects.leading_to("An American?", [])] == []
    assert len(subjects.leading_to("Who is Bob?", [])) == 8
