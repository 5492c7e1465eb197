from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scrimp.compress.checks.unfolded import unfold_lines
from scrimp.compress.output.repeated_lines import fold_repeated_lines

lines = st.lists(
    st.sampled_from(["", " ", "a line of some length here", "b", "```", "~~~", "    indented code, long enough",
                     "=" * 40, "-" * 9, "the other line, which is long \r"])
    .flatmap(lambda line: st.integers(1, 9).map(lambda count: "\n".join([line] * count))),
    max_size=12,
).map("\n".join)  # fmt: skip
texts = st.one_of(st.text(st.characters()), lines)


@given(texts)
def test_folded_lines_unfold_to_the_same_bytes(text: str) -> None:
    after = fold_repeated_lines(text)

    assert after == text or unfold_lines(after) == text


@given(texts)
def test_folding_never_makes_a_text_longer_or_changes_it_twice(text: str) -> None:
    once = fold_repeated_lines(text)

    assert len(once) <= len(text)
    assert fold_repeated_lines(once) == once


def test_equal_lines_become_one_and_a_count() -> None:
    text = "start\n" + "connection lost, retrying\n" * 42 + "end"

    assert fold_repeated_lines(text) == "start\nconnection lost, retrying\n[the line above 41 more times]\nend"


def test_a_line_that_comes_twice_stays_as_it_is() -> None:
    text = "Row, row, row your boat\nRow, row, row your boat\nGently down the stream"

    assert fold_repeated_lines(text) == text


def test_a_marker_longer_than_what_it_stands_for_is_not_written() -> None:
    assert fold_repeated_lines("ab\nab\nab\nab") == "ab\nab\nab\nab"


def test_a_text_that_holds_a_marker_already_is_left_alone() -> None:
    text = "[the line above 3 more times]\n" + "a long line of words\n" * 9

    assert fold_repeated_lines(text) == text


def test_code_in_fences_is_not_folded() -> None:
    text = "```\n" + "print(1, 2, 3, 4, 5)\n" * 9 + "```"

    assert fold_repeated_lines(text) == text


def test_a_million_equal_lines_and_one_long_line_are_no_trap() -> None:
    assert fold_repeated_lines("same line of text\n" * 200_000).count("\n") == 2
    for text in ("=" * 2_000_000 + "x", " " * 2_000_000 + "-", "- " * 1_000_000, "`" * 2_000_000):
        assert fold_repeated_lines(text) == text
