"""Replies of a job that no row was made of, as its rows were answered otherwise by then: they were paid for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.enums import PAID_STATUSES
from scrimp.flows.batch.calls.adopted import call_id_of
from scrimp.flows.plan.groups import groups, planned
from scrimp.flows.planning import open_planner
from scrimp.flows.spend.recorder import CallRecorder, RowRecorder
from scrimp.providers import DIALECTS
from scrimp.providers.endpoint import HttpReply
from scrimp.store.ledger import Ledger
from scrimp.transport.redaction import redacted
from scrimp.units import format_known_dollars, pluralize
from scrimp.values import Call, Completion, Entry

if TYPE_CHECKING:
    from scrimp.flows.batch.batches import Batches
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.services import Services
    from scrimp.store.batches.records import StoredCall
    from scrimp.values import Prompt


def record_unused(
    prompts: Iterator[Prompt], options: RunOptions, services: Services, batches: Batches
) -> list[Entry]:  # fmt: skip
    """Enter what a job's batches answered and no row used in the ledger; return these entries."""
    planner, lookup = open_planner(options, services), services.cache_lookup(options)
    calls = CallRecorder(
        run=services.run, labels=options.labels, prices=services.prices,
        clock=services.clock, parameters=options.parameters,
    )  # fmt: skip
    found: list[Entry] = []
    with closing(Ledger(services.paths.ledger_db)) as ledger:
        for unplanned in groups(prompts, one_by_one=False):
            group = planned(unplanned, planner, lookup)
            rows = {row.key: row for place, row in enumerate(group.rows) if place in group.cached}
            stored = [
                call
                for answered in batches.store.calls_for(list(rows), job=batches.job.job).values()
                for call in answered
                if call.state == "answered"
            ]
            known = ledger.recorded_calls([call_id_of(call) for call in stored])
            new = [_entry(call, rows[call.key], calls, batches) for call in stored if call_id_of(call) not in known]
            ledger.append(new)
            found += [entry for entry in new if entry.status in PAID_STATUSES]
    return found


def tell_unused(entries: Sequence[Entry], services: Services) -> None:
    """Say what such entries cost: no row of the bill has them."""
    if entries:
        cost = sum((entry.cost for entry in entries if entry.cost is not None), Decimal(0))
        dollars = format_known_dollars(cost, sum(entry.cost is None for entry in entries))
        services.note(
            f"{pluralize(len(entries), 'completion')} came back for rows that had been answered otherwise: "
            f"{dollars} that this bill lacks and scrimp cost has"
        )


def _entry(stored: StoredCall, row: PlannedRow, calls: CallRecorder, batches: Batches) -> Entry:
    endpoint = batches.endpoint(stored.shard, stored.provider)
    call = Call(provider=stored.provider, model=stored.model, text="", parameters=calls.parameters)
    reply = HttpReply(status=stored.status, body=stored.reply)
    result = redacted(DIALECTS[endpoint.dialect]().to_completion(reply, call, endpoint), batches.secrets)
    if isinstance(result, Completion):
        result = replace(result, batch=True)
    return RowRecorder(calls, row).add(call, result, call_id=call_id_of(stored), sent=stored.sent, batch=stored.shard)
