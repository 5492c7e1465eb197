from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.compress.pipeline import LONGER, apply_checked, tokens_cut


def words_kept(before: str, after: str) -> str | None:
    return None if before.split() == after.split() else "a word is lost"


def digits_kept(before: str, after: str) -> str | None:
    return None if [c for c in before if c.isdigit()] == [c for c in after if c.isdigit()] else "a digit is lost"


def nothing_lost(before: str, after: str) -> str | None:
    return words_kept(before, after) or digits_kept(before, after)


RULES: list[Callable[[str], str]] = [
    lambda text: text.replace("  ", " "), str.strip, lambda text: text.replace("not ", ""), lambda text: text * 2,
    lambda _: "",
]  # fmt: skip
texts = st.text() | st.lists(st.sampled_from(["not ", "5 mg ", "  ", "\n"]), max_size=20).map("".join)


@given(texts, st.sampled_from(RULES))
def test_what_passes_the_gate_is_never_longer_and_has_lost_nothing_its_check_names(
    text: str, rule: Callable[[str], str]
) -> None:
    after, reason = apply_checked(text, rule, nothing_lost)

    assert len(after) <= len(text)
    assert words_kept(text, after) is None
    assert reason is None or after == text


def test_the_reason_of_a_check_is_given() -> None:
    assert apply_checked("a 1", lambda _: "a", digits_kept) == ("a 1", "a digit is lost")
    assert apply_checked("a", lambda text: text * 2, words_kept) == ("a", LONGER)


@pytest.mark.parametrize(
    ("before", "after", "cut"), [("a b c", "a b", 1), ("a", "a b", -1), ("[\n  1,\n  2\n]", "[1,2]", 1)]
)
def test_tokens_are_counted_but_of_indented_json(before: str, after: str, cut: int) -> None:
    assert tokens_cut(before, after, lambda text: len(text.split())) == cut
