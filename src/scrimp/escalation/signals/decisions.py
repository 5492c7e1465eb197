"""OpenAI's decisions endpoint as a signal: how probable it is that a completion is right.

Providers' reference, 3.7.
"""

from __future__ import annotations

from collections.abc import Generator
from math import exp

from scrimp.escalation.questions import CallStep, Question, Reply, call_result, no_verdict
from scrimp.values import Completion, Step

PREDICATE = "The answer is correct and complete."


def ask_decisions(
    index: int, judge: Step, task: str, completion: str
) -> Generator[Question, Reply, tuple[float | None, str]]:  # fmt: skip
    """Return how probable it is that a completion is right, 0 to 1, or None and why there is no answer."""
    text = f"Q: {task}\n\nA: {completion}"
    reply = call_result((yield CallStep(index=index, step=judge, text=text, predicate=PREDICATE)))
    if isinstance(reply, Completion) and reply.logprobs:
        return exp(reply.logprobs[0].logprob), ""
    return None, no_verdict(reply)
