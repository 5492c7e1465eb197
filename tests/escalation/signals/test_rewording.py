"""The same task in other words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scrimp.escalation.signals.rewording import reworded


@given(st.text(min_size=1), st.booleans())
def test_the_text_is_in_it_unchanged_and_something_else_beside(text: str, brief: bool) -> None:
    other = reworded(text, brief=brief)

    assert f"\n\n{text}\n\n" in other
    assert len(other) > len(text) + 100
    assert reworded(text, brief=brief) == other


@given(st.text(), st.text())
def test_different_tasks_stay_different(one: str, other: str) -> None:
    assert (reworded(one) == reworded(other)) == (one == other)


def test_only_the_long_form_asks_for_steps() -> None:
    assert "step by step" in reworded("6 * 7?")
    assert "step" not in reworded("6 * 7?", brief=True)
