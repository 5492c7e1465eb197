"""Attempts: what each call of a chain led to, whether its completion is kept, and why the chain continues."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from scrimp.escalation.questions import CallResult
from scrimp.escalation.signals import SIGNALS
from scrimp.escalation.signals.agreement import NO_ANSWER
from scrimp.escalation.verdict import Verdict
from scrimp.values import Attempt, Chain, Completion, Failure, Step

STRAIGHT = "straight to the last step: those before it do not pay for this task"
_NO_SIGNAL = "nothing to judge by"
_LAST = "last step"
_BEST = "best of the valid"
_ALONE = "no other completion to agree with yet"
_UNUSED = "not needed"
_NO_ROOM = "its cap left no text: asked again under a higher one"
_ITSELF = "says the same when asked in other words"


class ChainStage(Struct, frozen=True):
    """One call of an escalation: a step, whether the prompt is reworded, and the reply that is to be corrected."""

    index: int
    step: Step
    reworded: bool = False
    reply: str | None = None
    correction: str | None = None  # the correction that the model was told
    raised: bool = False  # the cap, since the same call left no text under a lower one


def kept_of(attempts: Sequence[Attempt]) -> Attempt | None:
    """Return the attempt whose completion is the row's, if there is one."""
    return next((attempt for attempt in attempts if attempt.kept), None)


def is_escalated(attempt: Attempt, chain: Chain) -> bool:
    """Return whether a row climbed above the cheap models of its chain: those that vote, all below its last one.

    Where completions are compared the second model is asked in any case, so that two that agree are not an escalation.
    """
    kind = SIGNALS[chain.signal]
    voted = kind.compares and (attempt.why == "agreement" or kind.from_completion is None)
    return attempt.step > 0 and not (voted and attempt.step < len(chain.steps) - 1)


def failed_attempt(stage: ChainStage, failure: Failure) -> Attempt:
    """Return the attempt of a call that failed."""
    return Attempt(
        step=stage.index, name=stage.step.name, completion=None, failure=failure, confidence=None, why=failure.kind,
        valid=False, kept=False, reworded=stage.reworded, reason=f"the call failed: {failure.kind}",
    )  # fmt: skip


def attempt_of(
    stage: ChainStage, completion: Completion, verdict: Verdict, chain: Chain, *, straight: bool = False
) -> Attempt:
    """Return the attempt of a completion; `straight` says that the steps before the last were skipped."""
    last = stage.index == len(chain.steps) - 1
    sure = verdict.confidence is not None and verdict.confidence >= chain.min_confidence
    unjudged = verdict.confidence is None and not verdict.needs_another
    kept = verdict.valid and (last or sure or (unjudged and not chain.escalate_unjudged))
    why = verdict.why
    if verdict.valid and len(chain.steps) > 1 and not sure:
        why = _LAST if last else _NO_SIGNAL if unjudged and why == "valid" else why
    if kept and straight:
        why = STRAIGHT
    # The strongest model against weaker ones: that they differ from it says little, so there is no confidence.
    disagrees = last and verdict.why in ("agreement", NO_ANSWER) and not sure
    # What is wrong with a completion is a failure, too: its message goes into the row.
    wrong = None if verdict.valid or not verdict.detail else Failure(kind="schema", http=200, message=verdict.detail)
    return Attempt(
        step=stage.index, name=stage.step.name, completion=completion, failure=wrong,
        confidence=None if disagrees else verdict.confidence, why=why, valid=verdict.valid, kept=kept,
        parsed=verdict.parsed, output=verdict.output if verdict.valid else None, reworded=stage.reworded,
        reason=why if kept else _doubt(verdict, chain),
    )  # fmt: skip


def without_room(attempt: Attempt) -> Attempt:
    """Return the attempt of a completion that is asked for again under a higher cap."""
    return replace(attempt, without_room=True, reason=_NO_ROOM)


def _doubt(verdict: Verdict, chain: Chain) -> str:
    """Return why a completion was not enough."""
    if not verdict.valid:
        return verdict.detail or verdict.why
    if verdict.detail:
        return verdict.detail
    if verdict.confidence is None:
        return _ALONE if verdict.needs_another else _NO_SIGNAL
    if verdict.why == "agreement":
        return "no other completion says the same"
    return f"{verdict.why} {verdict.confidence:.2f} is below {chain.min_confidence:g}"


def keep_original_wording(attempts: Sequence[Attempt]) -> list[Attempt]:
    """Keep, where a model agrees with itself, its completion of the original prompt: that has the form it asks for."""
    *before, first, again = attempts
    if not again.kept or again.why != "agreement":
        return list(attempts)
    kept = replace(first, kept=True, confidence=again.confidence, why=again.why, reason=_ITSELF)
    return [*before, kept, replace(again, kept=False, reason=again.why)]


def keep_first_completion(attempts: Sequence[Attempt]) -> list[Attempt]:
    """Keep, where a later model agrees with the first, the completion of the first: the one the others vouch for."""
    if len(attempts) < 2:
        return list(attempts)
    first, *middle, last = attempts
    if not last.kept or last.why != "agreement" or first.step != 0 or first.completion is None:
        return list(attempts)
    kept = replace(first, kept=True, confidence=last.confidence, why=last.why, reason=last.why)
    return [kept, *middle, replace(last, kept=False, reason=last.why)]


def unused_attempt(stage: ChainStage, made: CallResult) -> Attempt:
    """Return the attempt of a call made in parallel with another, which was enough for the row."""
    completion, failure = (made, None) if isinstance(made, Completion) else (None, made)
    return Attempt(
        step=stage.index, name=stage.step.name, completion=completion, failure=failure, confidence=None, why=_UNUSED,
        valid=False, kept=False, reason=_UNUSED,
    )  # fmt: skip


def best_if_none_kept(attempts: list[Attempt]) -> list[Attempt]:
    """Keep the surest valid attempt where the last step gave none, unless that step failed or was cut off."""
    if not attempts or kept_of(attempts) is not None:
        return attempts
    end = attempts[-1].completion
    valid = [attempt for attempt in attempts if attempt.valid]
    if end is None or end.stop_reason == "length" or not valid:
        return attempts
    # Later steps are stronger: the later wins a tie.
    best = max(valid, key=lambda attempt: (attempt.confidence or 0.0, attempt.step))
    return [
        replace(attempt, kept=True, why=_BEST, reason=_BEST) if attempt is best else attempt for attempt in attempts
    ]
