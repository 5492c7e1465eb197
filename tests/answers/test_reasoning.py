"""Reasoning in front of an answer: whatever it says, the answer is what follows it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.answers.canonical import canonical
from scrimp.answers.json_reply import json_reply
from scrimp.answers.labels import label_of
from scrimp.answers.reasoning import without_reasoning

CHOICES = ("positive", "negative")
TAGS = ["think", "thinking", "thought", "reasoning"]
thoughts = st.text(st.sampled_from('ab {}[]"positive negative 42\n.,:'), max_size=30)
blocks = st.builds(lambda tag, said: f"<{tag}>{said}</{tag}>\n", st.sampled_from(TAGS), thoughts)
answers = st.sampled_from(["positive", "**Negative**", '{"a": 1}', "42", "The answer is 7.", "yes"])


@given(st.lists(blocks, min_size=1, max_size=3), answers)
def test_the_answer_is_judged_without_the_reasoning(reasoning: list[str], answer: str) -> None:
    reply = "".join(reasoning) + answer

    assert without_reasoning(reply) == answer
    assert label_of(reply, CHOICES) == label_of(answer, CHOICES)
    assert canonical(reply) == canonical(answer)
    if answer.startswith("{"):
        assert json_reply(reply).value == json.loads(answer)


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("Is it negative? No.\n</think>\n\npositive", "positive"), ("<think>\n\n</think>\n\npositive", "positive"),
        ("<think>never ends, positive", ""), ("[THINK]hm[/THINK]positive", "positive"), ("  <think>x</think>", ""),
        ("\u25c1think\u25b7hm\u25c1/think\u25b7positive", "positive"),
    ],
)  # fmt: skip
def test_the_forms_that_models_use_are_known(reply: str, answer: str) -> None:
    assert without_reasoning(reply) == answer


@pytest.mark.parametrize(
    "reply",
    ["The tag </think> ends it.", "Write <think>x</think> first.", "Use\n<think>\nx\n</think>\nlike this", "", "yes"],
)
def test_only_what_is_in_front_of_the_answer_is_reasoning(reply: str) -> None:
    assert without_reasoning(reply) == reply


@given(st.text(st.sampled_from("ab<>/\n\r think"), max_size=40))
def test_nothing_is_invented(text: str) -> None:
    assert text.endswith(without_reasoning(text))
