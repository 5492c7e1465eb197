"""What answers the rows of `scrimp run --batch`, and of the commands that go on with its job."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.cli.running.batch_display import open_display
from scrimp.config.schema import check_plain_name
from scrimp.errors import ConfigError, UsageError
from scrimp.flows.batch.job.session import BatchPlan
from scrimp.flows.batch.jobs import find_job, open_job
from scrimp.flows.batch.run_batch import BatchRun
from scrimp.flows.batch.timing.idle import IDLE_QUEUE
from scrimp.store.batches.job_input import keep_input
from scrimp.store.batches.store import BatchStore
from scrimp.units import parse_duration

STDIN = "-"

if TYPE_CHECKING:
    from scrimp.billing.totals import Bill
    from scrimp.cli.flags.run_flags import BatchFlags
    from scrimp.cli.running.run_setup import RunSetup
    from scrimp.cli.session import Session
    from scrimp.flows.engine.stops.run_stop import RunStop
    from scrimp.flows.plan.run_input import RunInput
    from scrimp.render.progress import Progress
    from scrimp.store.batches.records import Job
    from scrimp.values import Outcome, OutcomeSink, Prompt


def batch_flow(setup: RunSetup, take: OutcomeSink, bill: Bill, bar: Progress) -> Callable[[], RunStop | None]:
    """Return a function that works on this command's job up to the goal of its flags, and gives `take` the rows.

    A pass after the first reads the source again. `bill` gets costs that no row caused; `bar` shows the progress of
    rows, and until they come that of batches.
    """
    _check(setup.source, setup.flags.batch)
    session, source, flags = setup.session, setup.source, setup.flags.batch
    job = _job(session, flags, source)
    passes = 0

    def open_prompts() -> Iterator[Prompt]:
        nonlocal passes
        passes += 1
        if job.input is not None:
            return _rows_of_file(Path(job.input), source)
        return setup.rows if passes == 1 else source.prompts(warn=_silent)

    plan = _plan(session, flags)

    def drive() -> RunStop | None:
        mode = "none" if setup.flags.screen.quiet else bar.mode
        display = open_display(session, bar, mode, to_stdout=flags.batch_json)
        bar.clear()  # it would show zero rows until the first one comes

        def sink(outcomes: Sequence[Outcome]) -> None:
            display.close()
            take(outcomes)

        run = BatchRun(job, plan, setup.options, session.services, display.tell, bill.add_stored)
        with closing(run), closing(display):
            return run.run(open_prompts, sink)

    return drive


def _check(source: RunInput, flags: BatchFlags) -> None:
    """Raise UsageError for an input that is read once, and for flags of queues that do not go together."""
    if source.is_stream and STDIN not in source.names:
        raise UsageError("a named pipe can be read only once, and --batch reads its input again: use - for stdin")
    is_queued = flags.queue is not None or flags.when_idle
    if is_queued and flags.job is None and flags.batch_goal != "submitted":
        raise UsageError(f"{flags.queue_words} is for work that is left: scrimp batch submit {flags.queue_words}")
    if flags.queue is not None and flags.when_idle:
        raise UsageError(f"--queue and --when-idle exclude each other: the queue of --when-idle is {IDLE_QUEUE}")
    if flags.queue is not None:
        check_plain_name(flags.queue, "--queue")


def _rows_of_file(file: Path, source: RunInput) -> Iterator[Prompt]:
    with file.open("rb") as stream:
        yield from source.prompts(warn=_silent, stdin=stream)


def _silent(message: str) -> None:
    """Say nothing: it was said when the rows were first read."""
    del message


def _plan(session: Session, flags: BatchFlags) -> BatchPlan:
    table = session.services.loaded.config.batch
    return BatchPlan(
        goal=flags.batch_goal, longest_wait=parse_duration(table.poll, "batch.poll"),
        window=None if table.window is None else parse_duration(table.window, "batch.window"),
    )  # fmt: skip


def _job(session: Session, flags: BatchFlags, source: RunInput) -> Job:
    """Return the job that is named, or that this command begins or began."""
    services = session.services
    with BatchStore(services.paths.batches_db) as store:
        if flags.job is not None:
            return find_job(store, flags.job)
        now = services.clock()
        deadline = None if flags.deadline is None else _parse_deadline(flags.deadline, now)
        job, begun = open_job(
            store, f"b{services.run}", _job_command(), str(Path.cwd()), now=now, deadline=deadline,
            queue=IDLE_QUEUE if flags.when_idle else flags.queue,
        )  # fmt: skip
        if begun:
            session.messages.note(f"going on with job {job.job}, which the same command began")
        if STDIN in source.names:
            job = replace(job, input=str(keep_input(sys.stdin.buffer, services.paths.batch_files, job.job)))
            store.save_job(job)
        return job


def _job_command() -> list[str]:
    """Return the words of this command as `scrimp run` would take them, without those that say how far it goes.

    Without any word rows come from stdin.
    """
    words = sys.argv[1:]
    words = words[2:] if words[:2] == ["batch", "submit"] else words[1:]
    return [word for word in words if word != "--batch"] or [STDIN]


def _parse_deadline(text: str, now: float) -> float:
    """Return the moment of a deadline: in 6h, or the next 06:00 by the clock here, or 06:00Z and 06:00+02:00."""
    try:
        return now + parse_duration(text, "--deadline")
    except ConfigError:
        pass
    try:
        clock = time.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"--deadline '{text}' is neither a duration such as 6h nor a time such as 06:00 or 06:00Z"
        ) from None
    here = datetime.fromtimestamp(now).astimezone()
    there = here if clock.tzinfo is None else here.astimezone(clock.tzinfo)
    moment = datetime.combine(there.date(), clock.replace(tzinfo=None), tzinfo=there.tzinfo)
    return (moment if moment.timestamp() > now else moment + timedelta(days=1)).timestamp()
