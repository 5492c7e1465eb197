"""`scrimp batch reconcile`: compare the batches known here with those that the providers list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.structs import asdict

from scrimp.cli.flags.json_flag import AsJson
from scrimp.cli.printing import print_json, print_table
from scrimp.cli.session import Session, open_session
from scrimp.errors import UsageError
from scrimp.flows.batch.jobs import find_job
from scrimp.store.batches.store import BatchStore
from scrimp.units import pluralize

if TYPE_CHECKING:
    from scrimp.flows.batch.upkeep.reconcile import Pair
    from scrimp.store.batches.records import ShardRecord

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def reconcile(
    job: Annotated[
        str | None, typer.Argument(metavar="[JOB]", help="A job, or the beginning of its name; else all batches.")
    ] = None,
    *,
    adopt: Annotated[
        bool, typer.Option("--adopt", help="Fetch the results of scrimp's batches that are not known here.")
    ] = False,
    adopt_id: Annotated[
        list[str] | None,
        typer.Option("--adopt-id", metavar="ID", help="Fetch the results of the batch with this id; repeatable."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ask the providers for their batches, and say where they and scrimp differ.

    A batch whose creation was never confirmed is found; one that its provider does not know is named; so are requests,
    answers, errors, tokens and dollars of which the provider counts more, or fewer, than came back.

    Batches of the last 30 days that scrimp made and that are not known here are those of another machine, or of a store
    that was lost. Once adopted, their results answer the same commands, given again with --batch, which send nothing
    that they answer. Anthropic, OpenRouter and Together do not tell who made a batch: each is adopted by --adopt-id.
    """
    from scrimp.flows.batch.upkeep.reconcile import is_ours  # it needs the network
    from scrimp.flows.batch.upkeep.reconcile import reconcile as compare

    with open_session() as session:
        with BatchStore(session.services.paths.batches_db) as store:
            found = None if job is None else find_job(store, job)
        pairs = compare(session.services, found)
        strangers = [pair for pair in pairs if pair.here is None and pair.there is not None]
        wanted = [pair for pair in strangers if pair.there and pair.there.id in (adopt_id or ())]
        if missing := set(adopt_id or ()) - {pair.there.id for pair in wanted if pair.there}:
            raise UsageError(f"no provider lists {', '.join(sorted(missing))} as a batch that is not known here")
        wanted += [pair for pair in strangers if adopt and pair.there and is_ours(pair.there) and pair not in wanted]
        if as_json:
            print_json([_as_json(pair) for pair in pairs])
        else:
            _print(pairs, session, said_otherwise=wanted)
        if wanted or adopt:
            from scrimp.flows.batch.upkeep.adopt import adopt as adopt_batches  # most only compare

            _tell(adopt_batches(session.services, wanted), session)


def _print(pairs: list[Pair], session: Session, said_otherwise: list[Pair]) -> None:
    print_table(
        ("batch", "provider", "at the provider", "here", "there", "requests"), [_cells(pair) for pair in pairs],
        "lllllr", session.out, empty="no batch is known here, and no provider with a key and a batch API lists any",
    )  # fmt: skip
    for pair in pairs:
        for note in () if pair in said_otherwise else pair.notes:
            session.messages.note(f"{_name(pair)}: {note}")
    if pairs and not any(pair.notes for pair in pairs):
        session.messages.note(f"{pluralize(len(pairs), 'batch')}: nothing differs")


def _tell(shards: list[ShardRecord], session: Session) -> None:
    if not shards:
        session.messages.note("there is no batch to adopt")
        return
    fetched = [shard for shard in shards if shard.state == "fetched"]
    running = [shard for shard in shards if shard.state in ("submitted", "fetching")]
    results = pluralize(sum(shard.requests for shard in fetched), "result")
    session.messages.note(
        f"adopted {pluralize(len(fetched), 'batch')} with {results}: rerun their commands with --batch"
    )
    if running:
        session.messages.warn(
            f"{pluralize(len(running), 'batch')} not ended yet: scrimp batch reconcile --adopt again, before that"
        )


def _name(pair: Pair) -> str:
    if pair.here is not None:
        return pair.here.shard
    return (pair.there.shard or pair.there.id) if pair.there is not None else "-"


def _cells(pair: Pair) -> tuple[str, ...]:
    here, there = pair.here, pair.there
    requests = here.requests if here is not None else there.total if there is not None else None
    return (
        _name(pair), pair.provider, there.id if there is not None else (here.batch if here else None) or "-",
        here.state if here is not None else "-", there.word if there is not None else "-",
        "-" if requests is None else f"{requests:,}",
    )  # fmt: skip


def _as_json(pair: Pair) -> dict[str, object]:
    return {
        "provider": pair.provider, "here": None if pair.here is None else asdict(pair.here),
        "there": None if pair.there is None else asdict(pair.there), "notes": list(pair.notes),
    }  # fmt: skip
