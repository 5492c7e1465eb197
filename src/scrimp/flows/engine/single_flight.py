"""Equal rows of a run: one of them is called for, and the others wait for what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.flows.engine.claimed_rows import RowAtPosition
from scrimp.values import Answered, Outcome, Prompt

if TYPE_CHECKING:
    from scrimp.flows.plan.planned_row import PlannedRow


class SingleFlight:
    """The rows that are called for, by their keys, and those that follow each."""

    def __init__(self) -> None:
        self._followers: dict[bytes, list[tuple[int, Prompt]]] = {}

    def __contains__(self, key: bytes) -> bool:
        return key in self._followers

    def join(self, rows: Sequence[PlannedRow], cached: Mapping[int, Answered], start: int) -> list[RowAtPosition]:
        """Return the rows of a group to call; equal rows wait for the first one, in flight or of this group.

        `cached` has rows by their place in the group, `start` is the group's position in the input.
        """
        leaders = []
        for offset, row in enumerate(rows):
            if offset in cached:
                continue
            if row.key in self._followers:
                self._followers[row.key].append((start + offset, row.prompt))
            else:
                self._followers[row.key] = []
                leaders.append(RowAtPosition(row, start + offset))
        return leaders

    def end(self, key: bytes, position: int, outcome: Outcome) -> list[tuple[int, Outcome]]:
        """Return the outcomes of a row and of those that waited for it, each with its position."""
        followers = self._followers.pop(key)
        return [(position, outcome), *((place, _repeated(outcome, prompt)) for place, prompt in followers)]


def _repeated(outcome: Outcome, prompt: Prompt) -> Outcome:
    """Return the outcome of a row for an equal one: nothing was called for it."""
    if isinstance(outcome, Answered):
        return replace(outcome, prompt=prompt, cache="dup", entries=(), entry=None)
    return replace(outcome, prompt=prompt, entries=())
