from __future__ import annotations

import pytest

from scrimp.compress import compress

HOTEL = (
    "The hotel was opened in 1902 by Ida Roth. It has ninety rooms. Breakfast is served from seven. The pool was built"
    " in 1950 by an engineer from Bern. The garden is open to all. Dogs may sleep in the hall."
)
MILL = (
    "The mill stands by the river. It was bought by Ben Kern in 1877. Its wheel was made of oak. The grain came by"
    " boat. Bread was sold on Mondays. The roof burnt down in 1911."
)
SHIP = (
    "The ship left Kiel in May. Her master was Ola Lind. She carried salt and wool. The voyage took nine weeks. Two men"
    " fell ill on the way. She was sold in Porto in 1790."
)


@pytest.mark.parametrize(
    "frame",
    [
        (
            "Example 1:\nContext: {0}\nQuestion: Who opened it?\nAnswer: Ida Roth\n\nExample 2:\nContext: {1}\n"
            "Question: Who bought it?\nAnswer: Ben Kern\n\nContext: {2}\nQuestion: Who was her master?\nAnswer:"
        ),
        (
            "# Examples\n\nContext: {0}\nWho opened it? Ida Roth\n\nContext: {1}\nWho bought it? Ben Kern\n\n# Now\n\n"
            "Context: {2}\n\nWho was her master?"
        ),
        (
            "<examples>\n<context>{0}</context>\nIda Roth\n<context>{1}</context>\nBen Kern\n</examples>\n"
            "<context>{2}</context>\n\nWho was her master?"
        ),
        (
            "Passage: {0}\nQ: Who opened it?\nA: Ida Roth\n\nPassage: {1}\nQ: Who bought it?\nA: Ben Kern\n\n"
            "Passage: {2}\nQ: Who was her master?\nA:"
        ),
    ],
)
@pytest.mark.parametrize("level", ["tidy", "focus", "dense"])
def test_documents_of_examples_keep_every_byte(frame: str, level: str) -> None:
    left = compress(frame.format(HOTEL, MILL, SHIP), level, keep=0.4).text

    assert HOTEL in left
    assert MILL in left
    assert "Ola Lind" in left


def test_earlier_turns_of_a_talk_do_not_make_its_documents_examples() -> None:
    prompt = (
        f"Context: {SHIP} {MILL} {HOTEL}\n\nQuestion: Who bought the mill?\nAnswer: Ben Kern\n\n"
        "Question: Who was the master of the ship?\nAnswer:"
    )
    left = compress(prompt, "focus", keep=0.4).text

    assert "Ola Lind" in left
    assert len(left) < len(prompt)


@pytest.mark.parametrize(
    "prompt",
    [
        "Write a question for the article.\nArticle: {0} {1}\nQuestion: Who opened the hotel?\nAnswer:\nIda Roth",
        '[Question]: Who opened the hotel?\n[Context]: {0} {1}\n[Output]:\n{{\n    "Choice": "A"\n}}\n',
        "Information: Who opened the hotel?\nContext: {0} {1}\nAnswer: Ida Roth",
    ],
)
@pytest.mark.parametrize("level", ["tidy", "focus", "dense"])
def test_a_prompt_that_ends_with_its_answer_is_an_example_as_a_whole(prompt: str, level: str) -> None:
    text = prompt.format(HOTEL, MILL)

    assert compress(text, level, keep=0.4).text == text


def test_how_to_answer_does_not_make_an_example_of_a_prompt() -> None:
    text = f"Context: {HOTEL} {MILL}\n\nQuestion: Who opened the hotel?\nAnswer: in one word"

    assert len(compress(text, "focus", keep=0.4).text) < len(text)
