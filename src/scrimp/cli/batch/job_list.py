"""`scrimp batch list` and `status`: the jobs, and the batches of one, as far as they were looked at."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from statistics import median
from typing import Annotated

import typer
from msgspec.structs import asdict

from scrimp.cli.printing import print_json, print_table
from scrimp.cli.session import Session, open_session
from scrimp.enums import OPEN_SHARDS, UNSENT_SHARDS
from scrimp.flows.batch.cheap_hours import hour_of
from scrimp.flows.batch.jobs import find_job
from scrimp.flows.batch.upkeep.flush import queued
from scrimp.providers.batches import batch_flow
from scrimp.store.batches.records import Job, ShardRecord
from scrimp.store.batches.store import BatchStore
from scrimp.units import format_clock, pluralize

app = typer.Typer(rich_markup_mode=None, add_completion=False)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
JobArgument = Annotated[
    str | None,
    typer.Argument(metavar="[JOB]", help="A job, or the beginning of its name; the newest if none is named."),
]  # fmt: skip

# A batch that has taken so many times as long as half of them did is said to be late.
_LATE = 5.0
_SOON = 2 * 86_400.0  # seconds before results expire in which that is said


@app.command(name="list")
def list_(*, as_json: Json = False) -> None:
    """List the jobs, the oldest first: how old they are, and how far.

    A warning says which results expire soon, and which batches have taken far longer than most.
    """
    with open_session() as session, closing(BatchStore(session.services.paths.batches_db)) as store:
        jobs, shards, now = store.jobs(), store.shards(), session.services.clock()
        of_job = {job.job: store.shards_for(job.job) for job in jobs}
        if as_json:
            print_json([_as_json(job, of_job[job.job], now) for job in jobs])
            return
        print_table(
            ("job", "age", "state", "batches", "requests", "answered", "command"),
            [_cells(job, of_job[job.job], now) for job in jobs], "rrlrrrl", session.out,
            empty="there is no batch job yet: scrimp run --batch, or scrimp batch submit, makes one",
        )  # fmt: skip
        for queue, waiting in queued(store).items():
            requests = pluralize(sum(shard.requests for shard in waiting), "request")
            session.messages.note(f"queue {queue}: {requests} wait: scrimp batch flush {queue} sends them")
        _warn(session, jobs, shards, now)


@app.command()
def status(job: JobArgument = None, *, as_json: Json = False) -> None:
    """Show the batches of a job as they were last looked at; the network is not used (scrimp batch watch looks)."""
    with open_session() as session, closing(BatchStore(session.services.paths.batches_db)) as store:
        found = find_job(store, job)
        shards, now = store.shards_for(found.job), session.services.clock()
        if as_json:
            print_json(_as_json(found, shards, now))
            return
        print_table(
            ("batch", "model", "age", "state", "requests", "answered", "failed", "at the provider"),
            [_shard_cells(shard, now) for shard in shards], "rlrlrrrl", session.out,
            empty=f"job {found.job} has no batch: all its rows were cached, or are called live",
        )  # fmt: skip
        for shard in shards:
            if shard.error is not None and shard.state != "fetched":
                session.messages.note(f"{shard.shard}: {shard.error}")
        if found.cheap_from is not None and found.cheap_from > now and job_state(found, (), now).startswith("waits"):
            waiting = f"{pluralize(found.for_later, 'request')} that no batch takes, until {hour_of(found.cheap_from)}"
            session.messages.note(f"waiting: {waiting}, when the model costs less")
        _warn(session, [found], shards, now)


def job_state(job: Job, shards: Sequence[ShardRecord], now: float) -> str:
    """Return how far a job is, in a word."""
    if job.cancelled or not job.command:
        return "cancelled" if job.cancelled else "found"
    if job.ended is not None:
        return "done"
    states = {shard.state for shard in shards if shard.state in OPEN_SHARDS}
    if states == {"queued"}:
        return "in queue " + ", ".join(sorted({shard.queue or "" for shard in shards if shard.state == "queued"}))
    if states:
        return "running"
    if job.cheap_from is not None and job.cheap_from > now:
        return f"waits for {hour_of(job.cheap_from)}"
    return "to fetch" if shards else "new"


def _cells(job: Job, shards: Sequence[ShardRecord], now: float) -> tuple[str, ...]:
    sent = [shard for shard in shards if shard.state not in UNSENT_SHARDS]
    return (
        job.job, format_clock(now - job.created), job_state(job, shards, now), str(len(sent)),
        f"{sum(shard.requests for shard in sent):,}", f"{sum(_answered(shard) for shard in sent):,}",
        " ".join(job.command),
    )  # fmt: skip


def _answered(shard: ShardRecord) -> int:
    return shard.requests if shard.state == "fetched" else shard.answered or 0


def _shard_cells(shard: ShardRecord, now: float) -> tuple[str, ...]:
    return (
        shard.shard, f"{shard.provider}/{shard.model}", format_clock((shard.ended or now) - shard.created),
        f"{shard.state} ({shard.word})" if shard.word and shard.word != shard.state else shard.state,
        f"{shard.requests:,}", f"{_answered(shard):,}", f"{shard.failed or 0:,}", shard.batch or "-",
    )  # fmt: skip


def _warn(session: Session, jobs: Sequence[Job], shards: Sequence[ShardRecord], now: float) -> None:
    """Warn of results that expire soon, and of batches that take far longer than most."""
    names = {job.job for job in jobs if not job.cancelled}
    took = [shard.ended - shard.submitted for shard in shards if shard.ended and shard.submitted]
    usual = median(took) if took else None
    for shard in shards:
        if shard.job not in names or shard.state not in ("submitted", "fetching") or shard.submitted is None:
            continue
        endpoint = session.services.routes.endpoints.get(shard.provider)
        flow = None if endpoint is None else batch_flow(endpoint)
        kept = None if flow is None else flow.limits.results_kept
        if kept is not None and now > shard.submitted + kept - _SOON:
            session.messages.warn(f"the results of {shard.shard} expire soon: scrimp batch fetch {shard.job}")
        elif usual is not None and now - shard.submitted > _LATE * usual:
            age, typical = format_clock(now - shard.submitted), format_clock(usual)
            session.messages.warn(
                f"{shard.shard} has taken {age}; half of {pluralize(len(took), 'batch')} took {typical} or less: "
                f"scrimp batch cancel {shard.job} keeps what was answered"
            )


def _as_json(job: Job, shards: Sequence[ShardRecord], now: float) -> dict[str, object]:
    return {**asdict(job), "state": job_state(job, shards, now), "shards": [asdict(shard) for shard in shards]}
