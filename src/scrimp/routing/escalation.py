"""The ascent of a chain: which call comes next and which completion is kept; whoever drives it does the calling.

An attempt is kept when it is valid and either sure enough, or at the last step, or nothing is there to judge by: open-
ended text is not cascaded. What was paid for first is never thrown away for nothing: where the last step completes
with something invalid (refused, no label, check failed), the surest valid attempt before it is kept after all. But
where the last step *failed*, or its completion was cut off at the cap, nothing is kept: time, a key or a higher cap
mends that, so the row is given out as failed and the next run asks again instead of caching what the chain was not
content with.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from scrimp.routing.confidence import Judge, Verdict
from scrimp.values import Attempt, Chain, Completion, Failure, Step


class Ask(Struct, frozen=True):
    """Call this step; to be answered with a Completion or a Failure."""

    index: int
    step: Step


class Check(Struct, frozen=True):
    """Put this completion to the user's check; to be answered with a CheckResult."""

    text: str


class CheckResult(Struct, frozen=True):
    """What the user's check said."""

    passed: bool
    detail: str = ""


Reply: TypeAlias = Completion | Failure | CheckResult
Escalation: TypeAlias = Generator[Ask | Check, Reply, tuple[Attempt, ...]]

# The request itself is at fault, or the money is gone: another model changes neither.
_HOPELESS = frozenset(("invalid", "budget"))
_NO_JUDGE = "nothing to judge by"
_LAST = "last step"
_BEST = "best of the valid"


def escalate(chain: Chain, judge: Judge, *, check: bool = False) -> Escalation:
    """Yield each call (and each check) to make; return every attempt in the order made, at most one of them kept.

    The kept one is not always the last: see `kept_of`.
    """
    attempts: list[Attempt] = []
    for index, step in enumerate(chain.steps):
        reply = yield Ask(index, step)
        if isinstance(reply, Failure):
            attempts.append(_failed(index, step, reply))
            if reply.kind in _HOPELESS:
                break
            continue
        if not isinstance(reply, Completion):
            raise TypeError(f"a call was answered with a {type(reply).__name__}")
        verdict = judge(reply, attempts)
        if check and verdict.valid:
            verdict = yield from _checked(reply, verdict, chain.signal)
        attempts.append(_judged(index, step, reply, verdict, chain))
        if attempts[-1].kept or reply.stop == "length":
            break
    return tuple(_settled(attempts))


def kept_of(attempts: Sequence[Attempt]) -> Attempt | None:
    """Return the attempt whose completion is given out, if there is one."""
    return next((attempt for attempt in attempts if attempt.kept), None)


def _checked(completion: Completion, verdict: Verdict, signal: str) -> Generator[Check, Reply, Verdict]:
    """Ask the user's check: failing it is as bad as a missing label, passing it is as good as it gets.

    A chain that names another signal than its check still wants that signal's word on what passed.
    """
    result = yield Check(completion.text)
    if not isinstance(result, CheckResult):
        raise TypeError(f"a check was answered with a {type(result).__name__}")
    if not result.passed:
        detail = f"the check refused the completion{f': {result.detail}' if result.detail else ''}"
        return replace(verdict, confidence=None, why="check", valid=False, more=False, detail=detail)
    if signal in {"auto", "check"}:
        return replace(verdict, confidence=1.0, why="check", more=False)
    return verdict


def _failed(index: int, step: Step, failure: Failure) -> Attempt:
    return Attempt(
        step=index, name=step.name, completion=None, failure=failure, confidence=None, why=failure.kind, valid=False,
        kept=False,
    )  # fmt: skip


def _judged(index: int, step: Step, completion: Completion, verdict: Verdict, chain: Chain) -> Attempt:
    last = index == len(chain.steps) - 1
    sure = verdict.confidence is not None and verdict.confidence >= chain.min_confidence
    unjudged = verdict.confidence is None and not verdict.more
    disagrees = last and verdict.why == "agreement" and not sure
    why = verdict.why
    if verdict.valid and len(chain.steps) > 1 and not sure:
        # One against several weaker ones: that they differ from it says little, so it carries no confidence.
        why = _LAST if last else _NO_JUDGE if unjudged and why == "valid" else why
    # What is wrong with a completion that came through travels as a failure, for the person who reads the row.
    failure = None if verdict.valid or not verdict.detail else Failure(kind="schema", http=200, message=verdict.detail)
    return Attempt(
        step=index,
        name=step.name,
        completion=completion,
        failure=failure,
        confidence=None if disagrees else verdict.confidence,
        why=why,
        valid=verdict.valid,
        kept=verdict.valid and (last or sure or unjudged),
        parsed=verdict.parsed,
    )


def _settled(attempts: list[Attempt]) -> list[Attempt]:
    """Keep the surest valid attempt where the chain was climbed in vain, but not where it was cut short."""
    if not attempts or kept_of(attempts) is not None:
        return attempts
    end = attempts[-1].completion
    valid = [attempt for attempt in attempts if attempt.valid]
    if end is None or end.stop == "length" or not valid:
        return attempts
    # Later steps are stronger: the later wins a tie.
    best = max(valid, key=lambda attempt: (attempt.confidence or 0.0, attempt.step))
    return [replace(attempt, kept=True, why=_BEST) if attempt is best else attempt for attempt in attempts]
