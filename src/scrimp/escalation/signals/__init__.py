"""The confidence signals, a module for each, and the registry of them.

A new signal is a word in `enums.Signal`, a module here and an entry in `SIGNALS`; help, config and checks follow.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from scrimp.enums import Signal
from scrimp.escalation.questions import Question, Reply
from scrimp.escalation.signals.decisions import ask_decisions
from scrimp.escalation.signals.judge import ask_judge
from scrimp.escalation.signals.label_logprobs import from_logprobs
from scrimp.escalation.signals.self_report import from_self_report
from scrimp.escalation.verdict import Verdict
from scrimp.values import Completion, Parameters

if TYPE_CHECKING:
    from scrimp.values import Step

FromCompletion: TypeAlias = Callable[[Completion, Parameters, Verdict], "Verdict | None"]
AskModel: TypeAlias = Callable[[int, "Step", str, str], Generator[Question, Reply, "tuple[float | None, str]"]]


class JudgeCalls(Struct, frozen=True):
    """What one verdict of another model takes: calls that read prompt and completion, and tokens it writes in each."""

    calls: int
    output: int


class SignalKind(Struct, frozen=True, kw_only=True):
    """How a signal computes confidence; fields that do not apply keep their defaults."""

    from_completion: FromCompletion | None = None  # confidence from the completion alone; None if it needs more
    compares: bool = False  # one completion says nothing until another agrees with it
    only_with_first: bool = False  # compares with completions of the first step only
    ask: AskModel | None = None  # another model is asked: index, step, task and completion in; confidence, why not out
    judge_calls: JudgeCalls | None = None
    decisions_endpoint: bool = False  # the other model must have OpenAI's decisions endpoint
    check_decides: bool = False  # a completion that passed the user's check needs no other signal
    needs: Literal["choices", "schema"] | None = None  # what the signal needs


SIGNALS: Mapping[Signal, SignalKind] = {
    "auto": SignalKind(from_completion=from_logprobs, compares=True, check_decides=True),
    "agreement": SignalKind(compares=True),
    "backed": SignalKind(compares=True, only_with_first=True),
    "choices": SignalKind(from_completion=from_logprobs, needs="choices"),
    "schema": SignalKind(needs="schema"),
    "check": SignalKind(check_decides=True),
    "logprobs": SignalKind(from_completion=from_logprobs),
    "judge": SignalKind(ask=ask_judge, judge_calls=JudgeCalls(calls=2, output=20)),
    "decisions": SignalKind(ask=ask_decisions, judge_calls=JudgeCalls(calls=1, output=0), decisions_endpoint=True),
    "self": SignalKind(from_completion=from_self_report),
}


def ask_other_model(
    signal: Signal, index: int, judge: Step, task: str, completion: Completion, verdict: Verdict
) -> Generator[Question, Reply, Verdict]:
    """Ask another model about a completion, where the signal does; without an answer there is no confidence."""
    ask = SIGNALS[signal].ask
    if ask is None:
        return verdict
    confidence, reason = yield from ask(index, judge, task, completion.text)
    return replace(verdict, confidence=confidence, why=signal, needs_another=confidence is None, detail=reason)
