"""`scrimp cache`: inspect, export, import and clear the cache."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from msgspec.structs import asdict

from scrimp.cli.flags.json_flag import AsJson
from scrimp.cli.printing import print_json, print_line, print_rows, print_table
from scrimp.cli.results.output import format_of_name, write_whole
from scrimp.cli.results.own_files import OwnFiles
from scrimp.cli.session import Session, open_session
from scrimp.errors import ConfigError, InputError, UsageError
from scrimp.store.cache import SqliteCache
from scrimp.store.completion_cache import CachedCompletion
from scrimp.store.files.conversation import remove_conversation
from scrimp.store.foreign_completion import doubtful_field
from scrimp.units import (
    format_count,
    format_known_dollars,
    format_megabytes,
    format_moment,
    known_or_none,
    parse_duration,
)

if TYPE_CHECKING:
    from scrimp.shared.cache_server import CacheServer
    from scrimp.store.cache_file import CacheFile

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)
_CONVERSATION = "conversation"  # not a key: o, n, v, s and t are not hexadecimal digits
_GROUP = 1000  # completions imported in one transaction

Key = Annotated[str, typer.Argument(metavar="KEY", help="A key, or its first digits.")]
Shared = Annotated[bool, typer.Option("--shared", help="Use the cache on the server that [shared] names.")]


@app.callback()
def cache() -> None:
    """Inspect and clear the cache of completions: that of this machine, or with --shared of a server."""


@app.command()
def stats(*, as_json: AsJson = False, shared: Shared = False) -> None:
    """Count completions, bytes, and what they once cost."""
    with open_session() as session:
        stats = _store(session, shared=shared).stats()
        cost = Decimal(stats.cost_nano).scaleb(-9)
        if as_json:
            print_json(
                {"rows": stats.rows, "bytes": stats.bytes, "oldest": stats.oldest, "newest": stats.newest,
                 "cost_usd": known_or_none(cost, stats.unpriced), "models": dict(stats.models),
                 "at_least": stats.unpriced > 0}
            )  # fmt: skip
            return
        print_line(
            f"{format_count(stats.rows)} completions, {format_megabytes(stats.bytes, 1)}, "
            f"once paid {format_known_dollars(cost, stats.unpriced)}"
        )
        if stats.oldest is not None and stats.newest is not None:
            print_line(f"oldest {_day(stats.oldest)}, newest {_day(stats.newest)}")
        print_table(
            ("model", "completions"),
            [(name, format_count(rows)) for name, rows in stats.models],
            "lr",
            session.out,
            empty="",
        )


@app.command()
def get(key: Key, *, shared: Shared = False) -> None:
    """Print completions by key, as JSON lines; `scrimp cache export` lists keys."""
    with open_session() as session:
        completions = _store(session, shared=shared).matching(key)
        if not completions:
            raise UsageError(f"the cache has no completion under {key}: keys are in `scrimp cache export`")
        for completion in completions:
            print_json(_as_json(completion))


@app.command()
def rm(
    key: Annotated[
        str, typer.Argument(metavar="KEY|conversation", help="A key or its first digits, or the word conversation.")
    ],
    *,
    shared: Shared = False,
) -> None:
    """Remove the completions whose key begins with KEY, or the last conversation of `scrimp ask`."""
    with open_session() as session:
        if key == _CONVERSATION:
            there = remove_conversation(session.services.paths.conversation)
            print_line("removed the last conversation" if there else "there is no conversation")
            return
        print_line(f"removed {format_count(_store(session, shared=shared).remove(key))}")


@app.command()
def prune(
    older: Annotated[str, typer.Option("--older", metavar="90d", help="Remove what is older than this.")] = "90d",
    *,
    shared: Shared = False,
) -> None:
    """Remove old completions and give the space back; the last conversation of `scrimp ask`, too, if it is old."""
    with open_session() as session:
        before = time.time() - parse_duration(older, "--older")
        removed = _store(session, shared=shared).prune(before=before)
        if not shared and remove_conversation(session.services.paths.conversation, before=before):
            print_line("removed the last conversation")
        print_line(f"removed {format_count(removed)}")


@app.command()
def export(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Where to, or - for stdout.")] = "-",
    *,
    shared: Shared = False,
) -> None:
    """Write all completions as JSON lines."""
    with open_session() as session:
        lines = (msgspec.json.encode(_as_json(each)) + b"\n" for each in _store(session, shared=shared).completions())
        if file == "-":
            print_rows(lines)
            return
        format_of_name(file, (), "cache export")
        OwnFiles(session).refuse("cache export", file)
        write_whole(file, "cache export", lines)


@app.command(name="import")
def import_(
    file: Annotated[str, typer.Argument(metavar="FILE", help="What `scrimp cache export` wrote.")],
    *,
    shared: Shared = False,
) -> None:
    """Import completions that another cache exported; the newer of two stays."""
    with open_session() as session, ExitStack() as opened:
        if shared:
            take = _shared(session).import_many
        else:
            take = opened.enter_context(SqliteCache(session.services.paths.cache_db)).import_many
        print_line(f"imported {format_count(sum(_imported(take, Path(file))))}")


@app.command()
def path() -> None:
    """Print where the cache is."""
    with open_session() as session:
        print_line(str(session.services.paths.cache_db))


def _store(session: Session, *, shared: bool) -> CacheFile | CacheServer:
    return _shared(session) if shared else session.services.stores.cache_file


def _shared(session: Session) -> CacheServer:
    cache = session.services.stores.shared
    if cache is None:
        raise ConfigError("there is no shared cache: set [shared] cache to redis://HOST:PORT/0")
    return cache.administration


def _imported(take: Callable[[Sequence[CachedCompletion]], int], file: Path) -> Iterator[int]:
    """Import completions in groups; yield how many of each group were new."""
    group: list[CachedCompletion] = []
    try:
        stream = file.open("rb")
    except OSError as error:
        raise InputError(f"{file} cannot be read ({error.strerror}): name what `scrimp cache export` wrote") from error
    with stream:
        for number, text in enumerate(stream, 1):
            group.append(_completion(text, f"{file}:{number}"))
            if len(group) == _GROUP:
                yield take(group)
                group = []
    yield take(group)


class _ExportedLine(msgspec.Struct):
    """A line of an export."""

    key: str
    created: float
    run: str
    answer: msgspec.Raw


def _as_json(cached: CachedCompletion) -> dict[str, object]:
    """Return a completion with all of its fields, also those that are as they are by default."""
    answer = asdict(cached.answer)
    return {"key": cached.key.hex(), "created": cached.created, "run": cached.run, "answer": answer}


def _completion(text: bytes, where: str) -> CachedCompletion:
    from scrimp.values import Answer  # one name for one line

    try:
        exported = msgspec.json.decode(text, type=_ExportedLine)
        completion = CachedCompletion(
            bytes.fromhex(exported.key), exported.created, exported.run,
            msgspec.json.decode(exported.answer, type=Answer),
        )  # fmt: skip
    except (msgspec.MsgspecError, ValueError) as error:
        raise _not_exported(where, error) from error
    if doubtful := doubtful_field(completion):
        raise _not_exported(where, f"no completion has such a value of {doubtful}")
    return completion


def _not_exported(where: str, reason: object) -> InputError:
    return InputError(f"{where} is not a line of a cache export ({reason}): nothing of its group was imported")


def _day(when: float) -> str:
    return format_moment(when, "%Y-%m-%d %H:%M")
