"""The flow of --dry-run: prompts to the requests that would be sent for them first, and no further."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from scrimp.flows.engine.answerer_wiring import build_answerer, provider_caching
from scrimp.flows.engine.provider_client import build_client
from scrimp.flows.event_loops.run_in_loop import run_in_loop
from scrimp.flows.plan.groups import groups, planned
from scrimp.flows.planning import open_planner
from scrimp.flows.spend.recorder import CallRecorder, RowRecorder
from scrimp.transport.http.request_recorder import (
    InProcessRecorder,
    RecordedRequest,
    RequestRecordedError,
    RequestRecorder,
)
from scrimp.transport.limits.descriptors import check_open_files
from scrimp.transport.limits.health import ProviderHealth
from scrimp.values import Failed, Prompt

if TYPE_CHECKING:
    from scrimp.flows.answer.provider_caches.provider_caching import ProviderCaching
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.services import Services

# Seconds for another call of the same row to reach the point where it would leave; none needs a thousandth of it.
_PATIENCE = 1.0


class DryRow(Struct, frozen=True, kw_only=True):
    """A prompt and the requests of its first step; none if it is cached, equal to an earlier one, or impossible."""

    prompt: Prompt
    cache: Literal["hit", "dup", "miss"]
    requests: tuple[RecordedRequest, ...] = ()
    obstacle: str | None = None  # why no request could be sent


def dry_rows(prompts: Iterator[Prompt], options: RunOptions, services: Services) -> Iterator[DryRow]:
    """Yield the first request for each prompt; later steps depend on its completion."""
    check_open_files()
    planner, lookup = open_planner(options, services), services.cache_lookup(options)
    seen, caching = set[bytes](), provider_caching(options, services)
    for unplanned in groups(prompts, one_by_one=False):
        group = planned(unplanned, planner, lookup)
        misses = {row.key: row for place, row in enumerate(group.rows) if place not in group.cached}
        if options.cache != "only":
            caching.expect([row for key, row in misses.items() if key not in seen])
        for place, row in enumerate(group.rows):
            if place in group.cached:
                yield DryRow(prompt=row.prompt, cache="hit")
            elif row.key in seen:
                yield DryRow(prompt=row.prompt, cache="dup")
            elif options.cache == "only":
                yield DryRow(prompt=row.prompt, cache="miss", obstacle="not in the cache: --cache only makes no call")
            else:
                seen.add(row.key)
                yield run_in_loop(_requested(row, options, services, caching))


async def _requested(row: PlannedRow, options: RunOptions, services: Services, caching: ProviderCaching) -> DryRow:
    """Run a call up to the point where it would be sent; every row has a budget of its own."""
    recorder, health = RequestRecorder(), ProviderHealth(time.monotonic)
    client = build_client(
        options, services, health, open_http=lambda: recorder,
        open_in_process=lambda _endpoint, _model: InProcessRecorder(recorder),
    )  # fmt: skip
    calls = CallRecorder(
        run=services.run, labels=options.labels, prices=services.prices,
        clock=services.clock, parameters=options.parameters,
    )  # fmt: skip
    outcome = None
    with suppress(RequestRecordedError):
        answerer = build_answerer(options, services, client, health, caching)
        outcome = await answerer.outcome(row, RowRecorder(calls, row))
    if others := asyncio.all_tasks() - {asyncio.current_task()}:  # the second of two calls that are made at once
        await asyncio.wait(others, timeout=_PATIENCE)
    obstacle = outcome.failure.message if isinstance(outcome, Failed) else None
    return DryRow(prompt=row.prompt, cache="miss", requests=tuple(recorder.requests), obstacle=obstacle)
