"""A piece of work becomes an outcome: the escalation generator asks, models and checkers are asked for it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from scrimp import tokens
from scrimp.enums import CacheUse, RowStatus
from scrimp.escalation.confidence import assessor_for
from scrimp.escalation.escalate import escalate
from scrimp.escalation.questions import CallTwoSteps, Question, Reply, RunCheck
from scrimp.flows.answer.check_command import run_check
from scrimp.flows.plan.prompt_compressor import texts_of
from scrimp.flows.spend.recorder import RowRecorder
from scrimp.values import (
    Answer,
    Answered,
    Attempt,
    AttemptSummary,
    Chain,
    Completion,
    Compression,
    Entry,
    Failed,
    Failure,
    Outcome,
)

if TYPE_CHECKING:
    from scrimp.escalation.confidence import Assessor
    from scrimp.flows.answer.chain_history import ChainHistory
    from scrimp.flows.answer.counterfactual import CounterfactualPricer
    from scrimp.flows.answer.step_caller import StepCaller
    from scrimp.flows.plan.planner import PlannedRow
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.spend.recorder import CallRecorder


class Answerer:
    """Answers the work of one run."""

    def __init__(
        self,
        *,
        asked: RunOptions,
        stepper: StepCaller,
        booking: CallRecorder,
        comparer: CounterfactualPricer,
        record: ChainHistory,
    ) -> None:
        self._record = record
        self._asked, self._stepper, self._booking, self._comparer = asked, stepper, booking, comparer
        self._checking = asyncio.Semaphore(2 * (os.cpu_count() or 1))  # processes of the user's own
        self._judges: dict[tuple[str, bool], Assessor] = {}
        self._cache: CacheUse = "off" if asked.cache == "off" else "miss"

    async def outcome(self, work: PlannedRow, book: RowRecorder) -> Outcome:
        """Return what becomes of a row; the entries of its last call stay in the book, to be written with it."""
        attempts, makers = await self._climb(work, book)
        kept = next((index for index, attempt in enumerate(attempts) if attempt.kept), None)
        shown = len(attempts) - 1 if kept is None else kept
        answer = self._answer(work, attempts, shown, makers[shown], book)
        entries = tuple(book.entries)
        if kept is not None and answer is not None:
            return Answered(prompt=work.prompt, answer=answer, cache=self._cache, entries=entries)
        failure, status = _failure_of(attempts[-1])
        return Failed(
            prompt=work.prompt, failure=failure, status=status, answer=answer, cache=self._cache, entries=entries
        )

    def _judge(self, chain: Chain) -> Assessor:
        key = (chain.signal, len(chain.steps) == 1)
        if key not in self._judges:
            self._judges[key] = assessor_for(chain.signal, self._asked.parameters, alone=key[1])
        return self._judges[key]

    def all_down(self, chains: Iterable[Chain]) -> bool:
        """Say whether no model of these chains may be called any more."""
        return not any(self._stepper.alive(step) for chain in chains for step in chain.steps)

    async def _climb(self, work: PlannedRow, book: RowRecorder) -> tuple[tuple[Attempt, ...], list[Entry | None]]:
        """Drive the generator; return the attempts, and the entry of the call that made each."""
        chain = work.route.chain
        start = self._start(work)
        parameters = self._asked.parameters
        steps = escalate(
            chain, self._judge(chain), text=work.text, task=_task(work),
            brief=bool(parameters.choices or parameters.schema), check=self._asked.check is not None, start=start,
        )  # fmt: skip
        made: list[tuple[Completion | Failure, Entry | None]] = []
        try:
            question = next(steps)
            while True:
                question = steps.send(await self._reply(question, work, book, made))
        except StopIteration as end:
            attempts: tuple[Attempt, ...] = end.value
            return attempts, [_entry_of(attempt, made) for attempt in attempts]

    def _start(self, work: PlannedRow) -> int:
        chain = work.route.chain
        if len(chain.steps) == 1:
            return 0
        return self._record.start(chain, work.signature(self._asked.parameters, self._asked.labels.name), work.key)

    async def _reply(
        self,
        question: Question,
        work: PlannedRow,
        book: RowRecorder,
        made: list[tuple[Completion | Failure, Entry | None]],
    ) -> Reply:
        """Answer what the generator asks; what was made is noted with its entry."""
        if isinstance(question, RunCheck):
            async with self._checking:
                return await run_check(self._asked.check or "", question.text)
        if isinstance(question, CallTwoSteps):
            both = await asyncio.gather(
                *(self._stepper.call(ask, work, book) for ask in (question.first, question.second))
            )
            made += [
                (each.made, book.entry_of(each.model, ask.index))
                for ask, each in zip((question.first, question.second), both, strict=True)
            ]
            return both[0].made, both[1].made
        stepped = await self._stepper.call(question, work, book)
        made.append((stepped.made, book.entry_of(stepped.model, question.index)))
        return stepped.made

    def _answer(
        self, work: PlannedRow, attempts: Sequence[Attempt], shown: int, entry: Entry | None, book: RowRecorder
    ) -> Answer | None:
        attempt = attempts[shown]
        completion = attempt.completion
        if completion is None or entry is None:
            return None
        compression = _compression(work)
        otherwise = self._comparer.otherwise(completion, entry.provider, entry.model, compression, entry.time)
        return Answer(
            output=completion.text, model=completion.model, provider=entry.provider,
            finish_reason=completion.finish_reason,
            parsed=attempt.parsed, tier=work.route.tier, chain=work.route.chain.name, escalated=attempt.step > 0,
            confidence=attempt.confidence, why=_why(work, attempt), usage=completion.usage, cost=book.cost,
            price=entry.price, compressed=compression, attempts=len(attempts), baseline=self._comparer.baseline,
            baseline_cost=otherwise.baseline_cost, compression_saved=otherwise.compression_saved,
            provider_cache_saved=otherwise.provider_cache_saved, climb=_climb_of(attempts),
        )  # fmt: skip


def _task(work: PlannedRow) -> str:
    """Return the prompt with its system text and earlier turns, for who is asked about a completion of it."""
    turns = (f"{turn.role}: {turn.content}" for turn in work.history)
    return "\n\n".join(part for part in (work.system, *turns, work.text) if part)


def _entry_of(attempt: Attempt, made: Sequence[tuple[Completion | Failure, Entry | None]]) -> Entry | None:
    """Return the entry of the call that made an attempt's completion."""
    return next((entry for result, entry in made if result is attempt.completion), None)


def _climb_of(attempts: Sequence[Attempt]) -> tuple[AttemptSummary, ...]:
    """Return what a row that took several attempts tells of them."""
    if len(attempts) < 2:
        return ()
    return tuple(
        AttemptSummary(each.name, each.completion.model if each.completion else None, each.confidence, each.reason)
        for each in attempts
    )


def _why(work: PlannedRow, attempt: Attempt) -> str:
    """Say why this tier and why this completion; a route the user fixed needs no reason."""
    return attempt.why if work.route.why == "asked for" else f"{work.route.why}; {attempt.why}"


def _compression(work: PlannedRow) -> Compression | None:
    """Count tokens exactly where something was changed; where nothing was, an estimate shows the size."""
    level = work.level
    if level == "off":
        return None
    sent = (work.text, work.system or "", *(turn.content for turn in work.history))
    if not work.rules:
        size = sum(map(tokens.estimate, sent))
        return Compression(before=size, after=size, level=level, estimated=True, note=work.note)
    before, after = sum(map(tokens.count, texts_of(work.prompt))), sum(map(tokens.count, sent))
    return Compression(before=before, after=after, level=level, rules=work.rules, note=work.note)


def _failure_of(attempt: Attempt) -> tuple[Failure, RowStatus]:
    """Return why a row has no completion that may be given out, and the word for it."""
    completion = attempt.completion
    if completion is not None and completion.stop == "length":
        message = "the completion was cut off at its cap of tokens: raise --max-output"
        return Failure(kind="too_long", http=200, message=message), "truncated"
    if completion is not None and completion.stop == "refused":
        return Failure(kind="refused", http=200, message=f"{completion.model} declined to answer"), "error"
    if attempt.failure is not None:
        return attempt.failure, "skipped" if attempt.failure.kind == "budget" else "error"
    return Failure(kind="schema", http=200, message=f"the completion was not accepted: {attempt.why}"), "error"
