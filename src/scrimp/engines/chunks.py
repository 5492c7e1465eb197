"""Rows on their way to a worker and back: read in chunks, answered in chunks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from scrimp.errors import ScrimpError
from scrimp.flows.engine.stops.run_stop import RunStop
from scrimp.flows.plan.groups import ROWS_PER_GROUP, groups
from scrimp.flows.plan.row_size import characters
from scrimp.flows.plan.run_input import RunInput
from scrimp.values import Outcome, Prompt

# With them a chunk of long rows is full: several of them are on their way to each worker.
_CHARACTERS_PER_CHUNK = 16_000_000
# A sentence for the person at the command line, and how it is printed there.
Message: TypeAlias = tuple[Literal["warning", "note"], str]


class InputRows(RunInput, frozen=True, kw_only=True):
    """What is to be read, by one worker."""

    rows_per_chunk: int = ROWS_PER_GROUP
    only: frozenset[int] | None = None  # only the chunks with these numbers
    alone: frozenset[int] | None = None  # only the rows of the chunks with these numbers, each as a chunk of its own


class Chunk(Struct, frozen=True, kw_only=True):
    """Consecutive rows, what was said while they were read, and why there are no more, if that is a mistake.

    Chunks are numbered from 0; the last one has no rows.
    """

    number: int = 0
    is_last: bool = False
    alone: bool = False  # its row was lost with workers, and is given out again
    rows: Sequence[Prompt] = ()
    messages: Sequence[Message] = ()
    error: ScrimpError | None = None
    header: Sequence[str] | None = None  # of the last one: the columns of the first table that was read


class AnsweredChunk(Struct, frozen=True, kw_only=True):
    """The outcomes of a chunk in its order, without the rows that were not reached, and why these were not."""

    number: int = 0
    is_last: bool = False
    alone: bool = False
    outcomes: Sequence[Outcome] = ()
    messages: Sequence[Message] = ()
    stop: RunStop | None = None
    error: BaseException | None = None
    header: Sequence[str] | None = None


def read_chunks(inputs: InputRows) -> Iterator[Chunk]:
    """Yield the rows of the inputs; an error ends them as it does in a run, after the rows before it."""
    if inputs.only is not None:
        for chunk in _chunks(replace(inputs, only=None)):
            if chunk.is_last or chunk.number in inputs.only:
                yield replace(chunk, messages=())  # which were told when all were read
        return
    if inputs.alone is None:
        yield from _chunks(inputs)
        return
    number = 0
    for chunk in _chunks(replace(inputs, alone=None)):
        for row in chunk.rows if chunk.number in inputs.alone else ():
            yield Chunk(number=number, alone=True, rows=[row])
            number += 1
    yield Chunk(number=number, is_last=True)


def _chunks(inputs: InputRows) -> Iterator[Chunk]:
    number = held = 0
    most = _CHARACTERS_PER_CHUNK * max(1, inputs.rows_per_chunk // ROWS_PER_GROUP)
    rows: list[Prompt] = []
    unread: ScrimpError | None = None
    said: list[Message] = []
    headers: list[Sequence[str]] = []

    def taken() -> list[Message]:
        messages = list(said)
        said.clear()
        return messages

    try:
        read = inputs.prompts(
            warn=lambda text: said.append(("warning", text)),
            note=lambda text: said.append(("note", text)),
            table=headers.append,
        )
        for group in groups(read, one_by_one=False):
            rows += group
            held += sum(map(characters, group))
            if len(rows) >= inputs.rows_per_chunk or held >= most:
                yield Chunk(number=number, rows=rows, messages=taken())
                rows, number, held = [], number + 1, 0
    except ScrimpError as error:
        unread = error
    if rows:
        yield Chunk(number=number, rows=rows)
        number += 1
    yield Chunk(number=number, is_last=True, messages=taken(), error=unread, header=headers[0] if headers else None)
