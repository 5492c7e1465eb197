"""Prompts in groups: of a file many at a time, of a pipe each as it comes; trouble comes after what was read before."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from scrimp.errors import InputError
from scrimp.values import Prompt

# Large enough to look keys up in groups, small enough for the first row to come at once.
GROUP = 256


def groups(prompts: Iterator[Prompt], *, live: bool) -> Iterator[list[Prompt]]:
    """Yield groups of prompts; an InputError is raised only after the prompts before it were yielded."""
    size = 1 if live else GROUP
    while True:
        group: list[Prompt] = []
        trouble = None
        try:
            group.extend(islice(prompts, size))  # what was read before an error stays in the list
        except InputError as error:
            trouble = error
        if group:
            yield group
        if trouble is not None:
            raise trouble
        if len(group) < size:
            return
