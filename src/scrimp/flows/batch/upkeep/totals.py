"""What a provider counts for a batch, compared with what came back from it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.providers import DIALECTS
from scrimp.providers.endpoint import HttpReply
from scrimp.store.batches.recorded import recorded_cost
from scrimp.units import PICODOLLAR, format_dollars
from scrimp.values import Call, Completion

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scrimp.providers.endpoint import Endpoint
    from scrimp.store.batches.records import ShardRecord
    from scrimp.store.batches.store import BatchStore

_ROUNDING = 1000 * PICODOLLAR  # dollars a call: providers add up floating numbers


class Totals(Struct, frozen=True):
    """Results of a batch; None if it is not known."""

    answered: int | None  # requests with a completion
    failed: int | None  # requests with an error
    tokens_in: int | None
    tokens_out: int | None


def told(shard: ShardRecord) -> Totals:
    """Return the provider's counts."""
    answered = None if shard.answered is None else shard.answered - (shard.failed or 0)
    return Totals(answered, shard.failed, shard.tokens_in, shard.tokens_out)


def kept(shard: ShardRecord, store: BatchStore, endpoint: Endpoint) -> Totals:
    """Return the sums of the replies."""
    dialect, call = DIALECTS[endpoint.dialect](), Call(provider=shard.provider, model=shard.model, text="")
    answered = failed = tokens_in = tokens_out = 0
    for status, body in store.replies(shard.shard):
        result = dialect.to_completion(HttpReply(status=status, body=body), call, endpoint)
        if isinstance(result, Completion):
            answered += 1
            tokens_in += 0 if result.usage is None else result.usage.input
            tokens_out += 0 if result.usage is None else result.usage.output
        else:
            failed += 1
    return Totals(answered, failed, tokens_in, tokens_out)


def cost_difference(shard: ShardRecord, answered: int | None, ledger: Path) -> Iterator[str]:
    """Yield in words where the provider's cost of a batch is not that in the ledger, once that has all its calls."""
    told_of = None if shard.reported_cost is None else Decimal(shard.reported_cost)
    calls, recorded = recorded_cost(ledger, shard.shard)
    if told_of is None or recorded is None or calls != answered:
        return
    if abs(told_of - recorded) > _ROUNDING * calls:
        yield f"{shard.provider} counts {format_dollars(told_of)}, the ledger has {format_dollars(recorded)}"


def differences(provider: str, theirs: Totals, ours: Totals) -> Iterator[str]:
    """Yield in words where two counts are not the same; what is not told is not compared."""
    words = {"answered": "answers", "failed": "errors", "tokens_in": "tokens in", "tokens_out": "tokens out"}
    for name, word in words.items():
        told_of, came = getattr(theirs, name), getattr(ours, name)
        if told_of is not None and told_of != came:
            yield f"{provider} counts {told_of:,} {word}, {came:,} came back"
