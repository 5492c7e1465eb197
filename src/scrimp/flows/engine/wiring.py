"""What a run that makes calls needs beyond the cache, wired together; a run that calls nobody never loads it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache, partial
from pathlib import Path
from random import random
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.errors import ConfigError
from scrimp.flows.answer.answerer import Answerer
from scrimp.flows.answer.chain_history import ChainHistory
from scrimp.flows.answer.counterfactual import CounterfactualPricer
from scrimp.flows.answer.prefix_warmup import PrefixWarmup
from scrimp.flows.answer.step_caller import StepCaller
from scrimp.flows.engine.commit_queue import CommitQueue
from scrimp.flows.spend.budget import Budget
from scrimp.flows.spend.recorder import CallRecorder
from scrimp.providers.endpoint import Endpoint
from scrimp.store.cache import Cache, NoCache
from scrimp.store.journal import Journal
from scrimp.store.ledger import ClimbCount, Ledger
from scrimp.transport.client import ProviderClient
from scrimp.transport.limits.concurrency import AdaptiveLimit
from scrimp.transport.limits.health import ProviderHealth
from scrimp.transport.limits.queue import ProviderQueue
from scrimp.transport.limits.rate_limit import RateLimiter
from scrimp.transport.limits.retry import RetryPolicy

if TYPE_CHECKING:
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.services import Services
    from scrimp.transport.http.client import HttpClient
    from scrimp.transport.local.embedded import EmbeddedModel
    from scrimp.transport.local.replay import ReplayProvider


class EngineParts(Struct, frozen=True):
    """The rooms of a run that makes calls."""

    answerer: Answerer
    booking: CallRecorder
    durable: CommitQueue
    door: ProviderClient


@asynccontextmanager
async def engine_parts(asked: RunOptions, services: Services) -> AsyncIterator[EngineParts]:
    """Open all that calls need, in the running event loop; at the end all is written and closed."""
    durable = CommitQueue(
        partial(_open_cache, services), partial(_open_ledger, services),
        Journal(services.paths.ledger_db.parent, services.run), run=services.run, warn=services.warn,
        keeps=asked.cache != "off", clock=services.clock,
    )  # fmt: skip
    circuits = ProviderHealth(time.monotonic)
    door = _door(asked, services, circuits)
    prices, routes = services.prices, services.routes
    try:
        booking = CallRecorder(
            run=services.run, labels=asked.labels, prices=prices, note=durable.note, book=durable.book,
            clock=services.clock, parameters=asked.parameters,
        )  # fmt: skip
        stepper = StepCaller(
            asked=asked, door=door, circuits=circuits, warming=PrefixWarmup(time.monotonic), endpoints=routes.endpoints,
            available=routes.available, budget=Budget(asked.limits.max_cost), prices=prices, warn=services.warn,
            show=services.show,
        )  # fmt: skip
        comparer = CounterfactualPricer(prices, asked.baseline)
        record = ChainHistory(partial(_climbs, services), routes, prices, services.clock, services.warn)
        answerer = Answerer(asked=asked, stepper=stepper, booking=booking, comparer=comparer, record=record)
        yield EngineParts(answerer, booking, durable, door)
    finally:
        await door.close()
        durable.close()


def _open_cache(services: Services) -> Cache:
    """Open the cache again: a connection belongs to one thread, and this is the writer's."""
    cache = services.cache
    return cache if isinstance(cache, NoCache) else Cache(cache.path)


def _open_ledger(services: Services) -> Ledger:
    return Ledger(services.paths.ledger_db)


def _climbs(services: Services, since: float) -> list[ClimbCount]:
    ledger = Ledger(services.paths.ledger_db)
    try:
        return ledger.climbs(since=since)
    finally:
        ledger.close()


def _door(asked: RunOptions, services: Services, circuits: ProviderHealth) -> ProviderClient:
    return ProviderClient(
        open_http=partial(_open_http, services, asked.timeout), open_local=partial(_open_local, services),
        open_lane=partial(_open_lane, asked), circuits=circuits, secrets=services.keys.headers_for,
        redact=services.keys.redact, patience=RetryPolicy(retries=asked.retries, timeout=asked.timeout),
        clock=time.monotonic, chance=random,
    )  # fmt: skip


def _open_http(services: Services, timeout: float) -> HttpClient:
    from scrimp.transport.http.client import HttpClient, engine  # noqa: PLC0415 - the embedded model needs no HTTP

    return HttpClient(engine(services.env, timeout=timeout))


def _open_local(services: Services, endpoint: Endpoint, model: str) -> EmbeddedModel | ReplayProvider:
    if endpoint.recording is not None:
        return _open_recording(endpoint.recording)
    from scrimp.transport.local.embedded import EmbeddedModel, load  # noqa: PLC0415 - nor other models this
    from scrimp.transport.local.model_file import NAME, model_path  # noqa: PLC0415

    table = services.loaded.config.models.get(f"local/{model}")
    if table is not None and table.path is not None:
        path = Path(table.path).expanduser()
    elif model == NAME:
        path = model_path(services.paths.data)
    else:
        raise ConfigError(
            f"there is no local model '{model}': use local/{NAME}, or set [models.\"local/{model}\"] path"
        )
    return EmbeddedModel(partial(load, path, model))


@cache
def _open_recording(file: str) -> ReplayProvider:
    from scrimp.read.recordings import prices_beside, recorded  # noqa: PLC0415 - where completions are recorded ones
    from scrimp.transport.local.replay import ReplayProvider  # noqa: PLC0415 - as above

    path = Path(file).expanduser()
    return ReplayProvider(lambda: recorded(path, prices_beside(path, None)))


def _open_lane(asked: RunOptions, endpoint: Endpoint) -> ProviderQueue:
    pace = RateLimiter(rpm=_lower(asked.rpm, endpoint.rpm), tpm=_lower(asked.tpm, endpoint.tpm))
    # The embedded model answers one prompt at a time: to wait for it is no part of a call's time.
    width = 1 if endpoint.transport == "local" else asked.concurrency
    return ProviderQueue(AdaptiveLimit(width), pace, time.monotonic)


def _lower(*limits: int | None) -> int | None:
    return min((limit for limit in limits if limit is not None), default=None)
