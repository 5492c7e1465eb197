"""`scrimp cache`: what the cache holds, and what it should forget."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from scrimp.cli.printing import document, line, show
from scrimp.cli.session import session
from scrimp.config.amounts import seconds
from scrimp.errors import InputError, UsageError
from scrimp.render.amounts import count, money
from scrimp.store.cache import Cache, CachedCompletion

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)
_TAKEN_TOGETHER = 1000

Key = Annotated[str, typer.Argument(metavar="KEY", help="A key, or its first digits.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback()
def cache() -> None:
    """Look into the cache of completions, and clear it."""


@app.command()
def stats(*, as_json: Json = False) -> None:
    """Count completions, bytes, and what they once cost."""
    with session() as here:
        held = here.services.cache.stats()
        cost = Decimal(held.cost_nano).scaleb(-9)
        if as_json:
            document(
                {"rows": held.rows, "bytes": held.bytes, "oldest": held.oldest, "newest": held.newest, "cost_usd": cost,
                 "models": dict(held.models)}
            )  # fmt: skip
            return
        line(f"{count(held.rows)} completions, {held.bytes / 1e6:.1f} MB, once paid {money(cost)}")
        if held.oldest is not None and held.newest is not None:
            line(f"oldest {_day(held.oldest)}, newest {_day(held.newest)}")
        show(("model", "completions"), [(name, count(rows)) for name, rows in held.models], "lr", here.out, empty="")


@app.command()
def get(key: Key) -> None:
    """Print completions by key, as JSON lines; `scrimp cost` and rows in the ledger name keys."""
    with session() as here:
        found = here.services.cache.matching(key)
        if not found:
            raise UsageError(f"the cache holds nothing under {key}")
        for kept in found:
            document(_as_json(kept))


@app.command()
def rm(key: Key) -> None:
    """Forget the completions whose key begins so."""
    with session() as here:
        line(f"forgot {count(here.services.cache.remove(key))}")


@app.command()
def prune(
    older: Annotated[str, typer.Option("--older", metavar="90d", help="Forget what is older than this.")] = "90d",
) -> None:
    """Forget what is old, and give the space back."""
    with session() as here:
        line(f"forgot {count(here.services.cache.prune(before=time.time() - seconds(older, '--older')))}")


@app.command()
def export(file: Annotated[str, typer.Argument(metavar="FILE", help="Where to, or - for stdout.")] = "-") -> None:
    """Write all completions as JSON lines."""
    with session() as here:
        lines = (msgspec.json.encode(_as_json(kept)) + b"\n" for kept in here.services.cache.everything())
        if file == "-":
            sys.stdout.buffer.writelines(lines)
            sys.stdout.buffer.flush()
            return
        with Path(file).open("wb") as out:
            out.writelines(lines)


@app.command(name="import")
def import_(file: Annotated[str, typer.Argument(metavar="FILE", help="What `scrimp cache export` wrote.")]) -> None:
    """Take over completions that another cache exported; the newer of two stays."""
    with session() as here:
        line(f"took over {count(sum(_taken(here.services.cache, Path(file))))}")


@app.command()
def path() -> None:
    """Print where the cache is."""
    with session() as here:
        line(str(here.services.paths.cache_db))


def _taken(cache_: Cache, file: Path) -> Iterator[int]:
    """Take completions over in groups; yield how many of each were new."""
    group: list[CachedCompletion] = []
    try:
        stream = file.open("rb")
    except OSError as error:
        raise InputError(f"{file} cannot be read ({error.strerror}): name what `scrimp cache export` wrote") from error
    with stream:
        for number, text in enumerate(stream, 1):
            group.append(_kept(text, f"{file}:{number}"))
            if len(group) == _TAKEN_TOGETHER:
                yield cache_.take(group)
                group = []
    yield cache_.take(group)


class _Exported(msgspec.Struct):
    """A line of an export."""

    key: str
    created: float
    run: str
    answer: msgspec.Raw


def _as_json(kept: CachedCompletion) -> dict[str, object]:
    return {"key": kept.key.hex(), "created": kept.created, "run": kept.run, "answer": kept.answer}


def _kept(text: bytes, where: str) -> CachedCompletion:
    from scrimp.values import Answer  # noqa: PLC0415 - one name for one line

    try:
        line_ = msgspec.json.decode(text, type=_Exported)
        return CachedCompletion(
            bytes.fromhex(line_.key), line_.created, line_.run, msgspec.json.decode(line_.answer, type=Answer)
        )
    except (msgspec.MsgspecError, ValueError) as error:
        raise InputError(f"{where}: no line of a cache export ({error}): nothing of its group was taken") from error


def _day(when: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(when))
