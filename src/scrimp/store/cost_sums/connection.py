"""Opening the file of sums, with the ledger attached to be read."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

from scrimp.errors import StoreError
from scrimp.store.cost_sums.measures import MIGRATIONS
from scrimp.store.database import connect, is_read_only, store_errors

_OWN_FILES = ("", "-wal", "-shm")


def open_sums(path: Path, ledger: Path) -> tuple[sqlite3.Connection, bool]:
    """Return a connection to the sums with `ledger` attached, and whether they can be kept.

    Where they cannot be read or made, they are an empty database in memory.
    """
    db = _open_or_remake(path)
    is_kept = db is not None and not is_read_only(db)
    if db is None:
        db = sqlite3.connect(":memory:", isolation_level=None, uri=True)
        for migration in MIGRATIONS:
            migration(db)
    try:
        with store_errors(ledger):
            _attach(db, ledger)
    except BaseException:
        db.close()
        raise
    return db, is_kept


def remove_sums(path: Path) -> None:
    """Remove the sums of a ledger, which are rebuilt from it."""
    for suffix in _OWN_FILES:
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _open_or_remake(path: Path) -> sqlite3.Connection | None:
    try:
        try:
            return _open(path)
        except StoreError as error:
            if type(error.__cause__) is not sqlite3.DatabaseError:
                raise
            remove_sums(path)  # it is damaged, and nothing is lost with it
            return _open(path)
    except (StoreError, OSError):  # the directory cannot be written, or a newer scrimp made the file
        return None


def _open(path: Path) -> sqlite3.Connection:
    db = connect(path, MIGRATIONS)
    if not is_read_only(db):
        db.execute("PRAGMA synchronous = OFF")  # what a power cut damages is rebuilt
        db.execute("PRAGMA cache_size = -16000")  # kilobytes: sums are added to in many places
    return db


def _attach(db: sqlite3.Connection, ledger: Path) -> None:
    """Attach the ledger so that it can only be read: what locks the sums must not lock it."""
    file = f"file:{quote(os.fsencode(ledger.absolute()))}"
    for mode in ("mode=ro", "mode=ro&immutable=1"):  # the second where its directory cannot be written
        try:
            db.execute("ATTACH ? AS ledger", (f"{file}?{mode}",))
            db.execute("SELECT 1 FROM ledger.entry_changes LIMIT 1").fetchall()
        except sqlite3.OperationalError:
            if mode != "mode=ro":
                raise
            if any(name == "ledger" for _, name, _ in db.execute("PRAGMA database_list")):
                db.execute("DETACH ledger")
        else:
            return
