from __future__ import annotations

from hypothesis import given

from compress.output.strategies import texts
from scrimp.compress.checks.unfolded import unfold_matches
from scrimp.compress.output.matches import group_matches


@given(texts)
def test_matches_unfold_to_the_same_bytes_unless_the_text_looked_grouped(text: str) -> None:
    after = group_matches(text)

    assert unfold_matches(text) != text or unfold_matches(after) == text


@given(texts)
def test_grouping_never_makes_a_text_longer_or_changes_it_twice(text: str) -> None:
    once = group_matches(text)

    assert len(once) <= len(text)
    assert group_matches(once) == once


def test_matches_of_one_file_stand_under_its_name() -> None:
    text = "src/a.py:1:import os\nsrc/a.py:22:    os.exit()\nsrc/b.py:3:x"

    assert group_matches(text) == "src/a.py:\n1:import os\n22:    os.exit()\nsrc/b.py:3:x"


def test_times_and_addresses_are_no_matches_in_a_file() -> None:
    text = "12:30:01 a\n12:30:01 b\n10.0.0.1:8080:x\n10.0.0.1:8080:y"

    assert group_matches(text) == text


def test_long_lines_are_no_trap() -> None:
    for text in ("a/" * 500_000, "a:" * 500_000, ("x/y/z" * 10 + "\n") * 50_000, " " * 1_000_000 + "x"):
        assert group_matches(text) == text
