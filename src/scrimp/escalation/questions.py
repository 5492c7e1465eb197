"""What the ascent of a chain asks of its driver, and what it is answered."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from scrimp.values import Completion, Failure, Parameters, Step


class CallStep(Struct, frozen=True, kw_only=True):
    """Call this step; to be answered with a Completion or a Failure.

    `text` stands in place of the prompt's own, with `parameters` in place of the run's; with a `predicate` the model is
    asked how probable that is of the text.
    """

    index: int
    step: Step
    text: str | None = None
    parameters: Parameters | None = None
    predicate: str | None = None


class CallTwoSteps(Struct, frozen=True):
    """Call two steps at once; to be answered with a pair, in this order."""

    first: CallStep
    second: CallStep


class RunCheck(Struct, frozen=True):
    """Put this completion to the user's check; to be answered with a CheckResult."""

    text: str


class CheckResult(Struct, frozen=True):
    """What the user's check said."""

    passed: bool
    detail: str = ""


CallResult: TypeAlias = Completion | Failure
Question: TypeAlias = CallStep | CallTwoSteps | RunCheck
Reply: TypeAlias = Completion | Failure | CheckResult | tuple[Completion | Failure, Completion | Failure]


def call_result(reply: Reply) -> CallResult:
    """Return the reply to a call; any other reply is a bug of the driver, and a TypeError."""
    if not isinstance(reply, Completion | Failure):
        raise TypeError(f"a call was answered with a {type(reply).__name__}")
    return reply


def no_verdict(reply: CallResult) -> str:
    """Return a sentence for a model that was asked about a completion and gave no verdict."""
    return f"the judge gave no verdict: {reply.stop_reason if isinstance(reply, Completion) else reply.message}"
