"""What is recognized as the same task, and above all what is not."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from scrimp.routing.template_fingerprint import template_fingerprint
from scrimp.values import Message, Parameters, Prompt

TEMPLATE = "Which team answers this ticket, billing or shipping? {body}"
PROMPT = Prompt(index=0, text="Which team answers this ticket, billing or shipping? Where is it?", template=TEMPLATE)
LABELS = Parameters(choices=("billing", "shipping"))
WORDS = st.lists(st.sampled_from(["which", "team", "answers", "this", "ticket", "please", "French"]), min_size=4)


def test_another_row_is_of_the_same_task() -> None:
    other = replace(PROMPT, index=7, text="Which team answers this ticket, billing or shipping? It broke.", id="t-7")

    assert template_fingerprint(PROMPT, LABELS) == template_fingerprint(other, LABELS) is not None


@given(words=WORDS, position=st.integers(min_value=0), word=st.sampled_from(["not", "German", "teams"]))
def test_a_template_that_differs_in_one_word_is_another(words: list[str], position: int, word: str) -> None:
    changed = list(words)
    changed[position % len(words)] = word
    first, second = (replace(PROMPT, template=f"{' '.join(each)}: {{body}}") for each in (words, changed))
    assume(words != changed)

    assert template_fingerprint(first, LABELS) != template_fingerprint(second, LABELS)


@pytest.mark.parametrize(
    ("prompt", "parameters"),
    [
        (replace(PROMPT, system="Answer in French."), LABELS),
        (replace(PROMPT, template=TEMPLATE.replace("body", "subject")), LABELS),
        (replace(PROMPT, template=TEMPLATE.replace("billing", "Billing")), LABELS),
        (PROMPT, Parameters(choices=("billing", "shipping", "other"))),
        (PROMPT, Parameters(choices=("angry", "content"))),
        (PROMPT, Parameters(schema={"type": "object", "properties": {"team": {"type": "string"}}})),
        (PROMPT, Parameters()),
    ],
)
def test_another_system_text_other_columns_labels_or_schema_make_another_task(
    prompt: Prompt, parameters: Parameters
) -> None:
    found = template_fingerprint(prompt, parameters)

    assert found is not None
    assert found != template_fingerprint(PROMPT, LABELS)


def test_a_number_or_a_date_in_a_system_text_may_be_what_makes_the_task() -> None:
    texts = ("Rate from 1 to 5 by the law of 2025-01-01.", "Rate from 1 to 5 by the law of 2026-01-01.")
    scales = (*texts, "Rate from 1 to 10 by the law of 2025-01-01.")

    assert len({template_fingerprint(replace(PROMPT, system=text), LABELS) for text in scales}) == 3


@pytest.mark.parametrize(
    "prompt",
    [
        replace(PROMPT, template=None),
        replace(PROMPT, template=None, system=TEMPLATE * 20),  # a chat's row, or any of many tasks of one assistant
        replace(PROMPT, template="{body}"),
        replace(PROMPT, template="Question: {question}\nAnswer:"),
        replace(PROMPT, template='{"the words of a column\'s name are none"} {{ }} {so are these of this one}'),
        replace(PROMPT, template="质问:{question}"),
        replace(PROMPT, history=(Message("user", "Hello"), Message("assistant", "Hi"))),
        replace(PROMPT, after=(Message("tool", "42"),)),
    ],
)
def test_what_does_not_tell_a_task_apart_has_none(prompt: Prompt) -> None:
    assert template_fingerprint(prompt, LABELS) is None


def test_scripts_without_spaces_have_words_too() -> None:
    assert template_fingerprint(replace(PROMPT, template="把这句话翻译成英文:{text}"), Parameters()) is not None
    assert template_fingerprint(replace(PROMPT, template="この文を要約してください:{text}"), Parameters()) is not None


def test_parts_do_not_run_into_each_other() -> None:
    one = replace(PROMPT, system="ab", template=f"c {TEMPLATE}")
    two = replace(PROMPT, system="abc ", template=TEMPLATE)

    assert template_fingerprint(one, LABELS) != template_fingerprint(two, LABELS)
    assert template_fingerprint(PROMPT, Parameters(choices=("a,b",))) != template_fingerprint(
        PROMPT, Parameters(choices=("a", "b"))
    )
