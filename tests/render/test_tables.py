from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.render.tables import (
    display_width,
    folded_table,
    format_table,
    has_own_lines,
    truncate_middle,
    with_points_aligned,
    wrap,
)

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


def test_a_text_that_does_not_fit_goes_on_in_the_next_line_of_its_cell() -> None:
    rows = [("one two three", "10"), ("averyverylongword", "2"), ("x", "3")]

    assert folded_table(("name", "n"), rows, "lr", 14) == [
        "name         n", "one two     10", "three", "averyveryl   2", "ongword", "x            3",
    ]  # fmt: skip


def test_names_without_room_beside_the_numbers_have_lines_of_their_own() -> None:
    rows = [("a policy of many words", "100.0 %", "5"), ("another", "99.0 %", "10")]

    assert folded_table(("policy", "kept", "n"), rows, "lrr", 20) == [
        "policy", "     kept   n", "a policy of many", "words", "  100.0 %   5", "another", "   99.0 %  10",
    ]  # fmt: skip
    assert not has_own_lines(("policy", "kept", "n"), rows, "lrr", 80)


cells = st.text(st.characters(exclude_categories=["Zs"]).filter(str.isprintable) | st.just(" "), max_size=30)


@given(st.lists(st.tuples(cells, cells, st.sampled_from(["1", "1,000", "100.0 % (99.1 to 100.0)"])), max_size=5),
       st.integers(20, 100))  # fmt: skip
def test_nothing_of_a_folded_table_is_lost_or_too_wide(rows: list[tuple[str, str, str]], width: int) -> None:
    lines = folded_table(("a", "b", "n"), rows, "llr", width)

    widest_number = max(len(row[2]) for row in (("", "", "n"), *rows))
    assert all(display_width(line) <= max(width, widest_number + 26) for line in lines)
    printed = sorted("".join("".join(lines).split()))
    assert printed == sorted("".join("".join("".join(row).split()) for row in (("a", "b", "n"), *rows)))


@given(words, st.integers(0, 40))
def test_a_shortened_text_fits(text: str, width: int) -> None:
    assert display_width(truncate_middle(text, width)) <= width
    assert display_width(text) > width or truncate_middle(text, width) == text


@pytest.mark.parametrize("width", [10, 20, 60])
def test_sentences_are_wrapped_at_words(width: int) -> None:
    lines = wrap("one two three four averyveryverylongword five", width)

    assert all(display_width(line) <= width for line in lines)
    assert " ".join(lines).startswith("one two three four")


def test_the_decimal_points_of_a_column_are_below_each_other() -> None:
    rows = [("a", "$0.000105", "7"), ("b", "$12", "1,200"), ("c", "unknown", ""), ("d", "$0.0000117+", "3")]

    _, *lines = format_table(("model", "cost", "calls"), with_points_aligned(rows, "lrr"), "lrr", 80)
    assert len({line.index(".") for line in lines if "." in line}) == 1
    assert lines[1].index("$12") + len("$12") == lines[0].index(".")
    assert [len(line) for line in (lines[0], lines[1], lines[3])] == [len(lines[1])] * 3
    assert lines[2].endswith("  unknown")
