from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scrimp.compress import compress
from scrimp.errors import UsageError

lines = st.lists(
    st.sampled_from(
        ["", " ", "word", "  indented \t", "```", "```python", "~~~", "a  b", "\t", "x = 1  ", "\r", "é ", "- [ ] "]
    ),
    max_size=30,
).map("\n".join)
texts = st.one_of(st.text(), lines, lines.map(lambda text: text.replace("\n", "\r\n")))


def fenced(text: str) -> list[str]:
    return re.findall(r"^```[^\n]*\n.*?^```", text, re.MULTILINE | re.DOTALL)


@given(texts)
def test_off_is_byte_exact(text: str) -> None:
    assert compress(text, "off").text == text


@given(texts)
@example("a\n```\nb  \n\n\n\n\nc\n```\n\n\n\n\nd  ")
def test_lossless_never_makes_a_text_longer_and_is_done_after_once(text: str) -> None:
    once = compress(text, "lossless").text

    assert len(once) <= len(text)
    assert compress(once, "lossless").text == once


@given(texts)
def test_lossless_keeps_every_visible_character_in_order(text: str) -> None:
    assert compress(text, "lossless").text.split() == text.split()


@given(lines)
def test_fenced_code_stays_as_it_was_byte_for_byte(text: str) -> None:
    code = "```python\ndef f():  \n\n\n\n\n    return 1\t\r\n```"
    whole = f"{text.replace('`', '').replace('~', '')}\n{code}\nafter  "

    assert code in compress(whole, "lossless").text


def test_the_receipt_names_what_was_done() -> None:
    assert compress("a  \r\nb\n\n\n\n\nc\n", "lossless").rules == (
        "line ends",
        "trailing space",
        "blank lines",
        "margins",
    )


def test_indentation_of_the_first_line_is_kept() -> None:
    assert compress("\n\n    - item\n    - item", "lossless").text == "    - item\n    - item"


def test_two_blank_lines_between_definitions_stay() -> None:
    text = "def a(): ...\n\n\ndef b(): ..."

    assert compress(text, "lossless").text == text


def test_an_unknown_level_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="off, lossless"):
        compress("x", "harder")


def test_a_long_run_of_spaces_is_no_trap() -> None:
    # Quadratic matching would take minutes here; the suite's own time limit would tell.
    text = " " * 200_000 + "x"

    assert compress(text, "lossless").text == text
