"""Outcomes on their way back from a worker: without their prompts, which the other side has, and answers as JSON.

Pickling one with all that it holds takes as long as a tenth of what its worker does for it. What is answered is in the
journal as JSON, too, so it comes through as it is; a failure may quote what JSON does not hold, and is pickled.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import msgspec
from msgspec import Struct

from scrimp.engines.chunks import AnsweredChunk
from scrimp.enums import CacheUse
from scrimp.values import Answer, Answered, Entry, ExpectedRow, Failed

if TYPE_CHECKING:
    from scrimp.values import Outcome, Prompt


class _AnsweredRow(Struct, frozen=True, array_like=True):
    """An answered row; its `place` is that of its prompt in the chunk."""

    place: int
    answer: Answer
    cache: CacheUse
    entries: tuple[Entry, ...]
    entry: Entry | int | None  # or its index in `entries`
    paid_by_another_run: bool
    expected: ExpectedRow | None


class PackedOutcomes(Struct, frozen=True):
    """Outcomes of rows of a chunk."""

    answered: bytes
    failed: Sequence[tuple[int, Failed]]  # by place


# What a worker hands back: a chunk without its outcomes, and these; None: the process is ready to take some.
HandedBack: TypeAlias = tuple[AnsweredChunk, PackedOutcomes] | None

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(list[_AnsweredRow]).decode


def packed(outcomes: Sequence[Outcome], rows: Sequence[Prompt]) -> PackedOutcomes:
    """Return outcomes as they are sent; there may be fewer of them than rows."""
    places = {(row.index, row.sample): place for place, row in enumerate(rows)}
    answered: list[_AnsweredRow] = []
    failed: list[tuple[int, Failed]] = []
    for outcome in outcomes:
        place = places[outcome.prompt.index, outcome.prompt.sample]
        if isinstance(outcome, Failed):
            failed.append((place, outcome))
            continue
        entry, entries = outcome.entry, outcome.entries
        answered.append(
            _AnsweredRow(
                place, outcome.answer, outcome.cache, entries, entries.index(entry) if entry in entries else entry,
                outcome.paid_by_another_run, outcome.expected,
            )
        )  # fmt: skip
    return PackedOutcomes(_encode(answered), failed)


def unpacked(sent: PackedOutcomes, rows: Sequence[Prompt]) -> list[Outcome]:
    """Return the outcomes in the order of their rows."""
    outcomes: list[Outcome | None] = [None] * len(rows)
    for place, failed in sent.failed:
        outcomes[place] = failed
    for row in _decode(sent.answered):
        outcomes[row.place] = Answered(
            prompt=rows[row.place], answer=row.answer, cache=row.cache, entries=row.entries,
            entry=row.entries[row.entry] if isinstance(row.entry, int) else row.entry,
            paid_by_another_run=row.paid_by_another_run, expected=row.expected,
        )  # fmt: skip
    return [outcome for outcome in outcomes if outcome is not None]
