"""What is recorded of how a completion looks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.answers.hedging import HedgingCounts, hedging


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", HedgingCounts(0, 0)),
        ("It is 42.", HedgingCounts(0, 3)),
        ("I think it might be 42", HedgingCounts(2, 6)),
        ("I'm not sure; perhaps 42.", HedgingCounts(2, 5)),
        ("The mighty may win", HedgingCounts(0, 4)),
        ("PROBABLY", HedgingCounts(1, 1)),
    ],
)
def test_hedges_and_words_are_counted(text: str, expected: HedgingCounts) -> None:
    assert hedging(text) == expected


@given(st.text(), st.text())
def test_two_texts_have_the_words_of_both(one: str, other: str) -> None:
    assert hedging(f"{one}\n{other}").words == hedging(one).words + hedging(other).words
