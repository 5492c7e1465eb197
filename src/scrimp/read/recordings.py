"""Recorded completions: prompts with the output, score and cost of each of several models.

One JSON object a line, gzipped or not: `{"id", "task", "prompt", "prompt_tokens", "gold", "models": {NAME: {"out",
"score", "answer", "completion_tokens", "prompt_tokens", "cost"}}}`; all but `models` may be missing, and fields with
other names are ignored. Prices are a file `{"models": {NAME: [dollars per million tokens in, out]}}`; a
`prices.json` beside the recording is used without being named.
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

_GZIP_MAGIC = b"\x1f\x8b"
_INVALID_PRICE = "is not a price: write [dollars per million tokens in, out]"
_TokenCount = Annotated[int, Meta(ge=0)]


class _RecordedModel(Struct, frozen=True):
    out: str | None = None
    answer: Json = None
    score: float | bool | None = None
    prompt_tokens: _TokenCount | None = None
    completion_tokens: _TokenCount | None = None
    cost: Decimal | None = None

    def __post_init__(self) -> None:
        if self.cost is not None and not (self.cost.is_finite() and self.cost >= 0):
            raise ValueError("cost is not an amount of dollars")


class _RecordingLine(Struct, frozen=True):
    models: Mapping[str, _RecordedModel]
    id: str | int | None = None
    task: str | None = None
    prompt: str | None = None
    prompt_tokens: _TokenCount | None = None
    gold: Json = None


class _PriceFile(Struct, frozen=True):
    models: Mapping[str, tuple[Json, ...]]


RecordingPrices = Mapping[str, tuple[Decimal, Decimal]]


class ScoreRange(Struct, frozen=True):
    """The scores of a completion that is all wrong and of one that is all right."""

    lowest: float = 0.0
    highest: float = 1.0

    def share(self, score: float) -> float | None:
        """Return a score as a share of the range, 0 to 1; None if it is outside."""
        share = (score - self.lowest) / (self.highest - self.lowest)
        return share if 0 <= share <= 1 else None


_SHARES = ScoreRange()


def read_recording(
    path: Path, prices: RecordingPrices, *, assumed_output: int | None = None,
    warn: Callable[[str], None] | None = None, scores: ScoreRange | None = _SHARES,
) -> Iterator[RecordedPrompt]:  # fmt: skip
    """Yield the recorded prompts of a file; InputError names the line and the field that cannot be read.

    Scores are brought from the range `scores` to 0..1; without one they are left out. `assumed_output` is the number
    of tokens of a completion whose tokens were not counted; at the end `warn` gets the models it was used for.
    """
    decoder = msgspec.json.Decoder(_RecordingLine)
    uncounted: dict[str, None] = {}
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        try:
            row = decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise InputError(
                f"{path}:{number}: not a recorded prompt ({error}): see scrimp tune replay --help"
            ) from error
        for name, reply in row.models.items():
            if reply.completion_tokens is None and reply.cost is None:
                uncounted[name] = None
        replies = {
            name: _reply(reply, row, prices.get(name), assumed_output, _score(name, reply, f"{path}:{number}", scores))
            for name, reply in row.models.items()
        }
        gold = None if row.gold is None else _text(row.gold)
        name = f"{number}" if row.id is None else f"{row.id}"
        yield RecordedPrompt(id=name, task=row.task, text=row.prompt or "", gold=gold, replies=replies)
    if uncounted and assumed_output is not None and warn is not None:
        warn(
            f"{path}: completion_tokens are missing for {', '.join(uncounted)}: {assumed_output} are assumed "
            "for each completion, so the savings are only a guess; record completion_tokens for exact ones"
        )


def recording_prices(path: Path, named: str | None) -> RecordingPrices:
    """Return the prices of a recording by model, in dollars per million tokens in and out; empty if it has none."""
    file = Path(named) if named is not None else path.parent / "prices.json"
    if named is None and not file.is_file():
        return {}
    try:
        price_file = msgspec.json.decode(file.read_bytes(), type=_PriceFile)
    except OSError as error:
        raise UsageError(f"--prices: {file} cannot be read ({error.strerror}): name a JSON file") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UsageError(f'{file} is not a price list ({error}): write {{"models": {{"NAME": [in, out]}}}}') from error
    return {name: _rates(rates, f"{file}: models.{name}") for name, rates in price_file.models.items()}


def _rates(values: tuple[Json, ...], where: str) -> tuple[Decimal, Decimal]:
    """Return the first two values, for tokens in and out; anything after them is the user's own note."""
    try:
        rate_in, rate_out = (Decimal(str(rate)) for rate in values[:2])
    except (ValueError, ArithmeticError) as error:
        raise UsageError(f"{where} {_INVALID_PRICE}") from error
    if not all(rate.is_finite() and rate >= 0 for rate in (rate_in, rate_out)):
        raise UsageError(f"{where} {_INVALID_PRICE}")
    return rate_in, rate_out


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            gzipped = file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
            file.seek(0)
            yield from _decompressed_lines(file) if gzipped else file
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path} cannot be read ({reason}): name a recording, JSON lines, gzipped or not") from error


def _decompressed_lines(file: BinaryIO) -> Iterator[bytes]:
    import gzip  # only for a gzipped recording
    import zlib

    try:
        with gzip.open(file) as lines:
            yield from lines
    except zlib.error as error:
        raise OSError(f"damaged: {error}") from error


def _reply(
    reply: _RecordedModel,
    row: _RecordingLine,
    rates: tuple[Decimal, Decimal] | None,
    assumed_output: int | None,
    score: float | None,
) -> RecordedReply:
    input_tokens = reply.prompt_tokens if reply.prompt_tokens is not None else row.prompt_tokens
    output_tokens = reply.completion_tokens if reply.completion_tokens is not None else assumed_output
    usage = None
    if input_tokens is not None and output_tokens is not None:
        usage = Usage(input=input_tokens, output=output_tokens)
    cost = reply.cost
    if cost is None and usage is not None and rates is not None:
        rate_in, rate_out = rates
        cost = (usage.input * rate_in + usage.output * rate_out) / 1_000_000
    answer = None if reply.answer is None else _text(reply.answer)
    return RecordedReply(output=reply.out, answer=answer, score=score, usage=usage, cost=cost)


def _score(model: str, reply: _RecordedModel, line: str, scores: ScoreRange | None) -> float | None:
    if reply.score is None or scores is None:
        return None
    if isinstance(reply.score, bool):
        return float(reply.score)
    share = scores.share(reply.score)
    if share is None:
        raise InputError(
            f"{line}: the score of {model} is {reply.score:g}, outside {scores.lowest:g}..{scores.highest:g}: name the "
            "range of the scores, such as --scores 1:5, or correct the line"
        )
    return share


def _text(value: Json) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
