from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.flows.plan.choices_text import choices_text, names_all
from scrimp.values import Message, Prompt

TEAMS = ("billing", "Not a bug", "other")
LETTERS = ("A", "B")


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("Is this billing, not a bug or other?", TEAMS),
        ("- Billing\n- Not  a bug\n- Other\n", TEAMS),
        ('One of "billing" (invoices, refunds), "not a bug" (works as designed), "other".', TEAMS),
        ("A) yes\nB) no", LETTERS),
        ("积极还是消极?", ("积极", "消极")),
    ],
)
def test_a_list_of_all_labels_names_them(text: str, choices: tuple[str, ...]) -> None:
    assert names_all(text, choices)


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("Which team takes this?", TEAMS),
        ("Is this billing or other?", TEAMS),
        ("Is this billing, not a bug or another?", TEAMS),
        ("Is this rebilling, not a bug or other?", TEAMS),
        ("a b", LETTERS),
        ("Yes, I wrote to you before." + " The parcel is still on its way." * 9 + " There is no label.", ("yes", "no")),
    ],
)
def test_labels_that_are_missing_or_only_happen_to_be_words_of_the_text_are_not_named(
    text: str, choices: tuple[str, ...]
) -> None:
    assert not names_all(text, choices)


@given(st.lists(st.text(min_size=1).map(str.strip).filter(bool), min_size=2, max_size=4, unique=True), st.text())
def test_scrimp_s_own_sentence_is_not_said_twice(choices: list[str], text: str) -> None:
    labels = tuple(choices)
    said = choices_text(Prompt(index=0, text=text), labels, None)

    assert choices_text(Prompt(index=0, text=text, system=said), labels, None) is None or said is None


def test_labels_may_be_named_in_the_system_text_or_an_earlier_turn() -> None:
    listed = "Answer billing, not a bug or other."
    for prompt in (
        Prompt(index=0, text="x", system=listed),
        Prompt(index=0, text="x", history=(Message("user", listed), Message("assistant", "other"))),
    ):
        assert choices_text(prompt, TEAMS, None) is None


def test_a_sentence_of_one_s_own_is_always_said_and_an_empty_one_never() -> None:
    named, bare = Prompt(index=0, text="billing, not a bug, other?"), Prompt(index=0, text="x")

    assert choices_text(named, TEAMS, "Say {choices}!") == "Say billing, Not a bug, other!"
    assert choices_text(bare, TEAMS, "Say {choices}!") == "Say billing, Not a bug, other!"
    assert choices_text(bare, TEAMS, "") is None
    assert choices_text(bare, (), "Say {choices}!") is None
