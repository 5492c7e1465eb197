from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.render.tables import display_width, format_table, truncate_middle, wrap

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def test_columns_are_aligned() -> None:
    assert format_table(("model", "calls"), [("a", "1"), ("bcd", "1,000")], "lr", 80) == [
        "model  calls",
        "a          1",
        "bcd    1,000",
    ]


def test_a_chinese_character_takes_two_columns_and_an_accent_none() -> None:
    assert [display_width(text) for text in ("中文", "e\u0301", "abc")] == [4, 1, 3]
    assert format_table(("x", "n"), [("中文", "1"), ("e\u0301bcd", "2")], "lr", 80)[1:] == ["中文  1", "e\u0301bcd  2"]


def test_the_widest_text_gives_way_in_its_middle_and_numbers_never() -> None:
    lines = format_table(("model", "what", "cost"), [("a-very-long-name-of-a-model", "short", "$1,234.50")], "llr", 32)

    assert lines == ["model           what        cost", "a-very-…-model  short  $1,234.50"]
    assert max(map(display_width, lines)) <= 32


def test_a_line_end_in_a_cell_does_not_break_the_table() -> None:
    assert len(format_table(("x",), [("a\nb\x1b",)], "l", 80)) == 2


@given(st.lists(st.tuples(words, words), max_size=5), st.integers(30, 100))
def test_a_table_of_texts_is_never_too_wide(rows: list[tuple[str, str]], width: int) -> None:
    assert all(display_width(line) <= width for line in format_table(("a", "b"), rows, "ll", width))


@given(words, st.integers(0, 40))
def test_a_shortened_text_fits(text: str, width: int) -> None:
    assert display_width(truncate_middle(text, width)) <= width
    assert display_width(text) > width or truncate_middle(text, width) == text


@pytest.mark.parametrize("width", [10, 20, 60])
def test_sentences_are_wrapped_at_words(width: int) -> None:
    lines = wrap("one two three four averyveryverylongword five", width)

    assert all(display_width(line) <= width for line in lines)
    assert " ".join(lines).startswith("one two three four")
