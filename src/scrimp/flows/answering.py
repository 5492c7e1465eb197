"""A piece of work becomes an outcome: the escalation generator asks, models and checkers are asked for it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from scrimp import tokens
from scrimp.flows.booking import RowBook
from scrimp.flows.checking import run_check
from scrimp.routing.confidence import Judge, judge_for
from scrimp.routing.escalation import Check, CheckResult, escalate
from scrimp.values import (
    Answer,
    Answered,
    Attempt,
    CacheUse,
    Chain,
    Completion,
    Compression,
    Failed,
    Failure,
    Outcome,
    Status,
)

if TYPE_CHECKING:
    from scrimp.flows.asked import Asked
    from scrimp.flows.booking import Booking
    from scrimp.flows.comparing import Comparer
    from scrimp.flows.stepping import Stepper
    from scrimp.flows.work import Work


class Answerer:
    """Answers the work of one run."""

    def __init__(self, *, asked: Asked, stepper: Stepper, booking: Booking, comparer: Comparer) -> None:
        self._asked, self._stepper, self._booking, self._comparer = asked, stepper, booking, comparer
        self._checking = asyncio.Semaphore(2 * (os.cpu_count() or 1))  # processes of the user's own
        self._judges: dict[tuple[str, bool], Judge] = {}
        self._cache: CacheUse = "off" if asked.cache == "off" else "miss"

    async def outcome(self, work: Work, book: RowBook) -> Outcome:
        """Return what becomes of a row; the entries of its last call stay in the book, to be written with it."""
        attempts, providers = await self._climb(work, book)
        kept = next((index for index, attempt in enumerate(attempts) if attempt.kept), None)
        shown = len(attempts) - 1 if kept is None else kept
        answer = self._answer(work, attempts, shown, providers[shown], book)
        entries = tuple(book.entries)
        if kept is not None and answer is not None:
            return Answered(prompt=work.prompt, answer=answer, cache=self._cache, entries=entries)
        failure, status = _failure_of(attempts[-1])
        return Failed(
            prompt=work.prompt, failure=failure, status=status, answer=answer, cache=self._cache, entries=entries
        )

    def _judge(self, chain: Chain) -> Judge:
        key = (chain.signal, len(chain.steps) == 1)
        if key not in self._judges:
            self._judges[key] = judge_for(chain.signal, self._asked.parameters, alone=key[1])
        return self._judges[key]

    def all_down(self, chains: Iterable[Chain]) -> bool:
        """Say whether no model of these chains may be called any more."""
        return not any(self._stepper.alive(step) for chain in chains for step in chain.steps)

    async def _climb(self, work: Work, book: RowBook) -> tuple[tuple[Attempt, ...], list[str]]:
        """Drive the generator; return the attempts, and which provider made each."""
        chain, asked = work.route.chain, self._asked
        steps = escalate(chain, self._judge(chain), check=asked.check is not None)
        providers: list[str] = []
        try:
            question = next(steps)
            while True:
                reply: Completion | Failure | CheckResult
                if isinstance(question, Check):
                    async with self._checking:
                        reply = await run_check(asked.check or "", question.text)
                else:
                    book.step = question.index
                    reply, provider = await self._stepper.call(question.step, work, book)
                    providers.append(provider)
                question = steps.send(reply)
        except StopIteration as end:
            return end.value, providers

    def _answer(
        self, work: Work, attempts: Sequence[Attempt], shown: int, provider: str, book: RowBook
    ) -> Answer | None:
        attempt = attempts[shown]
        completion = attempt.completion
        if completion is None:
            return None
        compression = _compression(work, self._asked.level)
        entry = next(e for e in reversed(book.entries) if e.step == attempt.step and e.http == 200)
        otherwise = self._comparer.otherwise(completion, provider, entry.model, compression, entry.time)
        return Answer(
            output=completion.text, model=completion.model, provider=provider, finish_reason=completion.finish_reason,
            parsed=attempt.parsed, tier=work.route.tier, chain=work.route.chain.name, escalated=shown > 0,
            confidence=attempt.confidence, why=_why(work, attempt), usage=completion.usage, cost=book.cost,
            price=entry.price, compressed=compression, attempts=len(attempts), baseline=self._comparer.baseline,
            baseline_cost=otherwise.baseline_cost, compression_saved=otherwise.compression_saved,
            provider_cache_saved=otherwise.provider_cache_saved,
        )  # fmt: skip


def _why(work: Work, attempt: Attempt) -> str:
    """Say why this tier and why this completion; a route the user fixed needs no reason."""
    return attempt.why if work.route.why == "asked for" else f"{work.route.why}; {attempt.why}"


def _compression(work: Work, level: str) -> Compression | None:
    """Count tokens exactly where something was changed; where nothing was, an estimate shows the size."""
    if level == "off":
        return None
    if not work.rules:
        size = tokens.estimate(work.text)
        return Compression(before=size, after=size, level=level, estimated=True)
    return Compression(before=tokens.count(work.prompt.text), after=tokens.count(work.text), level=level)


def _failure_of(attempt: Attempt) -> tuple[Failure, Status]:
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
