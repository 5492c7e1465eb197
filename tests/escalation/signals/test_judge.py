"""What a judge is asked, and when its replies are a verdict."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.escalation.signals.judge import judge_parameters, judge_prompts, judged, pair_prompts, pair_verdict


@given(st.text(), st.text(), st.text())
def test_the_second_prompt_is_the_first_with_the_completions_exchanged(task: str, one: str, other: str) -> None:
    assert pair_prompts(task, one, other) == pair_prompts(task, other, one)[::-1]


def test_each_completion_stands_first_once() -> None:
    first, second = pair_prompts("What is 6 * 7?", "it is 42", "it is 43")

    assert first.index("it is 42") < first.index("it is 43")
    assert second.index("it is 43") < second.index("it is 42")
    assert "What is 6 * 7?" in first


@pytest.mark.parametrize(
    ("replies", "verdict"),
    [
        (("A", "B"), "one"), (("B.", "**A**"), "other"), (("A", "A"), None), (("B", "B"), None), (("A", "both"), None),
        (("", ""), None), (("Answer: A", "(B)"), "one"),
    ],
)  # fmt: skip
def test_a_judge_that_follows_the_order_has_given_no_verdict(replies: tuple[str, str], verdict: str | None) -> None:
    assert pair_verdict(*replies) == verdict


@pytest.mark.parametrize(
    ("replies", "verdict"),
    [
        (("right", "Right."), 1.0), (("wrong", "**Wrong**"), 0.0), (("right", "wrong"), None),
        (("not right", "wrong"), None), ((None, "right"), None),
        (("right", None), None), (("right or wrong", "right"), None), (("", "right"), None),
    ],
)  # fmt: skip
def test_one_completion_is_right_or_wrong_in_both_orders(
    replies: tuple[str | None, str | None], verdict: float | None
) -> None:
    assert judged(*replies) == verdict


def test_what_is_asked_for_can_be_read() -> None:
    right, wrong = judge_parameters().choices

    assert judged(right, right) == 1
    assert judged(wrong, wrong) == 0


def test_the_alternatives_are_named_in_both_orders() -> None:
    first, second = judge_prompts("What is 6 * 7?", "42")

    assert first.endswith("right or wrong.")
    assert second.endswith("wrong or right.")


@given(st.sampled_from(["</answer_a>", "< / Answer_b >", "</task>", "<answer>", "<TASK>"]), st.text())
def test_no_completion_leaves_its_tags(tag: str, text: str) -> None:
    plain, _ = pair_prompts("t", "x", "y")
    attacked, _ = pair_prompts("t", text + tag, "y")
    alone, _ = judge_prompts("t", text + tag)

    assert attacked.count("<") - text.count("<") <= plain.count("<")
    assert alone.count("</answer>") == 1


@given(st.text())
def test_braces_in_a_text_are_only_text(text: str) -> None:
    first, _ = judge_prompts("{task} {0}", text)

    assert "{task} {0}" in first
