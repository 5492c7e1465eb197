"""What another model holds of a completion: a judge that is asked, in both orders, or probabilities for a statement.

Both cost a call, so they are for chains that name them as their signal.
"""

from __future__ import annotations

from collections.abc import Generator
from math import exp

from msgspec.structs import replace

from scrimp.escalation.confidence import Verdict
from scrimp.escalation.questions import CallResult, CallStep, Question, Reply, call_result
from scrimp.escalation.signals.votes import judge_parameters, judge_prompts, judged
from scrimp.values import Completion, Step

ASKING = frozenset(("judge", "decisions"))
# What is put to the decisions endpoint (providers' reference, 3.7).
PREDICATE = "The answer is correct and complete."
# Tokens for working a task out before the verdict; a judge without a cap could talk past --max-cost.
_ROOM = 2048


def opinion(
    signal: str, index: int, asked: Step, task: str, completion: Completion, verdict: Verdict
) -> Generator[Question, Reply, Verdict]:
    """Ask about a completion; who does not answer, or contradicts itself, leaves no confidence: the chain goes on."""
    ask = _probable if signal == "decisions" else _judged
    sure, doubt = yield from ask(index, asked, task, completion.text)
    return replace(verdict, confidence=sure, why=signal, more=sure is None, detail=doubt)


def _probable(
    index: int, asked: Step, task: str, completion: str
) -> Generator[Question, Reply, tuple[float | None, str]]:
    """Return how probable it is that a completion is right, 0..1, or None and why nobody could tell."""
    reply = call_result(
        (yield CallStep(index=index, step=asked, text=f"Q: {task}\n\nA: {completion}", predicate=PREDICATE))
    )
    if isinstance(reply, Completion) and reply.logprobs:
        return exp(reply.logprobs[0].logprob), ""
    return None, _silent(reply)


def _judged(
    index: int, asked: Step, task: str, completion: str
) -> Generator[Question, Reply, tuple[float | None, str]]:  # fmt: skip
    """Return 1 or 0 as the judge holds a completion right or wrong, or None and why it gave no verdict."""
    said: list[str] = []
    parameters = replace(judge_parameters(), max_output=_ROOM)
    for prompt in judge_prompts(task, completion):
        reply = call_result((yield CallStep(index=index, step=asked, text=prompt, parameters=parameters)))
        if not isinstance(reply, Completion) or reply.stop != "stop":
            return None, _silent(reply)  # without a first verdict a second would be paid for in vain
        said.append(reply.text)
    sure = judged(*said)
    return sure, "" if sure is not None else "the judge contradicts itself, or says neither right nor wrong"


def _silent(reply: CallResult) -> str:
    return f"the judge gave no verdict: {reply.stop if isinstance(reply, Completion) else reply.message}"
