"""Outcomes as rows: one schema, five ways to write it. Fields are only ever added."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import BinaryIO, Protocol

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from scrimp.errors import UsageError
from scrimp.render.streams import visible
from scrimp.values import Answer, Answered, Failed, Json, JsonObject, Outcome

_encode = msgspec.json.Encoder().encode
_NOTHING = Raw(b"0")


class UsageRow(Struct, frozen=True):
    """Tokens of the kept call."""

    input: int
    cache_read: int
    cache_write: int
    output: int
    reasoning: int


class ErrorRow(Struct, frozen=True):
    """Why a row has no completion."""

    kind: str
    http: int | None
    retryable: bool
    message: str


class Row(Struct, frozen=True):
    """An output row, version 1."""

    v: int
    index: int
    id: str | None
    status: str
    output: str | None
    parsed: Json
    model: str | None
    provider: str | None
    tier: str | None
    chain: str | None
    escalated: bool
    confidence: float | None
    why: str | None
    cache: str
    finish_reason: str | None
    usage: UsageRow | None
    cost_usd: Raw | None
    price: str | None
    compressed: JsonObject | None
    attempts: int
    error: ErrorRow | None
    input: JsonObject | None
    estimated: bool | UnsetType = UNSET


FIELDS = Row.__struct_fields__


def row_of(outcome: Outcome) -> Row:
    """Return the row of an outcome; `cost_usd` is what the row cost in this run, so a hit costs nothing."""
    answer, prompt = outcome.answer, outcome.prompt
    failed = outcome if isinstance(outcome, Failed) else None
    return Row(
        1, prompt.index, prompt.id, failed.status if failed else "ok", answer.output if answer else None,
        answer.parsed if answer else None, answer.model if answer else None, answer.provider if answer else None,
        answer.tier if answer else None, answer.chain if answer else None, answer.escalated if answer else False,
        answer.confidence if answer else None, answer.why if answer else None, outcome.cache,
        answer.finish_reason if answer else None, _usage(answer), _cost(outcome), answer.price if answer else None,
        _compressed(answer), answer.attempts if answer else len(outcome.entries), _error(failed) if failed else None,
        prompt.row, answer.estimated if answer and answer.estimated else UNSET,
    )  # fmt: skip


def _usage(answer: Answer | None) -> UsageRow | None:
    if answer is None or answer.usage is None:
        return None
    used = answer.usage
    return UsageRow(used.input, used.cache_read, used.cache_write, used.output, used.reasoning)


def _cost(outcome: Outcome) -> Raw | None:
    if not outcome.entries:
        return _NOTHING
    total = Decimal(0)
    for entry in outcome.entries:
        if entry.cost is None:
            return None
        total += entry.cost
    return plain(total)


def plain(dollars: Decimal) -> Raw:
    """Return dollars as a JSON number with exactly their digits, and no exponent."""
    return Raw(format(dollars.normalize(), "f").encode()) if dollars else _NOTHING


def _compressed(answer: Answer | None) -> JsonObject | None:
    if answer is None or answer.compressed is None:
        return None
    receipt = answer.compressed
    shown: JsonObject = {"before": receipt.before, "after": receipt.after, "level": receipt.level}
    return shown | {"estimated": True} if receipt.estimated else shown


def _error(outcome: Failed) -> ErrorRow:
    failure = outcome.failure
    return ErrorRow(failure.kind, failure.http, failure.retryable, failure.message)


class RowWriter(Protocol):
    """Takes outcomes one by one."""

    def write(self, outcome: Outcome) -> None:
        """Write an outcome's row."""

    def close(self) -> None:
        """Write what ends the output."""


def open_rows(
    stream: BinaryIO, out: str, fields: Sequence[str] | None, *, terminal: bool, failed: Callable[[Failed], None]
) -> RowWriter:
    """Return what writes rows in a format; `failed` hears of rows that a format has no place for."""
    _check(fields)
    if out in ("csv", "tsv"):
        return TableRows(stream, fields or DEFAULT_COLUMNS, "\t" if out == "tsv" else ",", terminal=terminal)
    if out == "text":
        return TextRows(stream, terminal=terminal, failed=failed)
    return JsonRows(stream, fields, whole=out == "json")


DEFAULT_COLUMNS = (
    "index",
    "id",
    "status",
    "output",
    "model",
    "tier",
    "cache",
    "confidence",
    "cost_usd",
    "error.message",
)


def _check(fields: Sequence[str] | None) -> None:
    for field in fields or ():
        if field.partition(".")[0] not in FIELDS:
            raise UsageError(
                f"there is no field '{field}': the fields of a row are {', '.join(FIELDS)}, and input.COLUMN"
            )


def pick(row: JsonObject, field: str) -> Json:
    """Return a field of a row; a.b looks inside, and what is not there is null."""
    value: Json = row
    for key in field.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _as_object(outcome: Outcome) -> JsonObject:
    shown: JsonObject = msgspec.json.decode(_encode(row_of(outcome)))
    return shown


class JsonRows:
    """JSON lines, or one array. JSON escapes control characters, so a terminal is safe from them."""

    def __init__(self, stream: BinaryIO, fields: Sequence[str] | None, *, whole: bool) -> None:
        self._stream, self._fields, self._whole = stream, fields, whole
        self._first = True

    def write(self, outcome: Outcome) -> None:
        """Write one object."""
        if self._fields is None:
            line = _encode(row_of(outcome))
        else:
            row = _as_object(outcome)
            line = _encode({field: pick(row, field) for field in self._fields})
        if self._whole:
            self._stream.write((b"[\n" if self._first else b",\n") + line)
            self._first = False
        else:
            self._stream.write(line + b"\n")

    def close(self) -> None:
        """Close the array."""
        if self._whole:
            self._stream.write(b"[]\n" if self._first else b"\n]\n")


class TableRows:
    """CSV or TSV with a header; nested fields are written as JSON."""

    def __init__(self, stream: BinaryIO, fields: Sequence[str], separator: str, *, terminal: bool) -> None:
        import csv  # noqa: PLC0415 - only a table needs it
        import io  # noqa: PLC0415 - as above

        self._stream, self._fields, self._terminal = stream, fields, terminal
        self._buffer = io.StringIO(newline="")
        self._csv = csv.writer(self._buffer, delimiter=separator, lineterminator="\n")
        self._line(fields)

    def write(self, outcome: Outcome) -> None:
        """Write one line."""
        row = _as_object(outcome)
        self._line([self._cell(row, outcome, field) for field in self._fields])

    def _cell(self, row: JsonObject, outcome: Outcome, field: str) -> str:
        if field == "cost_usd":  # not by way of a float
            cost = _cost(outcome)
            return "" if cost is None else bytes(cost).decode()
        value = pick(row, field)
        if isinstance(value, str):
            return visible(value) if self._terminal else value
        return "" if value is None else _encode(value).decode()

    def _line(self, values: Sequence[str]) -> None:
        self._csv.writerow(values)
        self._stream.write(self._buffer.getvalue().encode(errors="surrogatepass"))
        self._buffer.seek(0)
        self._buffer.truncate()

    def close(self) -> None:
        """A table has no end to write."""


class TextRows:
    """Completions only, each ending in a newline; a failed row has none, so it is told elsewhere."""

    def __init__(self, stream: BinaryIO, *, terminal: bool, failed: Callable[[Failed], None]) -> None:
        self._stream, self._terminal, self._failed = stream, terminal, failed

    def write(self, outcome: Outcome) -> None:
        """Write a completion."""
        if not isinstance(outcome, Answered):
            self._failed(outcome)
            return
        text = outcome.answer.output
        shown = visible(text) if self._terminal else text
        self._stream.write((shown.rstrip("\n") + "\n").encode(errors="surrogatepass"))

    def close(self) -> None:
        """Text has no end to write."""
