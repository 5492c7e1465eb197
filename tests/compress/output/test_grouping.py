from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given

from compress.output.strategies import texts
from scrimp.compress.output.grouping import (
    group_matches,
    group_prefixes,
    ungroup_matches,
    ungroup_prefixes,
)

Rule = Callable[[str], str]
INVERTIBLE = [(group_matches, ungroup_matches), (group_prefixes, ungroup_prefixes)]


@pytest.mark.parametrize(("rule", "inverse"), INVERTIBLE)
@given(text=texts)
def test_every_group_is_undone_exactly(rule: Rule, inverse: Rule, text: str) -> None:
    after = rule(text)

    assert after == text or inverse(after) == text


@pytest.mark.parametrize("rule", [group_matches, group_prefixes])
@given(text=texts)
def test_no_rule_makes_a_text_longer_or_changes_it_twice(rule: Rule, text: str) -> None:
    once = rule(text)

    assert len(once) <= len(text)
    assert rule(once) == once


def test_matches_of_one_file_stand_under_its_name() -> None:
    text = "src/a.py:1:import os\nsrc/a.py:22:    os.exit()\nsrc/b.py:3:x"

    assert group_matches(text) == "src/a.py:\n1:import os\n22:    os.exit()\nsrc/b.py:3:x"


def test_times_and_addresses_are_no_matches_in_a_file() -> None:
    text = "12:30:01 a\n12:30:01 b\n10.0.0.1:8080:x\n10.0.0.1:8080:y"

    assert group_matches(text) == text


def test_words_that_lines_begin_with_are_written_once() -> None:
    text = "".join(f"2026-09-22 04:45:29 status {name}\n" for name in ("one", "two", "three", "four"))

    assert group_prefixes(text) == "[each line below begins: 2026-09-22 04:45:29 status]\n one\n two\n three\n four\n"


def test_a_date_of_time_stamps_in_a_row_is_written_once_and_each_time_stays_whole() -> None:
    text = "".join(f"2025-11-20T08:0{minute}:06.950Z INFO a\n" for minute in range(5))

    assert group_prefixes(text) == (
        "[date of each line below: 2025-11-20]\n" + "".join(f" 08:0{minute}:06.950Z INFO a\n" for minute in range(5))
    )


@pytest.mark.parametrize("other", ["2025-11-21T08:00 a\n", "2025-11-20 08:00 a\n", "2025-11-20Tuesday a\n", "a\n"])
def test_three_lines_of_a_date_and_one_of_another_keep_it(other: str) -> None:
    text = "2025-11-20T08:00 a\n2025-11-20T08:01 b\n2025-11-20T08:02 c\n" + other

    assert group_prefixes(text) == text


def test_a_long_run_that_an_indented_line_follows_is_no_trap() -> None:
    # Counting the run again from each of its lines would take minutes; the suite's own time limit would tell.
    text = "2025-11-20T08:00:06.950Z INFO a\n" * 50_000 + " b"

    assert group_prefixes(text) == text


def test_long_lines_are_no_trap() -> None:
    for text in ("a/" * 500_000, "a:" * 500_000, ("x/y/z" * 10 + "\n") * 50_000, " " * 1_000_000 + "x"):
        assert group_matches(group_prefixes(text))
