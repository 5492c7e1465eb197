"""The ascent of a chain: which call comes next and which completion is kept; whoever drives it does the calling.

An attempt is kept when it is valid and either sure enough, or at the last step, or nothing is there to judge by: open-
ended text is not cascaded. What was paid for first is never thrown away for nothing: where the last step completes
with something invalid (refused, no label, check failed), the surest valid attempt before it is kept after all. But
where the last step *failed*, or its completion was cut off at the cap, nothing is kept: time, a key or a higher cap
mends that, so the row is given out as failed and the next run asks again instead of caching what the chain was not
content with.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from scrimp.escalation.attempts import (
    ChainStage,
    attempt_of,
    best_if_none_kept,
    failed_attempt,
    keep_original_wording,
    kept_of,
    unused_attempt,
)
from scrimp.escalation.confidence import AGREEING, Verdict
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
from scrimp.escalation.signals.opinion import ASKING, opinion
from scrimp.failures import policy_of
from scrimp.values import Attempt, Chain, Completion, Failure

if TYPE_CHECKING:
    from scrimp.escalation.confidence import Assessor

Escalation: TypeAlias = Generator[Question, Reply, tuple[Attempt, ...]]


class _Ascent(Struct, frozen=True):
    """What an ascent is about: see `escalate`."""

    chain: Chain
    judge: Assessor
    text: str
    task: str
    brief: bool
    check: bool


def escalate(
    chain: Chain, judge: Assessor, *, text: str = "", task: str = "", brief: bool = False, check: bool = False,
    start: int = 0,
) -> Escalation:  # fmt: skip
    """Yield each call (and each check) to make; return every attempt in the order made, at most one of them kept.

    The kept one is not always the last: see `kept_of`. Where none is kept, the last says why. `text` is the prompt, for
    the signals that put it in other words; `task` is the prompt with what goes with it, for those who are asked about
    a completion (empty: the prompt alone); `brief` says that a label or JSON is wanted; `start` is the step to begin
    at. A lone cheap model that has nobody to agree with is asked a second time, in other words. With `chain.parallel`
    the first two steps are called at once, unless the second is the last: to call that beside the first saves nothing.
    """
    asked = _Ascent(chain, judge, text, task or text, brief, check)
    attempts: list[Attempt] = []
    stages = deque(ChainStage(index, step) for index, step in enumerate(chain.steps) if index >= start)
    early: dict[ChainStage, CallResult] = {}
    while stages:
        stage = stages.popleft()
        if chain.parallel and not attempts and len(stages) > 1:
            early = yield from _both(stage, stages[0])
        made = early.pop(stage) if stage in early else (yield from _called(stage, asked))
        if isinstance(made, Failure):
            attempts.append(failed_attempt(stage, made))
        else:
            verdict = yield from _verdict(stage, made, attempts, asked)
            attempts.append(attempt_of(stage, made, verdict, chain, straight=start > 0))
            if verdict.more and _stands_alone(stage, asked):
                stages.appendleft(ChainStage(stage.index, stage.step, reworded=True))
        if attempts[-1].kept or (not stage.reworded and _in_vain(made)):
            break
    if attempts and attempts[-1].reworded:
        attempts = keep_original_wording(attempts)
    attempts = best_if_none_kept(attempts)
    beside = [unused_attempt(stage, made) for stage, made in early.items()]
    return (*attempts, *beside) if kept_of(attempts) is not None else (*beside, *attempts)


def _in_vain(made: CallResult) -> bool:
    """Say whether a step's reply ends the ascent: a higher one would not do better, or the row is to be asked again."""
    return policy_of(made).ends_chain if isinstance(made, Failure) else made.stop == "length"


def _stands_alone(stage: ChainStage, asked: _Ascent) -> bool:
    """Say whether a step is the only one below the last of a chain that lives by agreement."""
    alone = len(asked.chain.steps) == 2 and not stage.index and asked.chain.signal in AGREEING
    return alone and not stage.reworded and bool(asked.text)


def _both(first: ChainStage, second: ChainStage) -> Generator[Question, Reply, dict[ChainStage, CallResult]]:
    replies = yield CallTwoSteps(
        CallStep(index=first.index, step=first.step), CallStep(index=second.index, step=second.step)
    )
    if not isinstance(replies, tuple):
        raise TypeError(f"two calls were answered with a {type(replies).__name__}")
    return {first: replies[0], second: replies[1]}


def _called(stage: ChainStage, asked: _Ascent) -> Generator[Question, Reply, CallResult]:
    words = None
    if stage.reworded:
        from scrimp.escalation.signals.votes import reworded  # noqa: PLC0415 - where one cheap model stands alone

        words = reworded(asked.text, brief=asked.brief)
    return call_result((yield CallStep(index=stage.index, step=stage.step, text=words)))


def _verdict(
    stage: ChainStage, completion: Completion, attempts: Sequence[Attempt], asked: _Ascent
) -> Generator[Question, Reply, Verdict]:
    """Return what is held of a completion: by itself and beside the others, by the user's check, by another model."""
    chain = asked.chain
    verdict = asked.judge(completion, attempts, reworded=stage.reworded)
    if asked.check and verdict.valid:
        verdict = yield from _checked(completion, verdict, chain.signal)
    last = stage.index == len(chain.steps) - 1
    if verdict.valid and chain.signal in ASKING and not last:  # above the last step there is nobody to go to
        whom = chain.judge or chain.steps[0]
        verdict = yield from opinion(chain.signal, stage.index, whom, asked.task, completion, verdict)
    return verdict


def _checked(completion: Completion, verdict: Verdict, signal: str) -> Generator[Question, Reply, Verdict]:
    """Ask the user's check: failing it is as bad as a missing label, passing it is as good as it gets.

    A chain that names another signal than its check still wants that signal's word on what passed.
    """
    result = yield RunCheck(completion.text)
    if not isinstance(result, CheckResult):
        raise TypeError(f"a check was answered with a {type(result).__name__}")
    if not result.passed:
        detail = f"the check refused the completion{f': {result.detail}' if result.detail else ''}"
        return replace(verdict, confidence=None, why="check", valid=False, more=False, detail=detail)
    if signal in {"auto", "check"}:
        return replace(verdict, confidence=1.0, why="check", more=False)
    return verdict
