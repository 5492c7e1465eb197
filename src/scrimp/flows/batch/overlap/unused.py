"""Replies of a job that no row was made of, answered otherwise by then or gone from the input: they were paid for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scrimp.enums import PAID_STATUSES
from scrimp.flows.batch.calls.adopted import call_id, call_id_of
from scrimp.flows.plan.groups import groups, planned
from scrimp.flows.planning import open_planner
from scrimp.flows.spend.recorder import CallRecorder, RowRecorder
from scrimp.providers import DIALECTS
from scrimp.providers.endpoint import HttpReply
from scrimp.store.batches.records import StoredCall
from scrimp.store.ledger import Ledger
from scrimp.transport.redaction import redacted
from scrimp.units import format_known_dollars, pluralize
from scrimp.values import Call, Chain, Completion, Entry, ModelRef, Route, Step

if TYPE_CHECKING:
    from scrimp.flows.batch.job_context import JobContext
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.services import Services
    from scrimp.flows.spend.recorder import RecordedRow
    from scrimp.values import Parameters, Prompt


_AT_ONCE = 500  # calls that are looked up in the ledger


def record_unused(
    prompts: Iterator[Prompt], options: RunOptions, services: Services, context: JobContext
) -> list[Entry]:  # fmt: skip
    """Enter what a job's batches answered and no row used in the ledger; return these entries."""
    planner, lookup = open_planner(options, services), services.cache_lookup(options)
    calls = _recorder(options, services)
    found: list[Entry] = []
    with Ledger(services.paths.ledger_db) as ledger:
        for unplanned in groups(prompts, one_by_one=False):
            group = planned(unplanned, planner, lookup)
            rows = {row.key: row for place, row in enumerate(group.rows) if place in group.cached}
            stored = [
                call
                for answered in context.store.calls_for(list(rows), job=context.job.job).values()
                for call in answered
                if call.state == "answered"
            ]
            known = ledger.recorded_calls([call_id_of(call) for call in stored])
            new = [_entry(call, rows[call.key], calls, context) for call in stored if call_id_of(call) not in known]
            ledger.append(new)
            found += [entry for entry in new if entry.status in PAID_STATUSES]
    return found


def record_without_row(options: RunOptions, services: Services, context: JobContext) -> list[Entry]:
    """Enter what a job's own batches answered and is not in the ledger by now: of rows that are gone from the input.

    Batches that were found at their provider are left out: their rows may be another home's, whose ledger has them.
    """
    calls, ledger_db, found = _recorder(options, services), services.paths.ledger_db, list[Entry]()
    with Ledger(ledger_db) as ledger:
        for shard in (each.shard for each in context.store.shards(context.job.job) if not each.adopted):
            replied = iter(context.store.replied_numbers(shard))
            while numbers := list(islice(replied, _AT_ONCE)):
                known = ledger.recorded_calls([call_id(shard, number) for number in numbers])
                missing = [number for number in numbers if call_id(shard, number) not in known]
                new = [
                    replace(_entry(call, _GoneRow(call), calls, context), signature=options.labels.task_name)
                    for call in context.store.numbered_calls(shard, missing)
                ]
                ledger.append(new)
                found += [entry for entry in new if entry.status in PAID_STATUSES]
    return found


class _GoneRow(Struct, frozen=True):
    """A row that is known only by its call."""

    call: StoredCall

    @property
    def key(self) -> bytes:
        """The key it had."""
        return self.call.key

    @property
    def route(self) -> Route:
        """The model that was called."""
        model = ModelRef(self.call.provider, self.call.model)
        return Route(chain=Chain(steps=(Step(self.call.model, (model,)),)), tier=None, why="")

    def signature(self, parameters: Parameters, task_name: str | None) -> str:
        """Return what the user calls its task."""
        del parameters
        return task_name or ""


def tell_unused(entries: Sequence[Entry], services: Services, which: str = "had been answered otherwise") -> None:
    """Say what such entries cost, of `which` rows: no row of the bill has them."""
    if entries:
        cost = sum((entry.cost for entry in entries if entry.cost is not None), Decimal(0))
        dollars = format_known_dollars(cost, sum(entry.cost is None for entry in entries))
        services.note(
            f"{pluralize(len(entries), 'completion')} came back for rows that {which}: "
            f"{dollars} that this bill lacks and scrimp cost has"
        )


def _recorder(options: RunOptions, services: Services) -> CallRecorder:
    return CallRecorder(
        run=services.run, labels=options.labels, prices=services.prices,
        clock=services.clock, parameters=options.parameters,
    )  # fmt: skip


def _entry(stored: StoredCall, row: RecordedRow, calls: CallRecorder, context: JobContext) -> Entry:
    endpoint = context.endpoint(stored.shard, stored.provider)
    call = Call(provider=stored.provider, model=stored.model, text="", parameters=calls.parameters)
    reply = HttpReply(status=stored.status, body=stored.reply)
    result = redacted(DIALECTS[endpoint.dialect]().to_completion(reply, call, endpoint), context.secrets)
    if isinstance(result, Completion):
        result = replace(result, batch=True)
    return RowRecorder(calls, row).add(call, result, call_id=call_id_of(stored), sent=stored.sent, batch=stored.shard)
