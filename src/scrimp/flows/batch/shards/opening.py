"""Opening what work on a job's batches needs: the wire, and the follower of its shards."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from random import random
from typing import TYPE_CHECKING

from scrimp.flows.batch.job_context import JobContext
from scrimp.flows.batch.shards.driver import ShardDriver
from scrimp.flows.batch.shards.follow import Follower
from scrimp.flows.batch.shards.progress import JobProgress
from scrimp.flows.batch.timing.cheap_hours import CheapHoursClock
from scrimp.flows.batch.timing.deadline import last_call_of
from scrimp.flows.batch.unreadable_replies import UnreadableReplies
from scrimp.store.batches.spool import Spool
from scrimp.store.files.process_lock import held
from scrimp.transport.batch_wire import BatchWire

if TYPE_CHECKING:
    from scrimp.flows.services import Services
    from scrimp.store.batches.records import Job
    from scrimp.store.batches.store import BatchStore


def context_of(job: Job, store: BatchStore, services: Services) -> JobContext:
    """Return the context for work on a job's shards that makes no rows."""
    return JobContext(
        job=job, store=store, own_only=True, tries=1, endpoints=services.routes.endpoints,
        available=frozenset(services.routes.available), secrets=services.keys, prices=services.prices,
        hours=CheapHoursClock(services.prices, services.clock, last_call=last_call_of(job)), warn=services.warn,
        unreadable=UnreadableReplies(services.clock),
    )  # fmt: skip


@asynccontextmanager
async def open_wire(services: Services, *, patience: float) -> AsyncIterator[BatchWire]:
    """Open the wire; `patience` is the longest wait for data, in seconds."""
    from scrimp.transport.http.client import HttpClient, build_engine  # only with something to send
    from scrimp.transport.http.proxies import read_proxies

    http = HttpClient(
        build_engine(services.env, timeout=patience, warn=services.warn), read_proxies(services.env),
        uploads=lambda: build_engine(services.env, timeout=None), patience=patience,
    )  # fmt: skip
    try:
        yield BatchWire(http, services.keys, random_fraction=random)
    finally:
        await http.close()


@asynccontextmanager
async def open_follower(
    context: JobContext, services: Services, *, patience: float, longest: float,
    tell: Callable[[JobProgress], None] = lambda _: None,
) -> AsyncIterator[Follower]:  # fmt: skip
    """Open the wire; `patience` is the longest wait for data, `longest` that between two looks, both in seconds."""
    folder = services.paths.batch_files
    async with open_wire(services, patience=patience) as wire:
        driver = ShardDriver(context, wire, Spool(folder), patience=longest, clock=services.clock, note=services.note)
        yield Follower(context, driver, longest=longest, tell=tell, hold=partial(held, folder))
