"""What is recorded of how a completion looks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.answers.hedging import Traits, traits


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Traits(0, 0)), ("It is 42.", Traits(0, 3)), ("I think it might be 42", Traits(2, 6)),
        ("I'm not sure; perhaps 42.", Traits(2, 5)), ("The mighty may win", Traits(0, 4)), ("PROBABLY", Traits(1, 1)),
    ],
)  # fmt: skip
def test_hedges_and_words_are_counted(text: str, expected: Traits) -> None:
    assert traits(text) == expected


@given(st.text(), st.text())
def test_two_texts_have_the_words_of_both(one: str, other: str) -> None:
    assert traits(f"{one}\n{other}").words == traits(one).words + traits(other).words
