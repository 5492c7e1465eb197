"""Outcomes as a run would give them, with only what a test cares about spelled out."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from scrimp.enums import CacheUse, EntryStatus, FailureKind, RowStatus
from scrimp.values import Answer, Answered, Entry, Failed, Failure, JsonObject, Prompt, Usage

LUNA, SOL = "openai/gpt-6-luna", "openai/gpt-6.2-sol"


def entry(
    model: str = LUNA, cost: str | Decimal | None = "0.0000118", status: EntryStatus = "paid", *,
    tokens: tuple[int, int] = (212, 3), step: int = 0, estimated: bool = False,
) -> Entry:  # fmt: skip
    """A request that was sent."""
    provider, _, name = model.partition("/")
    used = Usage(input=tokens[0], output=tokens[1]) if status in ("paid", "truncated") else None
    return Entry(
        call="c", run="r", time=0.0, provider=provider, model=name, status=status, seconds=1.0, usage=used, step=step,
        cost=None if cost is None else Decimal(cost), estimated=estimated, price="2026-11-09",
    )  # fmt: skip


def answer(
    output: str = "billing", *, model: str = LUNA, cost: str | Decimal | None = "0.0000118",
    baseline: str | None = SOL, without: str | Decimal | None = "0.0041", tokens: tuple[int, int] = (212, 3),
    compared_cost: str | Decimal | None = None, **more: object,
) -> Answer:  # fmt: skip
    """A completion as the cache keeps it."""
    provider, _, name = model.partition("/")
    return Answer(
        output=output, model=name, provider=provider, finish_reason="stop", baseline=baseline, price="2026-11-09",
        usage=Usage(input=tokens[0], output=tokens[1]), cost=None if cost is None else Decimal(cost),
        baseline_cost=None if without is None else Decimal(without),
        compared_cost=None if compared_cost is None else Decimal(compared_cost), **more,  # type: ignore[arg-type]  # any field
    )  # fmt: skip


def answered(
    kept: Answer | None = None, *, cache: CacheUse = "miss", entries: Sequence[Entry] | None = None, index: int = 0,
    row: JsonObject | None = None, name: str | None = None,
) -> Answered:  # fmt: skip
    """A row with a completion; without entries said, by one call that cost what the answer says, or none for a hit."""
    kept = kept or answer()
    if entries is None:
        entries = [] if cache in ("hit", "dup") else [entry(f"{kept.provider}/{kept.model}", kept.cost)]
    prompt = Prompt(index=index, text="x", id=name, row=row, source=f"in.jsonl:{index + 1}")
    paid = [each for each in reversed(entries) if each.status in ("paid", "truncated")] or list(entries[-1:])
    same = (each for each in paid if (each.provider, each.usage) == (kept.provider, kept.usage))
    made_by = next(same, paid[0] if paid else None)
    return Answered(
        prompt=prompt, answer=kept, cache=cache, entries=tuple(entries), entry=made_by,
        paid_by_another_run=cache == "hit",
    )  # fmt: skip


def failed(
    status: RowStatus = "error", *, kind: FailureKind = "server", message: str = "openai had an error",
    http: int | None = 500, entries: Sequence[Entry] = (), kept: Answer | None = None, index: int = 0,
    row: JsonObject | None = None,
) -> Failed:  # fmt: skip
    """A row without one."""
    prompt = Prompt(index=index, text="x", row=row, source=f"in.jsonl:{index + 1}")
    failure = Failure(kind=kind, message=message, http=http)
    return Failed(prompt=prompt, failure=failure, status=status, answer=kept, entries=tuple(entries))
