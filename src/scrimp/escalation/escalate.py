"""Escalation along a chain: which call comes next and which completion is kept; the driver makes the calls.

An attempt is kept when it is valid and either sure enough, or at the last step, or there is no signal to judge it by:
open-ended text is not escalated. Where the last step completes with something invalid (refused, no label, check
failed), the surest valid attempt before it is kept after all: it was paid for. But where the last step *failed*, or its
completion was cut off at the cap, nothing is kept: time, a key or a higher cap fixes that, so the row fails, and the
next run calls again instead of finding in the cache a completion that the chain had doubts about.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from scrimp.escalation.attempts import (
    ChainStage,
    attempt_of,
    best_if_none_kept,
    failed_attempt,
    keep_first_completion,
    keep_original_wording,
    kept_of,
    unused_attempt,
    without_room,
)
from scrimp.escalation.questions import (
    CallResult,
    CallStep,
    CallTwoSteps,
    CheckResult,
    Question,
    Reply,
    RunCheck,
    call_result,
)
from scrimp.escalation.signals import SIGNALS, ask_other_model
from scrimp.escalation.signals.rewording import reworded
from scrimp.failures import policy_of
from scrimp.values import Attempt, Chain, Completion, Failure, Step

if TYPE_CHECKING:
    from scrimp.escalation.confidence import Assessor
    from scrimp.escalation.verdict import Verdict

Escalation: TypeAlias = Generator[Question, Reply, tuple[Attempt, ...]]


class _Settings(Struct, frozen=True):
    """What stays the same for all steps of one escalation: see `escalate`."""

    chain: Chain
    assess: Assessor
    text: str
    task: str
    brief: bool
    check: bool
    corrections: int
    may_raise: Callable[[Step, Completion], bool]


def escalate(
    chain: Chain, assess: Assessor, *, text: str = "", task: str = "", brief: bool = False, check: bool = False,
    start: int = 0, corrections: int = 0, may_raise: Callable[[Step, Completion], bool] = lambda *_: False,
) -> Escalation:  # fmt: skip
    """Yield each call (and each check) to make; return every attempt in the order made, at most one of them kept.

    The kept one is not always the last: see `kept_of`. Where none is kept, the last says why. `text` is the prompt, for
    signals that reword it; `task` is the prompt with its system text and earlier turns, for a model that judges a
    completion (empty: the prompt alone); `brief` says that a label or JSON is wanted; `start` is the index of the first
    step. The only cheap model of a chain has no other to agree with, so it is called twice, the second time in other
    words. With `chain.parallel` the first two steps are called at once, unless the second is the last: calling that
    together with the first saves nothing.

    A completion that is not one of the labels or breaks the schema goes to the next step. The last step is asked to
    correct it, up to `corrections` times, unless an earlier step's completion is valid.

    A completion that hit its cap with no text, which hidden thought leaves, is asked for again under a higher cap
    where `may_raise` says of it that there is one.
    """
    settings = _Settings(chain, assess, text, task or text, brief, check, corrections, may_raise)
    attempts: list[Attempt] = []
    stages = deque(ChainStage(index, step) for index, step in enumerate(chain.steps) if index >= start)
    early: dict[ChainStage, CallResult] = {}
    while stages:
        stage = stages.popleft()
        if chain.parallel and not attempts and len(stages) > 1:
            early = yield from _call_both(stage, stages[0])
        result = early.pop(stage) if stage in early else (yield from _call(stage, settings))
        if isinstance(result, Failure):
            verdict = None
            attempts.append(failed_attempt(stage, result))
        else:
            verdict = yield from _verdict(stage, result, attempts, settings)
            attempts.append(attempt_of(stage, result, verdict, chain, straight=start > 0))
            if _left_no_room(stage, result, settings):
                attempts[-1] = without_room(attempts[-1])
                stages.appendleft(replace(stage, raised=True))
                continue
            _ask_again(stages, stage, result, verdict, attempts, settings)
        if _has_nothing_to_back(stage, verdict, settings):
            stages = deque(list(stages)[-1:])
        if attempts[-1].kept or (not stage.reworded and _ends_chain(result)):
            break
    if attempts and attempts[-1].reworded:
        attempts = keep_original_wording(attempts)
    elif SIGNALS[chain.signal].only_with_first and attempts and attempts[-1].step < len(chain.steps) - 1:
        attempts = keep_first_completion(attempts)
    attempts = best_if_none_kept(attempts)
    unused = [unused_attempt(stage, result) for stage, result in early.items()]
    return (*attempts, *unused) if kept_of(attempts) is not None else (*unused, *attempts)


def _ask_again(
    stages: deque[ChainStage], stage: ChainStage, completion: Completion, verdict: Verdict,
    attempts: Sequence[Attempt], settings: _Settings,
) -> None:  # fmt: skip
    """Add a stage at which the same model is asked again: in other words, or told what is wrong."""
    if verdict.needs_another and _stands_alone(stage, settings):
        stages.appendleft(ChainStage(stage.index, stage.step, reworded=True))
    elif _may_correct(stage, verdict, attempts, settings):
        stages.append(ChainStage(stage.index, stage.step, reply=completion.text, correction=verdict.correction))


def _left_no_room(stage: ChainStage, completion: Completion, settings: _Settings) -> bool:
    """Return whether all that a cap allowed went into hidden thought, and a higher one can be asked for."""
    empty = completion.stop_reason == "length" and not completion.text.strip()
    return empty and not stage.raised and settings.may_raise(stage.step, completion)


def _ends_chain(result: CallResult) -> bool:
    """Return whether a step's reply ends the escalation: no later step would do better, or the row must be retried."""
    return policy_of(result).ends_chain if isinstance(result, Failure) else result.stop_reason == "length"


def _stands_alone(stage: ChainStage, settings: _Settings) -> bool:
    """Return whether a step is the only one below the last of a chain whose signal compares completions."""
    alone = len(settings.chain.steps) == 2 and not stage.index and SIGNALS[settings.chain.signal].compares
    return alone and not stage.reworded and bool(settings.text)


def _has_nothing_to_back(stage: ChainStage, verdict: Verdict | None, settings: _Settings) -> bool:
    """Return whether the first call gave nothing that others could agree with, so that only the last step is left."""
    backed = SIGNALS[settings.chain.signal].only_with_first and not stage.index
    return backed and (verdict is None or not verdict.needs_another)


def _may_correct(stage: ChainStage, verdict: Verdict, attempts: Sequence[Attempt], settings: _Settings) -> bool:
    """Return whether the model is told what is wrong with its completion, and asked again."""
    last = stage.index == len(settings.chain.steps) - 1
    asked = sum(attempt.step == stage.index for attempt in attempts)
    wanted = bool(verdict.correction) and not any(attempt.valid for attempt in attempts)
    return last and wanted and asked <= settings.corrections


def _call_both(first: ChainStage, second: ChainStage) -> Generator[Question, Reply, dict[ChainStage, CallResult]]:
    replies = yield CallTwoSteps(
        CallStep(index=first.index, step=first.step), CallStep(index=second.index, step=second.step)
    )
    if not isinstance(replies, tuple):
        raise TypeError(f"two calls were answered with a {type(replies).__name__}")
    return {first: replies[0], second: replies[1]}


def _call(stage: ChainStage, settings: _Settings) -> Generator[Question, Reply, CallResult]:
    text = reworded(settings.text, brief=settings.brief) if stage.reworded else stage.correction
    return call_result(
        (yield CallStep(index=stage.index, step=stage.step, text=text, reply=stage.reply, raised=stage.raised))
    )


def _verdict(
    stage: ChainStage, completion: Completion, attempts: Sequence[Attempt], settings: _Settings
) -> Generator[Question, Reply, Verdict]:
    """Return the verdict on a completion: by itself, by the others, by the user's check, by another model."""
    chain = settings.chain
    verdict = settings.assess(completion, attempts, reworded=stage.reworded)
    if settings.check and verdict.valid:
        verdict = yield from _checked(completion, verdict, check_decides=SIGNALS[chain.signal].check_decides)
    last = stage.index == len(chain.steps) - 1
    if verdict.valid and not last:  # after the last step there is none to escalate to
        judge = chain.judge or chain.steps[0]
        verdict = yield from ask_other_model(chain.signal, stage.index, judge, settings.task, completion, verdict)
    return verdict


def _checked(completion: Completion, verdict: Verdict, *, check_decides: bool) -> Generator[Question, Reply, Verdict]:
    """Run the user's check: a completion that fails it is invalid, one that passes has confidence 1.

    A chain that names another signal still asks that signal about a completion that passed.
    """
    result = yield RunCheck(completion.text if verdict.output is None else verdict.output)
    if not isinstance(result, CheckResult):
        raise TypeError(f"a check was answered with a {type(result).__name__}")
    if not result.passed:
        detail = f"the check refused the completion{f': {result.detail}' if result.detail else ''}"
        return replace(verdict, confidence=None, why="check", valid=False, needs_another=False, detail=detail)
    if check_decides:
        return replace(verdict, confidence=1.0, why="check", needs_another=False)
    return verdict
