from __future__ import annotations

import re
from collections.abc import Callable
from textwrap import fill

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compress.extract.focusing import focus
from scrimp.compress.compressor import compress
from scrimp.compress.extract.focus import Piece, share_of_text
from scrimp.compress.extract.focus import focus as focus_together
from scrimp.compress.selection import WHOLE

CATS = "The cats of Varn sleep all day in the warm sun. They wake up at night and hunt for mice. Nobody feeds them."
TOWER = "The tower of Varn was rebuilt by Anna Meier. The tower of Varn has four clocks. It may be climbed."
BREAD = "Bread is made of flour and water and salt. It is baked for an hour at least. It is sold at noon."
QUESTION = "Question: Who rebuilt the tower of Varn?"

sentences = st.lists(st.sampled_from(["The tower is high. ", "Cats sleep. ", "[2] ", "Bob: ", "\n", "\n\n"])).map(
    "".join
)
pieces = st.lists(st.builds(Piece, sentences, st.booleans(), st.just("")), min_size=1, max_size=6)


def test_sentences_of_all_documents_compete_whatever_stands_between_them() -> None:
    documents = "\n\nand\n\n".join(f"<doc>{text}</doc>" for text in (CATS, TOWER, BREAD))
    text = f"{documents}\n\n{QUESTION}"

    kept = compress(text, "focus", keep=0.4).text

    assert "The tower of Varn was rebuilt by Anna Meier." in kept
    assert "cats" not in kept
    assert "Bread" not in kept


def test_code_after_the_last_document_keeps_the_heading_it_stands_under() -> None:
    code = "```py\nmice = 3\n```"
    text = f"{QUESTION}\n\nPassage 1: {TOWER}\n\nPassage 2: {CATS}\n\n## The number of mice\n\n{code}\n"

    kept = compress(text, "focus", keep=0.4).text

    assert kept.endswith(f"## The number of mice\n\n{code}\n")
    assert "cats" not in kept


ANSWER = '{\n  "state": "failed",\n  "code": 17,\n  "payer": {\n    "name": "Carl Voss",\n    "city": "Ulm"\n  }\n}'


@pytest.mark.parametrize(
    "lines",
    [
        f"The clock service says: {ANSWER}",
        f"clocks =\n{ANSWER}",
        ANSWER[:-8],
        ANSWER.replace(',\n  "payer"', ',  // who paid\n  "payer"'),
        "\n".join(f"{at}  {line}" for at, line in enumerate(ANSWER.split("\n"), 1)),
        "{'state': 'failed',\n 'code': 17,\n 'payer': 'Carl Voss'}",
        " id | payer | year\n----+-------+------\n  1 | Voss  | 1930\n  2 | Meier | 1950",
        "1930 1931 1935 1940\n1950 1951 1955 1960\n1970 1971 1975 1980",
    ],
)
@pytest.mark.parametrize("question", ["Who is the payer?", "Who rebuilt the tower of Varn?", "What has the code 17?"])
def test_lines_that_are_no_sentences_are_not_selected_from(lines: str, question: str) -> None:
    text = f"Passage 1: {TOWER}\n\nPassage 2: {CATS}\n\n{lines}\n\nPassage 3: {BREAD}\n\nQuestion: {question}"

    assert lines in compress(text, "focus", keep=0.4).text


def test_code_between_sentences_keeps_the_label_it_stands_under() -> None:
    code = "```py\nmice = 3\n```"
    text = f"Passage 1: {TOWER}\n\nPassage 2: {CATS}\n\n{code}\n\nPassage 3: {BREAD}\n\n{QUESTION}"

    kept = compress(text, "focus", keep=0.4).text

    assert f"Passage 2: \n\n{code}" in kept
    assert "cats" not in kept
    assert "Passage 3" not in kept


def test_no_line_of_a_document_that_is_full_of_signs_is_left_out() -> None:
    points = "".join(
        f'<wpt lat="{n}.5" lon="8.{n}">\n  <desc>The tower of town {n}</desc>\n</wpt>\n' for n in range(20)
    )
    text = f"<document>\n{points}</document>\n\n<document>\n{CATS} {TOWER}\n</document>\n\n{QUESTION}"

    kept = compress(text, "focus", keep=0.4).text

    assert points in kept
    assert "Anna Meier" in kept


def test_a_story_in_which_people_talk_is_selected_from() -> None:
    talk = "\n".join(f'"Why {word}?" she said. "No," said he. "Yes?" "So {word}," she said.' for word in CATS.split())

    kept = compress(f"<document>\n{talk}\n{TOWER}\n</document>\n\n{QUESTION}", "focus", keep=0.4).text

    assert "Anna Meier" in kept
    assert "Why long?" not in kept


def test_a_chat_with_a_time_before_each_line_is_selected_from() -> None:
    lines = [
        "Anna: the parcel left on Monday", "Ben: which carrier?", "Anna: it is in Lyon now", "Ben: I will call them",
        "Clara: I am back from lunch", "Anna: the new blender cost 89 euros", "Clara: fair price", "Ben: see you then",
    ]  # fmt: skip
    chat = "".join(f"10:{minute:02} {line}\n" for minute, line in enumerate(lines))
    text = f"<doc>\n{chat}</doc>\n\nQuestion: What did the new blender cost?"

    kept = compress(text, "focus", keep=0.4).text

    assert "10:05 Anna: the new blender cost 89 euros" in kept
    assert "lunch" not in kept


def test_the_note_of_a_repeated_passage_does_not_take_the_place_of_what_it_stands_for() -> None:
    hall = f"{TOWER} {TOWER.replace('Varn', 'Orsk')}"
    kept = compress(f"Passage 1: {hall}\n\nPassage 2: {CATS}\n\nPassage 3: {hall}\n\n{QUESTION}", "focus", keep=0.2)

    assert "repeated passages" in kept.rules
    assert "The tower of Varn was rebuilt by Anna Meier." in kept.text
    assert "Passage 3" not in kept.text


@given(pieces, st.floats(0, 1))
def test_what_is_no_document_stays_and_does_not_count(found: list[Piece], keep: float) -> None:
    left = focus_together(found, "Is the tower high?", keep=keep)
    documents = [text for piece, text in zip(found, left, strict=True) if piece.is_document]

    assert all(piece.is_document or text == piece.text for piece, text in zip(found, left, strict=True))
    whole = sum(len(piece.text) for piece in found if piece.is_document)
    least = focus_together(found, "Is the tower high?", keep=0)
    assert sum(map(len, documents)) <= share_of_text(keep, 0.0) * whole or left == least


@given(sentences, st.floats(0, 1))
def test_a_document_alone_is_selected_from_as_if_nothing_were_before_it(text: str, keep: float) -> None:
    beside = [Piece("x = 1\n", False), Piece(text, True)]

    assert focus_together(beside, "high tower", keep=keep)[1] == focus(text, "high tower", keep=keep)


def test_pieces_of_a_few_characters_by_the_hundred_thousand_are_no_sentences() -> None:
    for pieces in ("[\n" * 150_000, "Who? " * 80_000, "|\n" * 150_000):
        text = f"<context>\n{pieces}</context>\n\n{QUESTION}"

        assert compress(text, "focus").text == text


@pytest.mark.parametrize(
    "document",
    [
        "let a = {b; c}; (d) => e[f] | g;; h::i @j #k $l %m ^n &o *p\nAnna built x = y.\n" * 8,
        "Anna built it.\n" * 19_000,
    ],
    ids=["signs", "lines"],
)
def test_a_note_says_why_documents_stay_whole(document: str) -> None:
    text = f"<document>\n{document}</document>\n\nWho built x?"
    compressed = compress(text, "focus")

    assert (compressed.text, compressed.note) == (text, WHOLE)
    assert compress(f"<document>\n{TOWER}\n</document>\n\nWho built x?", "focus").note == ""


WARRANTY = (
    "This software is provided as it is, and all warranties are disclaimed. In no event shall the foundation or the "
    "contributors be liable for any direct, indirect or incidental damages, however they were caused. Never use the "
    "name of the foundation or of its contributors to endorse products that are derived from it. A copy of the license "
    "is kept at the town hall of Varn, where the clerk shows it on Fridays. The tower of Varn was built in 1911."
)


@pytest.mark.parametrize("width", range(52, 100, 4))
@pytest.mark.parametrize("indent", ["", " ", "       "])
@pytest.mark.parametrize("style", [str, str.upper])
@pytest.mark.parametrize("keep", [0.2, 0.4, 0.6])
def test_sentences_of_wrapped_lines_stay_or_go_as_a_whole_rules_among_them_too(
    width: int, indent: str, style: Callable[[str], str], keep: float
) -> None:
    said = re.split(r"(?<=[.]) ", style(WARRANTY))
    document = fill(" ".join(said), width, initial_indent=indent, subsequent_indent=indent)

    left = compress(f"<document>\n{document}\n</document>\n\nWhen was the tower built?", "focus", keep=keep).text

    kept = " ".join(left[left.index(">") + 1 : left.index("</document>")].split())
    assert kept == " ".join(one for one in said if one in kept)
    assert said[-1] in kept
