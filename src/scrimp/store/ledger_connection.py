"""Opening the ledger's file, which several stores and queries share."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from scrimp.store.database import connect, store_errors
from scrimp.store.schemas.ledger import MIGRATIONS, OLDEST_READ


def connect_ledger(path: Path, *, any_thread: bool = False) -> sqlite3.Connection:
    """Open the ledger, made or migrated where it can be written; else to be read, if its schema is not too old."""
    return connect(path, MIGRATIONS, any_thread=any_thread, oldest=OLDEST_READ)


@contextmanager
def opened_ledger(path: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection to the ledger, closed at the end of the block; StoreError names the file."""
    with store_errors(path), closing(connect_ledger(path)) as db:
        yield db
