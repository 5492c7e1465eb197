from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.compress import compress
from scrimp.compress.zones.protected_spans import fences, keep_spans

pieces = st.lists(
    st.sampled_from(
        ["word ", "`", "```", "~~~", "````", "\n", "\n\n", " ", "<scrimp:keep>", "</scrimp:keep>", "\ufeff", "x"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@given(pieces)
def test_fences_and_kept_text_are_in_order_inside_the_text_and_do_not_overlap(text: str) -> None:
    for found in (fences(text), keep_spans(text)):
        done = 0
        for span in found:
            assert done <= span.start < span.end <= len(text)
            done = span.end


def test_a_fence_says_what_it_is_marked_with() -> None:
    (fence,) = fences("a\n~~~ {.python}\nx\n~~~\nb")

    assert (fence.info, fence.start, fence.end) == ("python", 2, 21)


def test_a_fence_may_begin_a_file_that_begins_with_a_mark_of_byte_order() -> None:
    (first, second) = fences("\ufeff```py\nx\n```\n\n \t~~~\ny\n~~~")

    assert (first.start, first.body_start, first.body_end, first.end) == (0, 7, 9, 12)
    assert (second.start, second.body_start, second.body_end, second.end) == (14, 20, 22, 25)
    assert fences("x\n\ufeff```\n") == []


def test_a_fence_that_words_open_begins_after_them() -> None:
    (fence,) = fences("Answer like this: ```json\n[1]\n```\nBye")

    assert (fence.info, fence.start, fence.body_start, fence.body_end, fence.end) == ("json", 18, 26, 30, 33)


def test_marks_that_words_speak_of_open_nothing_where_the_others_pair() -> None:
    for words in ("Begin with ```", "Use ``` and ~~~", "Write ```x``` or ```", "About ~~~ 5 of them"):
        (fence,) = fences(f"{words}\n\n```py\nx\n```\nBye")

        assert fence.info == "py"


def test_of_fences_that_words_open_and_others_all_are_found() -> None:
    text = "So: ```json\n1\n```\nand\n```py\n2\n```\nor: ~~~\n3\n~~~\nor not closed: ```\n4"

    assert [text[fence.body_start : fence.body_end].strip() for fence in fences(text)] == ["1", "2", "3", "4"]


@pytest.mark.parametrize("mark", ["```", "```json", "~~~", "````markdown"])
@pytest.mark.parametrize("inner", ["{}", "# config\n\n{}", "Name: x\n\n{}\n\nThat is all.", "<config>\n{}\n</config>"])
@pytest.mark.parametrize("level", ["lossless", "dense"])
def test_json_in_a_fence_that_words_open_keeps_every_byte(mark: str, inner: str, level: str) -> None:
    form = inner.replace("{}", '{\n  "name": "x",\n  "tags": [ 1, 2, 3 ]\n}')
    text = f"Be brief.\n\nAnswer in this form: {mark}\n{form}\n{mark[:4].rstrip('jm')}\n\nWho is it?"

    assert compress(text, level).text == text


@pytest.mark.parametrize("times", [1, 2, 3, 4])
@pytest.mark.parametrize(
    "words", ["Answer like this: ", "- ", "Like `x`: ", "As ``x`y``: ", "Some ~5 rows: ", "~~x~~ y: ", "\u8f93\uff1a"]
)
def test_every_fence_is_found_where_words_open_all(words: str, times: int) -> None:
    for mark in ("```", "```json", "~~~", "~~~ yaml"):
        text = f"{words}{mark}\na\n\nb\n{mark[:3]}\n" * times

        assert [text[fence.body_start : fence.body_end].strip() for fence in fences(text)] == ["a\n\nb"] * times


def test_a_mark_in_the_middle_of_code_opens_nothing() -> None:
    text = "Begin with ```\n\n```\nprint('Use ```')\n```\n\nand end with ```"

    assert [text[fence.body_start : fence.body_end].strip() for fence in fences(text)] == ["print('Use ```')"]


@pytest.mark.parametrize("level", ["lossless", "dense"])
def test_json_in_two_fences_that_words_open_keeps_every_byte(level: str) -> None:
    form = 'Name: x\n\n{\n  "name": "x",\n  "tags": [ 1, 2, 3 ],\n  "size": "long enough"\n}\n\nThat is all.'
    text = f"An input: ```\n{form}\n```\nIts output: ```\n{form}\n```\n\nWho is it?"

    assert compress(text, level).text == text
