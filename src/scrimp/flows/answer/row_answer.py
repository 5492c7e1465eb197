"""What an answered row reports: its completion, how it was found, its cost, and what it would have cost otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scrimp import tokens
from scrimp.escalation.attempts import is_escalated
from scrimp.flows.plan.prompt_compressor import texts_of
from scrimp.flows.spend.call_usage import call_usages
from scrimp.values import Answer, Attempt, AttemptSummary, Completion, Compression

if TYPE_CHECKING:
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.flows.spend.counterfactual import CounterfactualPricer
    from scrimp.flows.spend.recorder import RowRecorder


def row_answer(
    row: PlannedRow, attempts: Sequence[Attempt], shown: Attempt, recorder: RowRecorder, pricer: CounterfactualPricer
) -> Answer | None:
    """Return what a row says of the attempt that is shown; None if it has no completion."""
    completion = shown.completion
    if completion is None or completion.entry is None:
        return None
    entry, compression = completion.entry, _compression(row)
    first = _first_of_step(attempts, shown) or completion  # what is asked again costs more than the prompt alone
    compared = first.entry or entry
    counterfactual = pricer.counterfactual(row.route, first, compared, compression)
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
    from scrimp.compression_version import compression_version  # where something was compressed

    before = sum(map(tokens.count, (*texts_of(row.prompt), row.instruction or "")))
    after = sum(map(tokens.count, sent))
    return Compression(
        before=before, after=after, level=level, rules=row.sent.rules, note=row.sent.note,
        version=compression_version(), keep=row.keep, why=row.why_level, below=row.below,
    )  # fmt: skip
