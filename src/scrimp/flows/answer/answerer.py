"""A planned row becomes an outcome: the escalation generator asks, models and checkers answer."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp import tokens
from scrimp.answers.canonical import canonical
from scrimp.enums import CacheUse, FailureKind, RowStatus, StopReason
from scrimp.escalation.attempts import is_escalated
from scrimp.escalation.confidence import assessor_for
from scrimp.escalation.escalate import escalate
from scrimp.escalation.questions import CallTwoSteps, Question, Reply, RunCheck
from scrimp.failures import policy_of
from scrimp.flows.answer.calls_steps import RowPendingError
from scrimp.flows.answer.check_command import LONGEST, run_check
from scrimp.flows.plan.expected.row_costs import PricedRow
from scrimp.flows.plan.expected.said import said_of
from scrimp.flows.plan.prompt_compressor import texts_of
from scrimp.flows.spend.call_usage import call_usages
from scrimp.flows.spend.recorder import RowRecorder
from scrimp.values import (
    Answer,
    Answered,
    Attempt,
    AttemptSummary,
    Chain,
    Completion,
    Compression,
    ExpectedRow,
    Failed,
    Failure,
    Outcome,
    TooDear,
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
        costs: RowCosts | None = None, cache_saving: Callable[[PlannedRow, str, str], Decimal] | None = None,
    ) -> None:  # fmt: skip
        """`costs` says what rows are expected to cost; None: it is not asked for.

        `cache_saving` says of that what the prompt cache of a provider's model is expected to save.
        """
        self._options, self._step_caller, self._pricer, self._history = options, step_caller, pricer, history
        self._costs, self._cache_saving = costs, cache_saving
        self._check_slots = asyncio.Semaphore(2 * (os.cpu_count() or 1))  # processes of the user's check
        self._assessors: dict[tuple[str, bool], Assessor] = {}
        self._cache_use: CacheUse = "off" if options.cache == "off" else "miss"

    async def outcome(self, row: PlannedRow, recorder: RowRecorder) -> Outcome:
        """Return what becomes of a row; the entries of its last call stay in the recorder, to be written with it."""
        dear = row.route.dear
        if dear is not None and dear.action == "skip":
            return _skipped(row, dear, self._cache_use)
        try:
            attempts = await self._escalate(row, recorder)
        except RowPendingError as pending:
            return self._pending(row, pending.failure, recorder)
        kept = next((attempt for attempt in attempts if attempt.kept), None)
        shown = _last_heard(attempts) if kept is None else kept
        answer = self._answer(row, attempts, shown, recorder)
        recorder.conclude(escalated=_escalated(row, kept), unread=self._unread(row, kept))
        if not self._step_caller.makes_rows:
            return self._pending(row, _LATER, recorder)
        entries = tuple(recorder.entries)
        if kept is not None and kept.completion is not None and answer is not None:
            return Answered(
                prompt=row.prompt, answer=answer, cache=self._cache_use, entries=entries, entry=kept.completion.entry,
                expected=self._expected(row, recorder),
            )  # fmt: skip
        failure, status = _failure_of(shown if _is_no_limit(attempts[-1]) else attempts[-1])
        asked = sum(attempt.step == shown.step and attempt.completion is not None for attempt in attempts)
        if status == "error" and not entries and _is_of_other_rows(failure):
            status = "pending"
        if failure.kind == "schema" and asked > 1:
            failure = replace(failure, message=f"{failure.message} (asked {asked} times)")
        return Failed(
            prompt=row.prompt, failure=failure, status=status, answer=answer, cache=self._cache_use, entries=entries,
            dear=dear, expected=self._expected(row, recorder),
        )  # fmt: skip

    def _pending(self, row: PlannedRow, failure: Failure, recorder: RowRecorder) -> Failed:
        """Return the outcome of a row of which nothing can be said yet, with the entries of what was called."""
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
        if first is None or self._cache_saving is None:
            return _NOTHING
        return self._cache_saving(row, first.provider, first.model)

    def _unread(self, row: PlannedRow, kept: Attempt | None) -> bool | None:
        """Return whether a row of a certified route of one model has no answer; None of other rows."""
        if row.route.certificate is None or len(row.route.chain.steps) > 1:
            return None
        if kept is None or kept.completion is None:
            return True
        said, parameters = kept.completion.text if kept.output is None else kept.output, self._options.parameters
        return canonical(said, parameters.choices, parameters.schema) is None

    @property
    def refusal(self) -> str | None:
        """Why a request did not fit under the run's cap, with what is spent by now; None where all did."""
        return self._step_caller.refusal

    def expect(self, rows: Sequence[PlannedRow]) -> None:
        """Be told of rows that are about to be asked for."""
        self._step_caller.expect(rows)

    def all_down(self, chains: Iterable[Chain]) -> bool:
        """Return whether no model of these chains may be called any more."""
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
        """Return how often the last step of a chain is told what is wrong with its completion."""
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

    def _answer(
        self, row: PlannedRow, attempts: Sequence[Attempt], shown: Attempt, recorder: RowRecorder
    ) -> Answer | None:
        completion = shown.completion
        if completion is None or completion.entry is None:
            return None
        entry, compression = completion.entry, _compression(row)
        first = _first_of_step(attempts, shown) or completion  # what is asked again costs more than the prompt alone
        compared = first.entry or entry
        counterfactual = self._pricer.counterfactual(row.route, first, compared, compression)
        output = completion.text if shown.output is None else shown.output
        return Answer(
            output=output, raw=completion.text if output != completion.text else None, model=completion.model,
            provider=entry.provider,
            finish_reason=completion.finish_reason,
            called_as=entry.model if entry.model != completion.model else None,
            parsed=shown.parsed, tier=row.route.tier, chain=row.route.chain.name,
            escalated=is_escalated(shown, row.route.chain), confidence=shown.confidence,
            why=_why(row, shown), usage=completion.usage, cost=recorder.cost,
            price=entry.price, compressed=compression, attempts=len(attempts), baseline=counterfactual.baseline,
            baseline_cost=counterfactual.baseline_cost, compression_saved=counterfactual.compression_saved,
            baseline_estimated=counterfactual.estimated, choice=row.route.choice, compared_cost=compared.cost,
            calls=call_usages(recorder.entries, attempts, compared), batch_saved=counterfactual.batch_saved,
            provider_cache_saved=counterfactual.provider_cache_saved, seller_saved=counterfactual.seller_saved,
            climb=_summaries(attempts), effort=entry.effort, dear=row.route.dear,
        )  # fmt: skip


def _skipped(row: PlannedRow, dear: TooDear, cache_use: CacheUse) -> Failed:
    """Return the outcome of a row that costs more than it may, for which nothing is called."""
    failure = Failure(kind="budget", message=said_of(dear), sent=False, rule_only=True)
    return Failed(prompt=row.prompt, failure=failure, status="skipped", cache=cache_use, dear=dear)


def _escalated(row: PlannedRow, kept: Attempt | None) -> bool | None:
    """Return whether an answered row of a chain climbed above its cheap models; None of other rows."""
    chain = row.route.chain
    return is_escalated(kept, chain) if kept is not None and len(chain.steps) > 1 else None


def _last_heard(attempts: Sequence[Attempt]) -> Attempt:
    """Return the attempt a row without a valid completion reports: the last, or the one it failed to correct."""
    last = attempts[-1]
    before = attempts[-2] if len(attempts) > 1 else last
    corrected = before.step == last.step and before.completion is not None and not before.valid
    return before if last.completion is None and corrected else last


def _is_of_other_rows(failure: Failure) -> bool:
    """Return whether no request was made for a row because its models were given up before its turn."""
    return not failure.sent and (policy_of(failure).fails_over or failure.http is not None)


def _is_no_limit(attempt: Attempt) -> bool:
    return attempt.failure is None or attempt.failure.kind != "budget"


def _first_of_step(attempts: Sequence[Attempt], shown: Attempt) -> Completion | None:
    """Return the first completion of the step whose completion is shown: that of the prompt itself."""
    return next(
        (
            each.completion
            for each in attempts
            if each.step == shown.step and each.completion and not each.reworded and not each.without_room
        ),
        None,
    )


def _task_text(row: PlannedRow) -> str:
    """Return the prompt with its system text and earlier turns, for a model that judges a completion of it."""
    if not row.sent.history and not row.sent.after:
        return f"{row.system}\n\n{row.text}" if row.system and row.text else row.system or row.text
    before, after = ([f"{turn.role}: {turn.words}" for turn in turns] for turns in (row.sent.history, row.sent.after))
    return "\n\n".join(part for part in (row.system, *before, row.text, *after) if part)


def _summaries(attempts: Sequence[Attempt]) -> tuple[AttemptSummary, ...]:
    """Return what a row that took several attempts says of them."""
    if len(attempts) < 2:
        return ()
    return tuple(
        AttemptSummary(each.name, each.completion.model if each.completion else None, each.confidence, each.reason)
        for each in attempts
    )


def _why(row: PlannedRow, attempt: Attempt) -> str:
    """Return why this tier and why this completion; a route the user fixed needs no reason."""
    return attempt.why if row.route.why == "asked for" else f"{row.route.why}; {attempt.why}"


def _compression(row: PlannedRow) -> Compression | None:
    """Count tokens exactly where something was changed; where nothing was, an estimate shows the size."""
    level = row.level
    if level == "off":
        return None
    sent = (row.text, row.system or "", *(turn.words for turn in (*row.sent.history, *row.sent.after)))
    if not row.sent.rules:
        size = sum(map(tokens.estimate, sent))
        return Compression(
            before=size, after=size, level=level, estimated=True, note=row.sent.note, keep=row.keep, why=row.why_level,
            below=row.below,
        )  # fmt: skip
    from scrimp.compress.version import compression_version  # where something was compressed

    before = sum(map(tokens.count, (*texts_of(row.prompt), row.instruction or "")))
    after = sum(map(tokens.count, sent))
    return Compression(
        before=before, after=after, level=level, rules=row.sent.rules, note=row.sent.note,
        version=compression_version(), keep=row.keep, why=row.why_level, below=row.below,
    )  # fmt: skip


def _failure_of(attempt: Attempt) -> tuple[Failure, RowStatus]:
    """Return why a row has no completion that may be given out, and its status."""
    if attempt.completion is not None and (early := _early_stop(attempt.completion)):
        return early, "truncated" if attempt.completion.stop_reason == "length" else "error"
    if attempt.failure is not None:
        return attempt.failure, "skipped" if attempt.failure.kind == "budget" else "error"
    return Failure(kind="schema", http=200, message=f"the completion was not accepted: {attempt.why}"), "error"


def _early_stop(completion: Completion) -> Failure | None:
    """Return the failure that a completion's stop reason means, None for one that came to its end."""
    model, word = completion.model, completion.finish_reason
    failures: Mapping[StopReason, tuple[FailureKind, str]] = {
        "length": ("too_long", "the completion was cut off at its token cap: raise --max-output"),
        "refused": ("refused", f"{model} declined to answer"),
        "tool": ("invalid", f"{model} stopped to call a tool ({word}), and scrimp offers none: reword the prompt"),
        "error": ("server", f"{model} stopped on an error of its provider ({word}): rerun the same command"),
        "unknown": ("server", f"{model} gave {_finish(word)}, so the completion may be cut off"),
    }  # fmt: skip
    if completion.stop_reason not in failures:
        return None
    if completion.stop_reason == "length" and not completion.text.strip():
        words = "the token cap was used up before any text came: raise --max-output, or lower --effort"
        return Failure(kind="too_long", http=200, message=words)
    kind, message = failures[completion.stop_reason]
    return Failure(kind=kind, http=200, message=message)


def _finish(word: str) -> str:
    return f"the finish reason '{word}', which is not known" if word else "no finish reason"
