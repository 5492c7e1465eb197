"""What an escalation asks of its driver, and the replies."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from scrimp.values import Completion, Failure, Parameters, Step


class CallStep(Struct, frozen=True, kw_only=True):
    """Call this step; the reply is a Completion or a Failure.

    `text` replaces the prompt, and `parameters` the run's; with a `predicate` the model returns how probable it is that
    the predicate is true of the text. With a `reply`, a completion of the prompt that was not accepted, the
    conversation goes on: the prompt, the reply, then `text`. `raised` asks the same again under a higher cap: what
    came first hit its cap with no text.
    """

    index: int
    step: Step
    text: str | None = None
    reply: str | None = None
    parameters: Parameters | None = None
    predicate: str | None = None
    raised: bool = False


class CallTwoSteps(Struct, frozen=True):
    """Call two steps at once; the reply is a pair, in this order."""

    first: CallStep
    second: CallStep


class RunCheck(Struct, frozen=True):
    """Run the user's check on this completion; the reply is a CheckResult."""

    text: str


class CheckResult(Struct, frozen=True):
    """What the user's check said."""

    passed: bool
    detail: str = ""


CallResult: TypeAlias = Completion | Failure
Question: TypeAlias = CallStep | CallTwoSteps | RunCheck
Reply: TypeAlias = Completion | Failure | CheckResult | tuple[Completion | Failure, Completion | Failure]


def call_result(reply: Reply) -> CallResult:
    """Return the reply to a call; TypeError for any other reply, which is a bug of the driver."""
    if not isinstance(reply, Completion | Failure):
        raise TypeError(f"a call was answered with a {type(reply).__name__}")
    return reply


def no_verdict(reply: CallResult) -> str:
    """Return a sentence for a judge that gave no verdict on a completion."""
    return f"the judge gave no verdict: {reply.stop_reason if isinstance(reply, Completion) else reply.message}"
