"""Paragraphs about what a question or its best sentence names are kept, though they share no word with the question."""

from __future__ import annotations

import pytest

from compress.extract.focusing import focus
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
        (
            "Where did the founder of the Mere Press study?",
            "The Mere Press prints maps. Its founder was Rob Quill.",
            'Robert Alan "Ink" Quill (1880 to 1951) read law in Leiden. He never practised.',
        ),
    ],
)
def test_the_paragraph_about_what_the_best_sentence_names_is_kept(question: str, names: str, leads_to: str) -> None:
    assert leads_to.partition(". ")[0] in kept(question, names, leads_to)


def test_what_names_the_subject_of_the_best_sentence_is_kept_with_the_beginning_of_its_paragraph() -> None:
    left = kept(
        "With whom does the keeper of the Varn Light have a child?",
        "Orla Finch is a painter. She was the keeper of the Varn Light for a year.",
        "Ines Tarn came to the coast in spring. She is the daughter of Pau Tarn and Orla Finch. She sings.",
    )

    assert "Ines Tarn came" in left
    assert "daughter of Pau Tarn and Orla Finch" in left
    assert "She sings" not in left


def test_a_sentence_says_what_it_says_of_the_name_that_its_paragraph_begins_with() -> None:
    left = kept(
        "When was the Varn Bridge shut?",
        "The Ilm Bridge is an old one. Its deck is of oak. It was shut in 1871.",
        "The Varn Bridge is made of iron. Its deck is of oak. It was shut in 1904.",
        keep=0.2,
    )

    assert "1904" in left
    assert "1871" not in left


@pytest.mark.parametrize(
    ("named", "subject", "leads"),
    [
        ("Ed Wood", "Edward Davis Wood Jr. was a director.", True),
        ("Terry Finch", 'Terrence "Uncle Terry" Finch (born 1965) is a painter.', True),
        ("Rudy Mann", "Rudolph William Louis Mann is a lawyer.", True),
        ("Ann Wood", "Edward Davis Wood Jr. was a director.", False),
        ("Ed Woods", "Edward Davis Wood Jr. was a director.", False),
    ],
)
def test_a_short_form_of_a_name_leads_to_the_long_one(named: str, subject: str, leads: bool) -> None:
    assert Subjects([subject], [[0]]).leading_to(f"Who is {named}?", []) == [0] * leads


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
