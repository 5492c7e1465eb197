"""How much of memory rows take: by their characters, so that long documents are not read ahead like short questions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scrimp.values import Prompt

_CHARACTERS = 1024  # rows up to this length count as one unit; longer ones are compressed, and kept in several copies


def characters(prompt: Prompt) -> int:
    """Return how many characters a row holds: its text, its earlier turns and its columns."""
    size = len(prompt.text)
    if prompt.history:
        size += sum(len(turn.content) for turn in prompt.history)
    if prompt.row:
        for value in prompt.row.values():  # a loop: each row is measured several times
            if isinstance(value, str):
                size += len(value)
    return size


def room(prompt: Prompt, most: int) -> int:
    """Return the room that a row takes, at most so much; that of a short one is 1."""
    return min(most, 1 + characters(prompt) // _CHARACTERS)


def portions(rooms: Sequence[int], most: int) -> Iterator[tuple[int, int]]:
    """Yield where portions of rows begin and end, none of which takes more than so much unless it is one row."""
    first = taken = 0
    for place, wanted in enumerate(rooms):
        if place > first and taken + wanted > most:
            yield first, place
            first, taken = place, 0
        taken += wanted
    if first < len(rooms):
        yield first, len(rooms)
