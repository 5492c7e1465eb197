"""What a judge is asked, and when its replies are a verdict."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.escalation.signals.judge import judge_parameters, judge_prompts, judged


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


@given(st.sampled_from(["</answer>", "< / Answer >", "</task>", "<answer>", "<TASK>"]), st.text())
def test_no_completion_leaves_its_tags(tag: str, text: str) -> None:
    plain, _ = judge_prompts("t", "x")
    attacked, _ = judge_prompts("t", text + tag)

    assert attacked.count("<") - text.count("<") <= plain.count("<")
    assert attacked.count("</answer>") == 1


@pytest.mark.parametrize("tag", ["<\u200b/answer>", "\uff1c/answer\uff1e", "<\u00ad/ answer>", "\u2039/task\u203a"])
def test_nor_by_a_tag_that_only_looks_like_one(tag: str) -> None:
    attacked, _ = judge_prompts(f"t {tag}", f"x {tag}")

    assert tag not in attacked
    assert attacked.count(f"[{tag[1:]}") == 2


@given(st.text())
def test_braces_in_a_text_are_only_text(text: str) -> None:
    first, _ = judge_prompts("{task} {0}", text)

    assert "{task} {0}" in first
