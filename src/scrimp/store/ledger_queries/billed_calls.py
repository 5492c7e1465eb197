"""What calls were billed: sums over the ledger by model and effort, so that arms are compared by what they cost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from scrimp.enums import Effort
from scrimp.store.encoding.dollars import dollars
from scrimp.store.ledger_connection import opened_ledger

_NEWEST = 200_000  # entries that are looked at
_SUMS = (
    "SELECT {task}, provider || '/' || model, effort, step, count(*), sum(input), sum(output),"
    " coalesce(sum(cost_nano), 0), coalesce(sum(cost_pico), 0), sum(cost_nano IS NULL) FROM entries"
    " WHERE id > (SELECT coalesce(max(id), 0) FROM entries) - ? AND time >= ? AND status = 'paid' AND input IS NOT NULL"
    " AND output IS NOT NULL AND answered_by IS NULL AND {where} GROUP BY 1, 2, 3, 4"
)


class BilledCalls(Struct, frozen=True):
    """Paid calls of one model at one effort: tokens, hidden reasoning among them, and dollars, None if unknown."""

    task: str | None  # the signature, where calls are apart by it
    model: str  # provider/model
    effort: Effort | None
    step: int  # step of the chain
    calls: int
    input: int
    output: int
    cost: Decimal | None

    @property
    def cost_of_one(self) -> Decimal | None:
        """The mean dollars of a call."""
        return None if self.cost is None else self.cost / self.calls

    @property
    def output_of_one(self) -> int:
        """The mean tokens out."""
        return round(self.output / self.calls)

    def with_those_of(self, other: BilledCalls) -> BilledCalls:
        """Return these calls and others as one."""
        cost = None if self.cost is None or other.cost is None else self.cost + other.cost
        return replace(
            self, calls=self.calls + other.calls, input=self.input + other.input, output=self.output + other.output,
            cost=cost,
        )  # fmt: skip


def billed_in_chain(ledger: Path, chain: str, since: float) -> list[BilledCalls]:
    """Return what the calls of a chain were billed since a moment, by step and model."""
    return _sums(ledger, "chain = ?", (chain,), since)


def billed_for_tasks(ledger: Path, tasks: Iterable[str]) -> list[BilledCalls]:
    """Return what calls for these tasks, by their signatures, were billed; those at any step of a chain are apart."""
    return _sums(ledger, "signature IN (SELECT value FROM json_each(?))", (msgspec.json.encode(list(tasks)).decode(),))


def billed_by_task(ledger: Path, model: str, *, until: float | None = None) -> list[BilledCalls]:
    """Return what the calls of a model, provider/model, were billed for each task, by effort and step.

    Those that were sent since `until`, in seconds since the epoch, are left out.
    """
    where = "provider || '/' || model = ?"
    if until is None:
        return _sums(ledger, where, (model,), task="signature")
    return _sums(ledger, f"{where} AND time < ?", (model, until), task="signature")


def _sums(
    ledger: Path, where: str, parameters: Sequence[str | float], since: float = 0.0, task: str = "NULL"
) -> list[BilledCalls]:
    if not ledger.exists():  # looking at it must not make it
        return []
    with opened_ledger(ledger) as db:
        rows = db.execute(_SUMS.format(task=task, where=where), (_NEWEST, since, *parameters)).fetchall()
    return [
        BilledCalls(name, model, effort, step, calls, tokens_in, tokens_out, None if unpriced else dollars(nano, pico))
        for name, model, effort, step, calls, tokens_in, tokens_out, nano, pico, unpriced in rows
    ]
