"""Opening the ledger's file, which several stores share."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from scrimp.store.database import connect
from scrimp.store.schemas.ledger import MIGRATIONS, OLDEST_READ


def connect_ledger(path: Path, *, any_thread: bool = False) -> sqlite3.Connection:
    """Open the ledger, made or migrated where it can be written; else to be read, if its schema is not too old."""
    return connect(path, MIGRATIONS, any_thread=any_thread, oldest=OLDEST_READ)
