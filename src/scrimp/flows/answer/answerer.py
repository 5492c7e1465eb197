"""A planned row becomes an outcome: the escalation generator asks, models and checkers answer."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.answers.canonical import canonical
from scrimp.enums import CacheUse
from scrimp.escalation.attempts import is_escalated
from scrimp.escalation.confidence import assessor_for
from scrimp.escalation.escalate import escalate
from scrimp.escalation.questions import CallTwoSteps, Question, Reply, RunCheck
from scrimp.flows.answer.calls_steps import RowPendingError
from scrimp.flows.answer.check_command import LONGEST, run_check
from scrimp.flows.answer.row_answer import row_answer
from scrimp.flows.answer.row_failure import (
    failure_of,
    is_no_limit,
    is_of_other_rows,
    last_heard,
    nothing_to_ask,
    skipped,
)
from scrimp.flows.answer.work_in_progress import WorkInProgress
from scrimp.flows.plan.expected.row_costs import PricedRow
from scrimp.flows.spend.recorder import RowRecorder
from scrimp.values import (
    Answered,
    Attempt,
    Chain,
    ExpectedRow,
    Failed,
    Failure,
    Outcome,
)

if TYPE_CHECKING:
    from scrimp.escalation.confidence import Assessor
    from scrimp.flows.answer.calls_steps import CallsSteps
    from scrimp.flows.answer.chain_history import ChainHistory
    from scrimp.flows.plan.expected.row_costs import RowCosts
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.spend.counterfactual import CounterfactualPricer

_NOTHING = Decimal(0)
_LATER = Failure(kind="batch", message="is made in a later pass", sent=False)


class Answerer:
    """Answers the planned rows of one run."""

    def __init__(
        self, *, options: RunOptions, step_caller: CallsSteps, pricer: CounterfactualPricer, history: ChainHistory,
        costs: RowCosts | None = None,
    ) -> None:  # fmt: skip
        """`costs` returns the expected cost of rows; None if it is not asked for."""
        self._options, self._step_caller, self._pricer, self._history = options, step_caller, pricer, history
        self._costs = costs
        checks = 2 * (os.cpu_count() or 1)  # processes of the user's check
        self._check_slots = asyncio.Semaphore(checks)
        self._in_progress = WorkInProgress(calls=options.concurrency, checks=checks if options.check else 0)
        self._assessors: dict[tuple[str, bool], Assessor] = {}
        self._cache_use: CacheUse = "off" if options.cache == "off" else "miss"

    async def outcome(self, row: PlannedRow, recorder: RowRecorder) -> Outcome:
        """Return the outcome of a row; the entries of its last call stay in the recorder, to be written with it."""
        if row.prompt.defect:
            return nothing_to_ask(row, self._cache_use)
        dear = row.route.dear
        if dear is not None and dear.action == "skip":
            return skipped(row, dear, self._cache_use)
        try:
            async with self._in_progress.place(row.route.chain):
                attempts = await self._escalate(row, recorder)
        except RowPendingError as pending:
            return self._pending(row, pending.failure, recorder)
        kept = next((attempt for attempt in attempts if attempt.kept), None)
        shown = last_heard(attempts) if kept is None else kept
        answer = row_answer(row, attempts, shown, recorder, self._pricer)
        recorder.conclude(escalated=_escalated(row, kept), unread=self._unread(row, kept))
        if not self._step_caller.makes_rows:
            return self._pending(row, _LATER, recorder)
        entries = tuple(recorder.entries)
        if kept is not None and kept.completion is not None and answer is not None:
            return Answered(
                prompt=row.prompt, answer=answer, cache=self._cache_use, entries=entries, entry=kept.completion.entry,
                expected=self._expected(row, recorder),
            )  # fmt: skip
        failure, status = failure_of(shown if is_no_limit(attempts[-1]) else attempts[-1])
        asked = sum(attempt.step == shown.step and attempt.completion is not None for attempt in attempts)
        if status == "error" and not entries and is_of_other_rows(failure):
            status = "pending"
        if failure.kind == "schema" and asked > 1:
            failure = replace(failure, message=f"{failure.message} (asked {asked} times)")
        return Failed(
            prompt=row.prompt, failure=failure, status=status, answer=answer, cache=self._cache_use, entries=entries,
            dear=dear, expected=self._expected(row, recorder),
        )  # fmt: skip

    def _pending(self, row: PlannedRow, failure: Failure, recorder: RowRecorder) -> Failed:
        """Return the outcome of a row that cannot be answered yet, with the entries of what was called."""
        return Failed(
            prompt=row.prompt, failure=failure, status="pending", cache=self._cache_use,
            entries=tuple(recorder.entries), dear=row.route.dear,
        )  # fmt: skip

    def _expected(self, row: PlannedRow, recorder: RowRecorder) -> ExpectedRow | None:
        """Return what a row was expected to cost, where it was called: computed later, of what was known before."""
        if self._costs is None or not recorder.entries:
            return None
        dollars = PricedRow(row, self._costs, recorder.signature).cost(row.route.chain)
        known = self._costs.knows(row.route.chain, recorder.signature)
        if dollars is None:
            return None
        return ExpectedRow(max(_NOTHING, dollars - self._kept_of(row)), assumed=not known)

    def _kept_of(self, row: PlannedRow) -> Decimal:
        """Return what a provider's cache is expected to save of the call of the first step."""
        first = self._costs.called(row.route.chain.steps[0]) if self._costs is not None else None
        return _NOTHING if first is None else self._step_caller.expected_saving(row, first)

    def _unread(self, row: PlannedRow, kept: Attempt | None) -> bool | None:
        """Return whether a row of a certified one-model route has no answer; None for other rows."""
        if row.route.certificate is None or len(row.route.chain.steps) > 1:
            return None
        if kept is None or kept.completion is None:
            return True
        said, parameters = kept.completion.text if kept.output is None else kept.output, self._options.parameters
        return canonical(said, parameters.choices, parameters.schema) is None

    @property
    def refusal(self) -> str | None:
        """Why a request did not fit under the run's cap, with what is spent so far; None if all did."""
        return self._step_caller.refusal

    def expect(self, rows: Sequence[PlannedRow]) -> None:
        """Prepare for rows that are about to be answered."""
        self._step_caller.expect(rows)

    def all_down(self, chains: Iterable[Chain]) -> bool:
        """Return whether no model of these chains can be called."""
        return not any(self._step_caller.is_alive(step) for chain in chains for step in chain.steps)

    async def _escalate(self, row: PlannedRow, recorder: RowRecorder) -> tuple[Attempt, ...]:
        """Drive the escalation generator and return its attempts."""
        chain, parameters = row.route.chain, self._options.parameters
        escalation = escalate(
            chain, self._assessor(chain), text=row.text, task=_task_text(row),
            brief=parameters.structured, check=self._options.check is not None,
            start=self._first_step(row), corrections=self._corrections(chain),
            may_raise=partial(self._step_caller.may_raise, row),
        )  # fmt: skip
        try:
            question = next(escalation)
            while True:
                question = escalation.send(await self._reply(question, row, recorder))
        except StopIteration as end:
            attempts: tuple[Attempt, ...] = end.value
            return attempts

    def _corrections(self, chain: Chain) -> int:
        """Return how often the last step of a chain is asked to correct its completion."""
        wanted = self._options.corrections if self._options.parameters.structured else 0
        return wanted if wanted and self._step_caller.converses(chain.steps[-1]) else 0

    def _assessor(self, chain: Chain) -> Assessor:
        key = (chain.signal, len(chain.steps) == 1)
        if key not in self._assessors:
            self._assessors[key] = assessor_for(chain.signal, self._options.parameters, alone=key[1])
        return self._assessors[key]

    def _first_step(self, row: PlannedRow) -> int:
        chain = row.route.chain
        if len(chain.steps) == 1:
            return 0
        signature = row.signature(self._options.parameters, self._options.labels.task_name)
        return self._history.first_step(chain, signature, row.key)

    async def _reply(self, question: Question, row: PlannedRow, recorder: RowRecorder) -> Reply:
        """Answer what the generator asks."""
        recorder.goes_on()
        if isinstance(question, RunCheck):
            async with self._check_slots:
                longest = min(LONGEST, self._options.timeout)
                return await run_check(self._options.check or "", question.text, longest=longest)
        if isinstance(question, CallTwoSteps):
            first, second = await asyncio.gather(
                self._step_caller.call(question.first, row, recorder),
                self._step_caller.call(question.second, row, recorder),
            )
            return first, second
        return await self._step_caller.call(question, row, recorder)


def _escalated(row: PlannedRow, kept: Attempt | None) -> bool | None:
    """Return whether an answered row of a chain escalated above its cheap models; None for other rows."""
    chain = row.route.chain
    return is_escalated(kept, chain) if kept is not None and len(chain.steps) > 1 else None


def _task_text(row: PlannedRow) -> str:
    """Return the prompt with its system text and earlier turns, for a model that judges a completion of it."""
    if not row.sent.history and not row.sent.after:
        return f"{row.system}\n\n{row.text}" if row.system and row.text else row.system or row.text
    before, after = ([f"{turn.role}: {turn.words}" for turn in turns] for turns in (row.sent.history, row.sent.after))
    return "\n\n".join(part for part in (row.system, *before, row.text, *after) if part)
