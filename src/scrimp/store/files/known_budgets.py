"""What this home knows of shared budgets, should their server forget them: a file that is locked while it changes."""

from __future__ import annotations

import fcntl
import os
from decimal import Decimal
from pathlib import Path

import msgspec
from msgspec import Struct

from scrimp.store.database import make_private_folder, store_errors


class KnownBudget(Struct, frozen=True):
    """Which of the budgets of a name it was, for a name may begin anew, and the dollars of all its runs."""

    epoch: str
    spent: Decimal
    committed: Decimal  # that, and what runs might still spend


def known_budget(path: Path, budget: str) -> KnownBudget | None:
    """Return what is known of a budget, by its server and name."""
    with store_errors(path):
        return _read(path.read_bytes()).get(budget) if path.exists() else None


def remember_budget(path: Path, budget: str, known: KnownBudget) -> None:
    """Note what a run was told when it ended."""
    with store_errors(path):
        make_private_folder(path.parent)
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            budgets = _read(file.read()) | {budget: known}
            file.seek(0)
            file.truncate()
            file.write(msgspec.json.encode(budgets))


def _read(data: bytes) -> dict[str, KnownBudget]:
    """Return the budgets of a file; one that cannot be read knows none, like that of a new home."""
    try:
        return msgspec.json.decode(data, type=dict[str, KnownBudget])
    except msgspec.MsgspecError:
        return {}
