"""What a run that makes calls needs beyond the cache, wired together; a run that makes none never loads it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.errors import StoreError
from scrimp.flows.engine.answerer_wiring import build_answerer
from scrimp.flows.engine.commit_queue import CommitQueue
from scrimp.flows.engine.provider_client import build_client
from scrimp.flows.engine.run_hooks import NO_HOOKS, RunHooks
from scrimp.flows.spend.budgets.budget import Budget
from scrimp.flows.spend.recorder import CallRecorder
from scrimp.store.claims import Claims, NoClaims
from scrimp.store.journal import Journal
from scrimp.store.ledger import Ledger
from scrimp.transport.client import ProviderClient
from scrimp.transport.limits.health import ProviderHealth

if TYPE_CHECKING:
    from scrimp.flows.answer.answerer import Answerer
    from scrimp.flows.answer.provider_caches.stored_caches import StoredCaches
    from scrimp.flows.engine.shared.limits import SharedLimits
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.services import Services
    from scrimp.shared.claims import SharedClaims
    from scrimp.values import Entry


class EngineParts(Struct, frozen=True):
    """What the engine works with."""

    answerer: Answerer
    recorder: CallRecorder
    commits: CommitQueue
    client: ProviderClient
    claims: Claims | SharedClaims | NoClaims
    among_workers: bool = False  # whether this process is one of several workers of a run


@asynccontextmanager
async def engine_parts(
    options: RunOptions, services: Services, hooks: RunHooks = NO_HOOKS
) -> AsyncIterator[EngineParts]:
    """Open everything that calls need, in the running event loop; at the end it is written and closed."""
    async with AsyncExitStack() as ends:  # closed in reverse order; one that fails does not keep others from closing
        shared = _shared_limits(options, services)
        if shared is not None:
            ends.push_async_callback(shared.close)  # by then the ledger has what was spent
        claims = _claims(options, services)
        ends.callback(claims.close)  # by then completions can be found in the cache
        commits = CommitQueue(
            services.stores.writer_cache(), partial(_open_ledger, services),
            Journal(services.paths.ledger_db.parent, services.process), run=services.run, warn=services.warn,
            shared=options.cache != "off",
            unkept=options.allow_unkept or (services.stores.read_only and services.stores.unwritable is None),
            read_only=services.stores.read_only,
            refusal=services.stores.unwritable or _ledger_refusal(services), clock=services.clock,
        )  # fmt: skip
        ends.callback(commits.close)
        health = ProviderHealth(time.monotonic)
        client = build_client(options, services, health, limiter=None if shared is None else shared.rate_limiter)
        ends.push_async_callback(client.close)
        if shared is not None:
            shared.share_breakers(health)
        recorder = CallRecorder(
            run=services.run, labels=options.labels, prices=services.prices, begin=commits.begin, append=commits.append,
            note=commits.note, clock=services.clock, parameters=options.parameters,
            free={name for name, endpoint in services.routes.endpoints.items() if endpoint.transport != "http"},
        )  # fmt: skip
        budget = (None if shared is None else shared.budget) or Budget(options.limits.max_cost)
        stored = _stored_caches(options, services, client, recorder, budget, hooks)
        if stored is not None:
            ends.push_async_callback(stored.close)
        answerer = build_answerer(options, services, client, health, budget=budget, stored=stored, hooks=hooks)
        yield EngineParts(answerer, recorder, commits, client, claims, services.process != services.run)


def _shared_limits(options: RunOptions, services: Services) -> SharedLimits | None:
    table = services.loaded.config.shared
    if table.limits is None and table.limits_env is None and options.limits.budget is None:
        return None
    from scrimp.flows.engine.shared.limits import SharedLimits  # few configs name a server

    return SharedLimits(options, services)


def _stored_caches(
    options: RunOptions,
    services: Services,
    client: ProviderClient,
    recorder: CallRecorder,
    budget: Budget,
    hooks: RunHooks,
) -> StoredCaches | None:
    """Return the explicit caches at providers that have them; None if no such provider is called."""
    endpoints = services.routes.endpoints
    able = any(endpoints[name].dialect == "gemini" for name in services.routes.available)
    if options.provider_cache == "off" or not able:
        return None
    from scrimp.flows.answer.provider_caches.stored_caches import StoredCaches  # few providers store anything

    def paid(entry: Entry) -> None:
        services.offers.credits.pay(entry.provider, entry.cost)
        if hooks.paid_without_row is not None:
            hooks.paid_without_row(entry)

    return StoredCaches(
        send=client.send, endpoints=endpoints, prices=services.prices, calls=recorder, budget=budget,
        at_once=options.concurrency, note=services.note, paid=paid, halted=lambda: client.halted,
    )  # fmt: skip


def _claims(options: RunOptions, services: Services) -> Claims | SharedClaims | NoClaims:
    """Return the claims shared with other runs; for a run that shares no completions, those of its own processes."""
    if services.stores.folder is not None:
        return Claims(services.stores.folder / "claims", services.warn)
    if options.cache != "on" or services.stores.read_only:
        return NoClaims()
    claims = Claims(services.paths.claims, services.warn)
    if (shared := services.stores.shared) is None:
        return claims
    from scrimp.shared.claims import SharedClaims  # few configs name a server

    return SharedClaims(claims, shared.server, untaken=shared.completions.untaken)


def _open_ledger(services: Services) -> Ledger:
    return Ledger(services.paths.ledger_db)


def _ledger_refusal(services: Services) -> StoreError | None:
    """Return why no call could be entered in the ledger, before one is paid for; None if all is well.

    The user was already warned that a home cannot be written.
    """
    if services.stores.read_only:
        return None
    try:
        _open_ledger(services).close()
    except StoreError as error:
        return error
    return None
