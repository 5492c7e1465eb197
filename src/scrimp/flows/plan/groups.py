"""Prompts in groups, many at a time from a file, each as it comes from a pipe; then planned and looked up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.errors import InputError
from scrimp.flows.plan.row_size import characters
from scrimp.values import Answered, Prompt

if TYPE_CHECKING:
    from scrimp.flows.plan.cache_lookup import CacheLookup
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.flows.plan.planner import Planner

# Large enough to look keys up in groups, small enough for the first row to come at once.
ROWS_PER_GROUP = 256
_CHARACTERS_PER_GROUP = 2_000_000  # a group of long rows is full at this size


class PlannedGroup(Struct, frozen=True):
    """Rows that are ready to be sent, and the outcomes of those that need not be, by their place in the group."""

    rows: Sequence[PlannedRow]
    cached: Mapping[int, Answered]


def groups(prompts: Iterator[Prompt], *, one_by_one: bool) -> Iterator[list[Prompt]]:
    """Yield groups of prompts; an InputError is raised only after the prompts before it were yielded."""
    size = 1 if one_by_one else ROWS_PER_GROUP
    ended = False
    while not ended:
        group: list[Prompt] = []
        held, error = 0, None
        try:
            for prompt in prompts:
                group.append(prompt)  # what was read before an error stays in the list
                held += characters(prompt)
                if len(group) >= size or held >= _CHARACTERS_PER_GROUP:
                    break
            else:
                ended = True
        except InputError as unreadable:
            error = unreadable
        if group:
            yield group
        if error is not None:
            raise error


def planned(prompts: Sequence[Prompt], planner: Planner, lookup: CacheLookup) -> PlannedGroup:
    """Return a group of prompts planned and looked up in the cache: once for each prompt of a run."""
    rows = planner.plan(prompts)
    return PlannedGroup(rows, lookup.find(rows))
