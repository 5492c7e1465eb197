# ruff: noqa: RUF001 - letters of many scripts are meant as they are
from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scrimp.compress.extract.sentences import is_break, split_sentences
from scrimp.compress.instructions.labels import label_rank, numbered_at

any_text = st.text(st.characters(exclude_categories=()))
scraps = st.lists(
    st.sampled_from(
        [
            *(
                "A word. ",
                "No end ",
                "\n",
                "\n\n",
                "\r\n",
                "  ",
                "Passage 3: ",
                "[2] ",
                "Title: x",
                "Dr. ",
                "1. ",
                "- item",
            ),
            *("« ", '"', "今天。", "ไทย ", "हाँ। ", "\ud800", "\0", "<doc>", "</doc>", "# H\n", "e.g. this", "a" * 90),
        ]
    ),
    max_size=60,
).map("".join)


@given(any_text | scraps)
@example("\n" * 5 + "a\n\n\n\n\nb" + "\n" * 4)
@example("  1. one\n  2. two\n" * 30)
@example("x" * 9000)
@example("« " * 9000)
def test_the_units_joined_are_the_text(text: str) -> None:
    assert "".join(split_sentences(text)) == text


@given(any_text | scraps)
def test_no_unit_is_empty(text: str) -> None:
    assert all(split_sentences(text))


def test_a_sentence_ends_at_its_full_stop_with_the_space_behind_it() -> None:
    assert split_sentences("Dr. Smith paid $3.50. He left! Why?") == ["Dr. Smith paid $3.50. ", "He left! ", "Why?"]


@pytest.mark.parametrize(
    "sentence",
    [
        "Am 3. Mai kam er.",
        "Die bzw. der.",
        "Это А. С. Пушкин.",
        'He said "No. never." and left.',
        "It costs 1.5 e.g. here.",
    ],
)
def test_initials_ordinals_and_abbreviations_end_no_sentence(sentence: str) -> None:
    assert split_sentences(sentence + " " + sentence) == [sentence + " ", sentence]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("今天天气很好。我们去公园吧！你来吗？", ["今天天气很好。", "我们去公园吧！", "你来吗？"]),
        ("これはペンです。あれは本です。", ["これはペンです。", "あれは本です。"]),
        ("यह एक है। यह दो है।", ["यह एक है। ", "यह दो है।"]),
        ("ما هذا؟ هذا كتاب.", ["ما هذا؟ ", "هذا كتاب."]),
        ("Τι είναι; Αυτό είναι.", ["Τι είναι; ", "Αυτό είναι."]),
    ],
)
def test_every_script_has_its_own_full_stop(text: str, expected: list[str]) -> None:
    assert split_sentences(text) == expected


def test_thai_is_cut_at_spaces_between_clauses() -> None:
    clauses = ["ประเทศไทยเป็นประเทศที่ตั้งอยู่ในเอเชียตะวันออกเฉียงใต้มีเมืองหลวงคือกรุงเทพมหานคร "] * 3

    assert split_sentences("".join(clauses)) == clauses


def test_a_line_that_an_editor_broke_is_one_sentence() -> None:
    wrapped = "This sentence is longer than a line of the editor and\ngoes on below."

    assert split_sentences(wrapped + " Next.") == [wrapped + " ", "Next."]


def test_lines_of_a_list_stay_apart() -> None:
    items = [f"- an item that is long enough to look like prose, number {n}" for n in range(3)]

    assert split_sentences("\n".join(items)) == [items[0], "\n", items[1], "\n", items[2]]


def test_records_without_full_stops_are_not_one_sentence() -> None:
    lines = [f"alpha,beta,gamma,delta,epsilon,zeta,eta,theta,{n}" for n in range(50)]

    assert [unit for unit in split_sentences("\n".join(lines)) if not is_break(unit)] == lines


@pytest.mark.parametrize(
    "label", ["Passage 3: ", "Document [1]: ", "[2] ", "Document 4 (Title: Rome): ", "文档1：", "Alice: "]
)
def test_a_label_is_a_unit_of_its_own(label: str) -> None:
    units = split_sentences(f"{label}One is here. Two is there.")

    assert units == [label, "One is here. ", "Two is there."]
    assert label_rank(label) is not None


@pytest.mark.parametrize(
    "line", ["Title: The fall of Rome", "## Results", '<document index="1">', "Source: https://a.b/c"]
)
def test_a_line_about_the_text_is_a_label(line: str) -> None:
    assert split_sentences(f"{line}\nText. More.") == [line, "\n", "Text. ", "More."]
    assert label_rank(line) is not None


@pytest.mark.parametrize("label", ["Passage 3", "[3]", "(3)", "[Doc 3]", "Source 3 (score 0.8)"])
def test_blanks_at_the_end_of_a_line_do_not_tell_whether_it_is_a_label(label: str) -> None:
    assert [label_rank(f"{label}{blanks}") for blanks in ("", " ", "  ", "\t")] == [label_rank(label)] * 4


@pytest.mark.parametrize("start", ["(", "[", "(no.", "Passage", "Big passage", "Passage [3](", "Passage no. 3"])
def test_any_number_of_blanks_in_a_line_is_read_once(start: str) -> None:
    numbered_at(f"{start}{' ' * 200_000}x")  # took minutes, by the square of them


@pytest.mark.parametrize(
    "words", ["There are three kinds: one, two.", "He said that 3: no.", "A sentence.", "", "12:30"]
)
def test_words_with_a_colon_are_no_label(words: str) -> None:
    assert label_rank(words) is None


def test_a_short_line_that_ends_with_a_comma_goes_on_in_the_next_which_begins_small() -> None:
    text = "If the pump is stuck,\nclose the valve first. Then call Ann.\nAnn,\nBob\n"

    assert split_sentences(text) == [
        "If the pump is stuck,\nclose the valve first. ", "Then call Ann.", "\n", "Ann,", "\n", "Bob", "\n",
    ]  # fmt: skip


@pytest.mark.parametrize("image", ["![Map of the mill](map.png)", "See ![the weir](./img/weir.jpg) here."])
def test_an_image_of_markdown_is_not_cut_after_its_sign(image: str) -> None:
    assert split_sentences(f"{image}\n") == [image, "\n"]
