"""Recorded completions: prompts with what each of several models said, what it was worth and what it cost.

One JSON object a line, gzip or not: `{"id", "task", "prompt", "prompt_tokens", "gold", "models": {NAME: {"out",
"score", "answer", "completion_tokens", "prompt_tokens", "cost"}}}`; all but `models` may be missing, and fields with
other names are passed over. Prices are a file `{"models": {NAME: [dollars per million tokens in, out]}}`; a
`prices.json` beside the recording is found by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec
from msgspec import Meta, Struct

from scrimp.errors import InputError, UsageError
from scrimp.tuning.recorded_prompt import RecordedPrompt, RecordedReply
from scrimp.values import Json, Usage

_GZIP = b"\x1f\x8b"
_NO_PRICE = "is no price: write [dollars per million tokens in, out]"
_Tokens = Annotated[int, Meta(ge=0)]


class _Reply(Struct, frozen=True):
    out: str | None = None
    answer: Json = None
    score: Annotated[float, Meta(ge=0, le=1)] | bool | None = None
    prompt_tokens: _Tokens | None = None
    completion_tokens: _Tokens | None = None
    cost: Decimal | None = None

    def __post_init__(self) -> None:
        if self.cost is not None and not (self.cost.is_finite() and self.cost >= 0):
            raise ValueError("cost is no amount of dollars")


class _Line(Struct, frozen=True):
    models: Mapping[str, _Reply]
    id: str | int | None = None
    task: str | None = None
    prompt: str | None = None
    prompt_tokens: _Tokens | None = None
    gold: Json = None


class _Prices(Struct, frozen=True):
    models: Mapping[str, tuple[Json, ...]]


Prices = Mapping[str, tuple[Decimal, Decimal]]


def recorded(
    path: Path, prices: Prices, *, assumed_output: int | None = None, warn: Callable[[str], None] | None = None
) -> Iterator[RecordedPrompt]:
    """Yield the recorded prompts of a file; InputError names the line and the field that cannot be read.

    `assumed_output` is how many tokens a completion is taken to have where none were counted; at the end `warn` is
    told of which models that was assumed.
    """
    decoder = msgspec.json.Decoder(_Line)
    uncounted: dict[str, None] = {}
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        try:
            row = decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise InputError(f"{path}:{number}: no recorded prompt ({error}): see scrimp tune replay --help") from error
        for name, reply in row.models.items():
            if reply.completion_tokens is None and reply.cost is None:
                uncounted[name] = None
        replies = {name: _reply(name, reply, row, prices, assumed_output) for name, reply in row.models.items()}
        gold = None if row.gold is None else _text(row.gold)
        name = f"{number}" if row.id is None else f"{row.id}"
        yield RecordedPrompt(id=name, task=row.task, text=row.prompt or "", gold=gold, replies=replies)
    if uncounted and assumed_output is not None and warn is not None:
        warn(
            f"{path}: completion_tokens are missing for {', '.join(uncounted)}: {assumed_output} a completion are "
            "assumed, so what is saved is no more than a guess"
        )


def prices_beside(path: Path, named: str | None) -> Prices:
    """Return the prices of a recording by model, in dollars per million tokens in and out, if there are any."""
    file = Path(named) if named is not None else path.parent / "prices.json"
    if named is None and not file.is_file():
        return {}
    try:
        found = msgspec.json.decode(file.read_bytes(), type=_Prices)
    except OSError as error:
        raise UsageError(f"--prices: {file} cannot be read ({error.strerror}): name a JSON file") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UsageError(f'{file} is no price list ({error}): write {{"models": {{"NAME": [in, out]}}}}') from error
    return {name: _rates(rates, f"{file}: models.{name}") for name, rates in found.models.items()}


def _rates(listed: tuple[Json, ...], where: str) -> tuple[Decimal, Decimal]:
    """Return the first two, for tokens in and out; what comes after them is the user's own note."""
    try:
        read, written = (Decimal(str(rate)) for rate in listed[:2])
    except (ValueError, ArithmeticError) as error:
        raise UsageError(f"{where} {_NO_PRICE}") from error
    if not all(rate.is_finite() and rate >= 0 for rate in (read, written)):
        raise UsageError(f"{where} {_NO_PRICE}")
    return read, written


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as plain:
            packed = plain.read(len(_GZIP)) == _GZIP
            plain.seek(0)
            if not packed:
                yield from plain
                return
            yield from _unpacked(plain)
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path} cannot be read ({reason}): name a recording, JSON lines or gzip of them") from error


def _unpacked(packed: BinaryIO) -> Iterator[bytes]:
    import gzip  # noqa: PLC0415 - where a recording is packed
    import zlib  # noqa: PLC0415 - as above

    try:
        with gzip.open(packed) as unpacked:
            yield from unpacked
    except zlib.error as error:
        raise OSError(f"damaged: {error}") from error


def _reply(name: str, reply: _Reply, row: _Line, prices: Prices, assumed: int | None) -> RecordedReply:
    read = reply.prompt_tokens if reply.prompt_tokens is not None else row.prompt_tokens
    written = reply.completion_tokens if reply.completion_tokens is not None else assumed
    usage = Usage(input=read, output=written) if read is not None and written is not None else None
    cost = reply.cost
    if cost is None and usage is not None and name in prices:
        rate_in, rate_out = prices[name]
        cost = (usage.input * rate_in + usage.output * rate_out) / 1_000_000
    answer = None if reply.answer is None else _text(reply.answer)
    score = None if reply.score is None else float(reply.score)
    return RecordedReply(output=reply.out, answer=answer, score=score, usage=usage, cost=cost)


def _text(value: Json) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
