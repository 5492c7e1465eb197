"""An outcome becomes an output row: one schema for every command; fields are only ever added, at the end."""

from __future__ import annotations

from msgspec import UNSET, Raw, Struct, UnsetType

from scrimp.billing.row_cost import cost_in_run
from scrimp.failures import is_retryable
from scrimp.render.decimal_json import decimal_number
from scrimp.values import (
    Answer,
    Answered,
    AttemptSummary,
    Compression,
    Failed,
    Json,
    JsonObject,
    Outcome,
    TooDear,
    Usage,
)


class RowUsage(Struct, frozen=True):
    """Tokens of the call whose completion was kept; of a row without one, of its last call that counted any."""

    input: int
    cache_read: int
    cache_write: int
    output: int
    reasoning: int


class RowCompression(Struct, frozen=True):
    """Tokens before and after."""

    before: int
    after: int
    level: str
    estimated: bool | UnsetType = UNSET
    rules: tuple[str, ...] | UnsetType = UNSET  # rules that made it shorter
    note: str | UnsetType = UNSET  # why the requested level could not be reached
    keep: float | UnsetType = UNSET  # the share of documents that was kept, where it is not the default one
    why: str | UnsetType = UNSET  # the certificate of the level
    below: int | UnsetType = UNSET  # the size in tokens that the level was raised for, above which the model costs more


class RowError(Struct, frozen=True):
    """Why there is no completion."""

    kind: str
    http: int | None
    retryable: bool
    message: str


class RowTooDear(Struct, frozen=True):
    """A row that was expected to cost more than it may, and what was done about it; amounts are in dollars."""

    limit_usd: Raw
    expected_usd: Raw | None  # dollars at that model; None if its price is unknown
    model: str  # the model that would have been called first
    action: str  # cheaper, compress or skip
    instead: str | None  # the model or the level that was taken instead
    expected_now_usd: Raw | None


class OutputRow(Struct, frozen=True, kw_only=True):
    """An output row in the order of its fields."""

    v: int = 1
    index: int
    id: str | None
    status: str
    output: str | None = None
    parsed: Json = None
    model: str | None = None
    provider: str | None = None
    tier: str | None = None
    chain: str | None = None
    escalated: bool = False
    confidence: float | None = None
    why: str | None = None
    cache: str
    finish_reason: str | None = None
    usage: RowUsage | None = None
    cost_usd: Raw | None
    price: str | None = None
    compressed: RowCompression | None = None
    attempts: int
    error: RowError | None = None
    input: JsonObject | None
    estimated: bool | UnsetType = UNSET  # present only where the cost or the usage is an estimate
    climb: tuple[AttemptSummary, ...] | UnsetType = (
        UNSET  # present only where there were several attempts: why each was not enough
    )
    raw: str | UnsetType = UNSET  # present only where the output is a part of it: the completion as the model wrote it
    sample: int | UnsetType = UNSET  # present only with --samples: which completion of its prompt it is, from 0
    effort: str | UnsetType = UNSET  # present only where one was asked of the model
    too_dear: RowTooDear | UnsetType = UNSET  # present only where it was expected to cost more than a row may


def output_row(outcome: Outcome) -> OutputRow:
    """Return the row of an outcome."""
    if isinstance(outcome, Answered):
        return _filled(outcome, outcome.answer, "ok", outcome.answer.output, None)
    failure = outcome.failure
    error = RowError(failure.kind, failure.http, is_retryable(failure), failure.message)
    if outcome.answer is None:
        return _bare(outcome, error)
    # A failed row is never an empty completion.
    return _filled(outcome, outcome.answer, outcome.status, outcome.answer.output or None, error)


def _filled(outcome: Outcome, answer: Answer, status: str, output: str | None, error: RowError | None) -> OutputRow:
    prompt, cost, confidence = outcome.prompt, cost_in_run(outcome), answer.confidence
    return OutputRow(
        index=prompt.index,
        id=prompt.id,
        status=status,
        output=output,
        parsed=answer.parsed,
        model=answer.model,
        provider=answer.provider,
        tier=answer.tier,
        chain=answer.chain,
        escalated=answer.escalated,
        confidence=None if confidence is None else round(confidence, 6),
        why=answer.why or None,
        cache=outcome.cache,
        finish_reason=answer.finish_reason,
        usage=_usage(answer.usage),
        cost_usd=None if cost is None else decimal_number(cost),
        price=answer.price,
        compressed=_compression(answer.compressed),
        attempts=answer.attempts,
        error=error,
        input=prompt.row,
        estimated=_estimated(outcome, answer),
        climb=answer.climb or UNSET,
        raw=UNSET if answer.raw is None else answer.raw,
        sample=UNSET if prompt.sample is None else prompt.sample,
        effort=answer.effort or UNSET,
        too_dear=UNSET if answer.dear is None else too_dear(answer.dear),
    )


def _bare(outcome: Failed, error: RowError) -> OutputRow:
    """Return the row of a prompt without a completion; the last call names the model.

    An error may have been billed, though a retry after it was not: then the row has the tokens beside their cost.
    """
    cost, entries = cost_in_run(outcome), outcome.paid_before + outcome.entries
    last = entries[-1] if entries else None
    billed = next((entry for entry in reversed(entries) if entry.usage is not None), last)
    return OutputRow(
        index=outcome.prompt.index,
        id=outcome.prompt.id,
        status=outcome.status,
        model=last.model if last else None,
        provider=last.provider if last else None,
        tier=last.tier if last else None,
        chain=last.chain if last else None,
        cache=outcome.cache,
        usage=_usage(billed.usage) if billed else None,
        cost_usd=None if cost is None else decimal_number(cost),
        price=billed.price if billed else None,
        attempts=len({entry.step for entry in entries}),
        error=error,
        input=outcome.prompt.row,
        estimated=_estimated(outcome, None),
        sample=UNSET if outcome.prompt.sample is None else outcome.prompt.sample,
        effort=(last and last.effort) or UNSET,
        too_dear=UNSET if outcome.dear is None else too_dear(outcome.dear),
    )


def too_dear(dear: TooDear) -> RowTooDear:
    """Return the output field of a row that was too expensive."""
    amounts = [None if each is None else decimal_number(each) for each in (dear.expected, dear.now)]
    return RowTooDear(decimal_number(dear.limit), amounts[0], dear.model, dear.action, dear.instead, amounts[1])


def _usage(usage: Usage | None) -> RowUsage | None:
    if usage is None:
        return None
    return RowUsage(usage.input, usage.cache_read, usage.cache_write, usage.output, usage.reasoning)


def _compression(receipt: Compression | None) -> RowCompression | None:
    if receipt is None:
        return None
    return RowCompression(
        receipt.before,
        receipt.after,
        receipt.level,
        True if receipt.estimated else UNSET,
        receipt.rules or UNSET,
        receipt.note or UNSET,
        UNSET if receipt.keep is None else receipt.keep,
        receipt.why or UNSET,
        receipt.below or UNSET,
    )


def _estimated(outcome: Outcome, answer: Answer | None) -> bool | UnsetType:
    estimated = (answer is not None and answer.estimated) or any(entry.estimated for entry in outcome.entries)
    return True if estimated else UNSET
