"""Prompts of one task have one name, and other tasks have others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.routing.task_signature import text_signature

TEMPLATES = {
    "ticket": "Classify the ticket below as billing, bug or other.\n\nTicket:\n{}\n\nAnswer with one word.",
    "sentiment": "Classify the sentiment: {}",
    "french": "Translate the following text to french: {}",
    "german": "Translate the following text to german: {}",
    "json": "## Question\n\n{}\n\n## Instruction\n\nPlease answer in the following json format.\n```\n[1]\n```",
    "python": "You are given a function.\n[PYTHON]\n{}\n[/PYTHON]\nPlease give the output.",
    "context": "Use only the context.\n\nContext: {}\n\nQuestion: {}\nAnswer:",
    "options": "{}\nA. {}\nB. 7\nC. 8\nAnswer:",
    "steps": "{}\n\nThink step by step and give your final answer as a number.",
    "summary": "Summarize this article in two sentences.\n\n{}",
}  # fmt: skip
payloads = st.sampled_from((
    "My invoice 4711 is wrong, and Ms. Miller from Leeds does not write back!", "it crashes", "17",
    "He said \"please answer\" twice; the rest of it went by the board, as we say.", "Wo ist Haus 5?", "あいうえお。",
    '{"id": 7, "rows": [{"answer": "json"}]}', "def f(x):\n    return x + 1\nassert f(1) == 2", "x = 5; y = 'b'",
    "The harbour was rebuilt in 1911. It has 3 cranes. In winter nobody comes.", "Bob's 2 cats\n\nsleep all day",
))  # fmt: skip


@given(st.sampled_from(sorted(TEMPLATES)), payloads, payloads)
def test_what_a_template_is_filled_with_changes_nothing(name: str, one: str, other: str) -> None:
    template = TEMPLATES[name]

    assert text_signature(template.format(one, one)) == text_signature(template.format(other, other))


@given(payloads, payloads)
def test_each_template_has_a_name_of_its_own(one: str, other: str) -> None:
    names = {text_signature(template.format(one, other)) for template in TEMPLATES.values()}

    assert len(names) == len(TEMPLATES)


@given(st.text(), st.none() | st.text(), st.none() | st.text())
def test_any_prompt_has_twelve_digits(text: str, system: str | None, template: str | None) -> None:
    name = text_signature(text, system, template)

    assert len(bytes.fromhex(name)) == 6
    assert text_signature(text, system, template) == name


def test_the_users_name_is_the_name() -> None:
    assert text_signature("anything", "Be brief.", "{x}", "tickets") == "tickets"


@given(payloads, payloads)
def test_where_there_is_a_system_prompt_or_a_template_the_prompt_is_not_looked_at(one: str, other: str) -> None:
    assert text_signature(one, "Be brief.") == text_signature(other, "Be brief.")
    assert text_signature(one, template="Sort {x}") == text_signature(other, template="Sort {x}")


def test_other_system_prompts_and_other_templates_are_other_tasks() -> None:
    names = {
        text_signature("x", system, template) for system in ("a", "b", "ab", None) for template in ("a", "b", None)
    }

    assert len(names) == 12


def test_the_date_in_a_system_prompt_makes_no_new_task() -> None:
    assert text_signature("x", "Today is 2026-01-30.") == text_signature("x", "Today is 2026-02-01.")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Who sang it first?", "Which river runs through Bonn?"),
        ("A bus has 12 seats and 3 rows. How many seats are in a row?", "If 3 pens cost $2, how much do 12 pens cost?"),
        ("Write a function to reverse a list.", "Write a function to sort a dictionary."),
    ],
)
def test_bare_prompts_are_known_by_their_kind(one: str, other: str) -> None:
    assert text_signature(one) == text_signature(other)


def test_bare_prompts_of_different_kinds_are_different_tasks() -> None:
    assert text_signature("Who sang it first?") != text_signature("Write a function to reverse a list.")


def test_who_knows_the_kind_may_say_it() -> None:
    text = "Write a function to reverse a list."

    assert text_signature(text, kind="code") == text_signature(text)
    assert text_signature(text, kind="question") != text_signature(text)
