"""`scrimp batch list` and `status`: the jobs, and the batches of one, as far as they were looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import chain

import typer
from msgspec import Struct
from msgspec.structs import asdict

from scrimp.cli.batch.job_argument import JobArgument
from scrimp.cli.flags.json_flag import AsJson
from scrimp.cli.printing import print_json, print_table
from scrimp.cli.session import Session, open_session
from scrimp.enums import OPEN_SHARDS, UNSENT_SHARDS
from scrimp.flows.batch.jobs import find_job
from scrimp.flows.batch.shards.progress import answered_of
from scrimp.flows.batch.timing.cheap_hours import hour_of
from scrimp.flows.batch.upkeep.flush import queued
from scrimp.flows.batch.upkeep.overdue import warnings
from scrimp.providers.batches import batch_flow
from scrimp.store.batches.records import Job, Portion, ShardRecord
from scrimp.store.batches.store import BatchStore
from scrimp.units import format_clock, pluralize

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(name="list")
def list_(*, as_json: AsJson = False) -> None:
    """List the jobs, the oldest first: how old they are, and how far.

    Each request is counted for the job that collected it; the column shared, where there is one, has those of other
    jobs that a job waits for, too. Where one batch has requests of several jobs, those answered are theirs in
    proportion until it has ended.

    A warning says which results expire soon, and which batches have taken far longer than most of their provider did.
    """
    with open_session() as session, BatchStore(session.services.paths.batches_db) as store:
        jobs, now = store.jobs(), session.services.clock()
        warned = _warnings(session, store, now)
        of_job = {job.job: store.shards_for(job.job) for job in jobs}
        portions = {job.job: store.portions(job.job) for job in jobs}
        if as_json:
            print_json([_as_json(job, of_job[job.job], portions[job.job], warned, now) for job in jobs])
            return
        counts = [_counts(of_job[job.job], portions[job.job]) for job in jobs]
        shares = any(each.shared for each in counts)
        print_table(
            ("job", "age", "state", "batches", "requests", *(["shared"] if shares else []), "answered", "command"),
            [_cells(job, of_job[job.job], each, now, shares=shares) for job, each in zip(jobs, counts, strict=True)],
            "rrlrrrl" if not shares else "rrlrrrrl", session.out, dispensable=("age", "batches", "command", "requests"),
            empty="there is no batch job yet: scrimp run --batch, or scrimp batch submit, makes one",
        )  # fmt: skip
        for queue, waiting in queued(store).items():
            requests = pluralize(sum(shard.requests for shard in waiting), "request")
            session.messages.note(f"queue {queue}: {requests} wait: scrimp batch flush {queue} sends them")
        for sentence in chain.from_iterable(warned.values()):
            session.messages.warn(sentence)


@app.command()
def status(job: JobArgument = None, *, as_json: AsJson = False) -> None:
    """Show the batches of a job as they were last looked at; the network is not used (scrimp batch watch looks)."""
    with open_session() as session, BatchStore(session.services.paths.batches_db) as store:
        found = find_job(store, job)
        shards, now = store.shards_for(found.job), session.services.clock()
        warned = _warnings(session, store, now)
        if as_json:
            print_json(_as_json(found, shards, store.portions(found.job), warned, now))
            return
        print_table(
            ("batch", "model", "age", "state", "requests", "answered", "failed", "at the provider"),
            [_shard_cells(shard, now) for shard in shards], "rlrlrrrl", session.out,
            dispensable=("age", "model", "at the provider", "requests", "failed"),
            empty=f"job {found.job} has no batch: all its rows were cached, or are called live",
        )  # fmt: skip
        for shard in shards:
            if shard.error is not None and shard.state != "fetched":
                session.messages.note(f"{shard.shard}: {shard.error}")
        if found.cheap_from is not None and found.cheap_from > now and job_state(found, (), now).startswith("waits"):
            waiting = f"{pluralize(found.for_later, 'request')} that no batch takes, until {hour_of(found.cheap_from)}"
            session.messages.note(f"waiting: {waiting}, when the model costs less")
        for shard in shards:
            for sentence in warned.get(shard.shard, ()):
                session.messages.warn(sentence)


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


class _Counts(Struct, frozen=True):
    """How many requests of its batches a job has; each request is counted for one job, even if others wait for it."""

    batches: int  # batches with requests of this job
    own: int
    shared: int  # requests of other jobs that it waits for, too
    answered: int  # own requests that were answered


def _counts(shards: Sequence[ShardRecord], portions: Mapping[str, Portion]) -> _Counts:
    sent = [(shard, portions[shard.shard]) for shard in shards if shard.state not in UNSENT_SHARDS]
    return _Counts(
        batches=sum(bool(portion.own) for _, portion in sent), own=sum(portion.own for _, portion in sent),
        shared=sum(portion.shared for _, portion in sent),
        answered=sum(answered_of(shard) * portion.own // shard.requests for shard, portion in sent if shard.requests),
    )  # fmt: skip


def _cells(job: Job, shards: Sequence[ShardRecord], counts: _Counts, now: float, *, shares: bool) -> tuple[str, ...]:
    return (
        job.job, format_clock(now - job.created), job_state(job, shards, now), str(counts.batches),
        f"{counts.own:,}", *([f"{counts.shared:,}"] if shares else []), f"{counts.answered:,}", " ".join(job.command),
    )  # fmt: skip


def _shard_cells(shard: ShardRecord, now: float) -> tuple[str, ...]:
    return (
        shard.shard, f"{shard.provider}/{shard.model}", format_clock((shard.ended or now) - shard.created),
        f"{shard.state} ({shard.word})" if shard.word and shard.word != shard.state else shard.state,
        f"{shard.requests:,}", f"{answered_of(shard):,}", f"{shard.failed or 0:,}", shard.batch or "-",
    )  # fmt: skip


def _warnings(session: Session, store: BatchStore, now: float) -> dict[str, list[str]]:
    """Return warnings by shard: results that expire soon, batches that take far too long."""
    found: dict[str, list[str]] = {}
    for shard, sentence in warnings(store.shards(), now, partial(_results_kept, session)):
        found.setdefault(shard.shard, []).append(sentence)
    return found


def _results_kept(session: Session, provider: str) -> float | None:
    """Return for how many seconds a provider keeps results; None if it is not known."""
    endpoint = session.services.routes.endpoints.get(provider)
    flow = None if endpoint is None else batch_flow(endpoint)
    return None if flow is None else flow.limits.results_kept


def _as_json(
    job: Job, shards: Sequence[ShardRecord], portions: Mapping[str, Portion], warned: Mapping[str, list[str]],
    now: float,
) -> dict[str, object]:  # fmt: skip
    counts = _counts(shards, portions)
    return {
        **asdict(job), "state": job_state(job, shards, now), "age_seconds": round(now - job.created, 1),
        "requests": counts.own, "shared": counts.shared, "answered": counts.answered,
        "shards": [
            {**asdict(shard), **asdict(portions[shard.shard]), "warnings": warned.get(shard.shard, [])}
            for shard in shards
        ],
    }  # fmt: skip
