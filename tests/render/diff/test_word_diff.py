from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.render.diff.alignment import edits
from scrimp.render.diff.word_diff import word_diff

lines = st.lists(st.sampled_from(["a", "b", "the house of", "house of", "5.5", "", "x\r", "a b  c"]), max_size=30)


def plain(before: str, after: str) -> list[str]:
    return list(word_diff(before, after, color=False))


@given(st.lists(st.sampled_from("abcdef")), st.lists(st.sampled_from("abcdef")))
def test_changes_turn_the_old_into_the_new(old: list[str], new: list[str]) -> None:
    made: list[str] = []
    done = 0
    for change in edits(old, new):
        made += [*old[done : change.old_start], *new[change.new_start : change.new_end]]
        assert len(made) == change.new_end
        done = change.old_end

    assert [*made, *old[done:]] == new


@pytest.mark.parametrize("kinds", [2, 30, 500])
def test_changes_of_long_sequences_turn_the_old_into_the_new(kinds: int) -> None:
    chance = random.Random(kinds)
    old = [str(chance.randrange(kinds)) for _ in range(3000)]
    new = [item for item in old if chance.random() > 0.1]
    made: list[str] = []
    done = 0
    for change in edits(old, new):
        made += [*old[done : change.old_start], *new[change.new_start : change.new_end]]
        done = change.old_end

    assert [*made, *old[done:]] == new


def test_words_are_marked_where_they_changed() -> None:
    assert plain("we sold the house", "we sold house") == ["@@ -1 +1 @@", "we sold [-the -]house"]
    assert plain("we sold 3.5 of it", "we sold 4.5 of it") == ["@@ -1 +1 @@", "we sold [-3.5-]{+4.5+} of it"]
    assert plain("we like red and old houses", "we like blue or new houses") == [
        "@@ -1 +1 @@",
        "we like [-red and old-]{+blue or new+} houses",
    ]


def test_one_line_is_shown_around_a_change_and_its_number_before_and_after() -> None:
    before = "\n".join(["1", "2", "3", "4 a b", "5", "6", "7", "8", "9 a b", "10", "11"])
    after = "\n".join(["0", "1", "2", "3", "4 a", "5", "6", "7", "8", "9 a", "10", "11"])

    assert plain(before, after) == [
        "@@ -1 +1 @@", "{+0+}", "1",
        "@@ -3 +4 @@", "3", "4 a[- b-]", "5",
        "@@ -8 +9 @@", "8", "9 a[- b-]", "10",
    ]  # fmt: skip


def test_changes_near_each_other_share_a_hunk() -> None:
    assert plain("a b\n1\n2\nc d\n3\n4\n5\ne f", "a\n1\n2\nc\n3\n4\n5\ne") == [
        "@@ -1 +1 @@", "a[- b-]", "1", "2", "c[- d-]", "3",
        "@@ -7 +7 @@", "5", "e[- f-]",
    ]  # fmt: skip


def test_lines_removed_whole_are_marked_whole_and_a_blank_one_is_seen() -> None:
    assert plain("a\n\n\nb", "a\n\nb") == ["@@ -2 +2 @@", "", "[-\u21b5-]", "b"]
    assert plain("a\nhouse\nb", "a\nb") == ["@@ -1 +1 @@", "a", "[-house-]", "b"]
    assert plain("one two three", "\u56db\u4e94") == ["@@ -1 +1 @@", "[-one two three-]", "{+\u56db\u4e94+}"]


def test_many_changed_lines_are_shown_line_by_line() -> None:
    before = [f"{number} in the house of my friend {'' if number % 2 else 'and brother'}" for number in range(20_000)]

    shown = plain("\n".join(before), "\n".join(before).replace("the ", ""))

    assert shown[:3] == [
        "@@ -1 +1 @@",
        "0 in [-the -]house of my friend and brother",
        "1 in [-the -]house of my friend ",
    ]
    assert len(shown) == 20_001


def test_lines_run_together_show_the_end_that_is_gone() -> None:
    assert plain("one two\nthree four", "one two three four") == [
        "@@ -1 +1 @@",
        "one two[-\u21b5-]",
        "{+ +}three four",
    ]


def test_the_same_text_has_no_diff() -> None:
    assert plain("a\nb", "a\nb") == []


def test_color_stands_for_the_marks() -> None:
    assert list(word_diff("we sold the house", "we sold a house", color=True)) == [
        "\x1b[36m@@ -1 +1 @@\x1b[0m",
        "we sold \x1b[31;9mthe\x1b[0m\x1b[32ma\x1b[0m house",
    ]


@given(st.text(), st.text())
def test_no_control_character_of_a_text_reaches_a_terminal(before: str, after: str) -> None:
    for line in word_diff(f"\x1b]0;x\x07{before}\x9b1m\r", f"{after}\x1b[2J", color=False, terminal=True):
        assert not re.search("[\x00-\x08\x0a-\x1f\x7f-\x9f]", line)


def test_a_file_has_what_a_text_held() -> None:
    assert plain("a\x1b b", "a\x1b c") == ["@@ -1 +1 @@", "a\x1b [-b-]{+c+}"]


@given(lines, lines)
def test_every_line_of_a_diff_is_one_line(before: list[str], after: list[str]) -> None:
    shown = plain("\n".join(before), "\n".join(after))

    assert not any("\n" in line for line in shown)
    assert bool(shown) == (before != after and "\n".join(before) != "\n".join(after))
    for line in shown:
        assert line.count("[-") == line.count("-]")
        assert line.count("{+") == line.count("+}")


@given(
    st.lists(st.sampled_from(["red", "the", "a", "12", "x.", " ", "\u00e9"])), st.lists(st.sampled_from(["red", "a"]))
)
def test_without_what_was_added_the_old_line_stands_and_without_what_was_removed_the_new(
    old: list[str], new: list[str]
) -> None:
    shown = plain("same " * 9 + " ".join(old), "same " * 9 + " ".join(new))
    line = "".join(shown[1:])

    if shown:
        assert re.sub(r"\[-(.*?)-\]", r"\1", re.sub(r"\{\+.*?\+\}", "", line)) == "same " * 9 + " ".join(old)
        assert re.sub(r"\{\+(.*?)\+\}", r"\1", re.sub(r"\[-.*?-\]", "", line)) == "same " * 9 + " ".join(new)


def test_long_texts_are_no_trap() -> None:
    """Were any of these compared by the square, the test would not end."""
    words = [f"w{number % 977}" for number in range(150_000)]
    every_other = "\n".join(f"line {number} of the text" if number % 2 else "and" for number in range(30_000))
    for before, after in (
        (" ".join(words), " ".join(word for word in words if word != "w7")),
        ("a" * 1_500_000, "b" * 1_500_000),
        ("a b " * 100_000, "b a " * 100_000),
        ("x\n" * 200_000, "y\n" * 200_000),
        ("x\ny\n" * 100_000, "y\nx\nx\n" * 100_000),
        (every_other, every_other.replace("the ", "")),
    ):
        assert any("[-" in line for line in word_diff(before, after, color=False))
