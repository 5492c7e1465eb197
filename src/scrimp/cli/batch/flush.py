"""`scrimp batch flush`: sending what waits in a queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from scrimp.cli.session import open_session
from scrimp.errors import PENDING, UsageError, closest_name
from scrimp.store.batches.store import BatchStore
from scrimp.units import pluralize

if TYPE_CHECKING:
    from scrimp.cli.session import Session

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def flush(
    queue: Annotated[
        str | None, typer.Argument(metavar="[QUEUE]", help="The queue; not needed if only one has requests.")
    ] = None,
    *,
    now: Annotated[bool, typer.Option("--now", help="Send the queue idle even while another run is active.")] = False,
) -> None:
    """Send what waits in a queue, the requests of all commands together in as few batches as they fit in.

    The queue idle, of submit --when-idle, is sent while no other run of this store is calling models: else the exit
    status is 6, too.

    It is meant for cron. An empty queue is not an error. The exit status is 6 where a provider has not taken all of it
    yet: another flush goes on, and so does scrimp batch watch of the jobs.
    """
    from scrimp.flows.batch.timing.idle import BUSY, IDLE_QUEUE, is_busy
    from scrimp.flows.batch.upkeep.flush import flush as flush_queue  # it needs the network

    with open_session() as session:
        name = _name(queue, session)
        if name is None:
            session.messages.note("no queue has requests: scrimp batch submit --queue NAME puts some in one")
            return
        if name == IDLE_QUEUE and not now and is_busy(session.services):
            session.messages.note(f"queue {name} waits: {BUSY}; --now sends it anyway")
            raise typer.Exit(PENDING)
        done = flush_queue(name, session.services)
        if done.refused:
            session.messages.warn(
                f"queue {name}: {pluralize(done.refused, 'request')} in no batch, since the provider took none: "
                "scrimp batch fetch says why, and goes on with them"
            )
        if not done.batches and not done.refused:
            if done.left:
                raise typer.Exit(PENDING)
            session.messages.note(f"queue {name} is empty")
            return
        requests, batches = pluralize(done.requests, "request"), pluralize(done.batches, "batch")
        if done.batches:
            session.messages.note(f"queue {name}: {requests} of {pluralize(len(done.jobs), 'job')} in {batches}")
        for job in done.jobs:
            session.messages.note(f"rows: scrimp batch fetch {job}")
        if done.unsent:
            session.messages.warn(f"{pluralize(done.unsent, 'batch')} not taken yet: scrimp batch flush {name}")
        if done.unsent or done.left:
            raise typer.Exit(PENDING)


def _name(queue: str | None, session: Session) -> str | None:
    """Return the queue to flush, None if none has requests; UsageError if there are several."""
    with BatchStore(session.services.paths.batches_db) as store:
        known = sorted({shard.queue for shard in store.shards() if shard.queue is not None})
        waiting = sorted({shard.queue for shard in store.shards() if shard.queue and shard.state == "queued"})
    if queue is not None:
        close = None if queue in known else closest_name(queue, known)
        if close is not None:
            session.messages.warn(f"there is no queue {queue}: did you mean {close}?")
        return queue
    if len(waiting) > 1:
        raise UsageError(f"several queues have requests: name one of {', '.join(waiting)}")
    return waiting[0] if waiting else None
