"""Which alerts were sent and when: a file beside the databases, which one process at a time decides by what is news."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct

from scrimp.store.files.changed_json import change_json


class Told(Struct, frozen=True):
    """An alert that was sent: when (seconds since the epoch), and how bad it was then."""

    time: float
    severity: float


def update_told(path: Path, change: Callable[[Mapping[str, Told]], Mapping[str, Told]]) -> None:
    """Replace what is recorded by what `change` makes of it, while no other process does the same.

    A file that cannot be read as such counts as empty: the worst that follows is an alert that is sent again.
    """
    change_json(path, Told, change)
