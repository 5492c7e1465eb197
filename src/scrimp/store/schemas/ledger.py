"""The tables of the ledger's file: entries, runs, and what is learned of routes."""

from __future__ import annotations

import sqlite3

import msgspec

from scrimp.store.database import insert
from scrimp.store.encoding.entry_rows import COLUMNS_BEFORE_M003, entry_row
from scrimp.values import Entry


def m001_ledger(db: sqlite3.Connection) -> None:
    """Create the tables of entries and of calls in flight."""
    db.execute(
        "CREATE TABLE entries (id INTEGER PRIMARY KEY, call TEXT NOT NULL UNIQUE, run TEXT NOT NULL,"
        " time REAL NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL, status TEXT NOT NULL, seconds REAL NOT NULL,"
        " input INTEGER, output INTEGER, cache_read INTEGER, cache_write INTEGER, cache_write_long INTEGER,"
        " reasoning INTEGER, cost_nano INTEGER, price TEXT, estimated INTEGER NOT NULL, tier TEXT, chain TEXT,"
        " step INTEGER NOT NULL, http INTEGER, error TEXT, key TEXT NOT NULL, route TEXT, user TEXT,"
        " tags TEXT NOT NULL)"
    )
    db.execute("CREATE INDEX entries_time ON entries (time)")
    db.execute("CREATE INDEX entries_run ON entries (run)")
    db.execute("CREATE TABLE in_flight (call TEXT PRIMARY KEY, pid INTEGER NOT NULL, entry BLOB NOT NULL)")


def m002_journal(db: sqlite3.Connection) -> None:
    """Record what was in flight as lost, and drop its table: `journal` replaces it."""
    rows = db.execute("SELECT entry FROM in_flight").fetchall()
    found = [msgspec.json.decode(entry, type=Entry) for (entry,) in rows]
    entries = [(entry.call, *entry_row(entry)[1 : len(COLUMNS_BEFORE_M003)]) for entry in found]
    insert(db, f"INSERT OR IGNORE INTO entries ({', '.join(COLUMNS_BEFORE_M003)}) VALUES", entries)
    db.execute("DROP TABLE in_flight")


def m003_evidence(db: sqlite3.Connection) -> None:
    """Add the task of every call, and the tables of `pairs`: prompts and the replies of several models."""
    db.execute("ALTER TABLE entries ADD COLUMN signature TEXT")
    db.execute(
        "CREATE TABLE prompts (key TEXT PRIMARY KEY, time REAL NOT NULL, signature TEXT NOT NULL, kind TEXT NOT NULL,"
        " text TEXT NOT NULL, asked TEXT NOT NULL)"
    )
    db.execute(
        "CREATE TABLE replies (key TEXT NOT NULL REFERENCES prompts (key), model TEXT NOT NULL, time REAL NOT NULL,"
        " output TEXT NOT NULL, confidence REAL, cost_nano INTEGER, hedges INTEGER, words INTEGER, score REAL,"
        " scored_by TEXT,"
        " PRIMARY KEY (key, model)) WITHOUT ROWID"
    )


def m004_runs(db: sqlite3.Connection) -> None:
    """Add the table of runs, for `run_log`."""
    db.execute(
        "CREATE TABLE runs (run TEXT PRIMARY KEY, started REAL NOT NULL, folder TEXT NOT NULL, command TEXT NOT NULL,"
        " ended REAL, status INTEGER, stopped TEXT, rows INTEGER, failed INTEGER, calls INTEGER, cost_nano INTEGER,"
        " unpriced INTEGER, bill TEXT, document TEXT) WITHOUT ROWID"
    )
    db.execute("CREATE INDEX runs_started ON runs (started)")


def m005_kind(db: sqlite3.Connection) -> None:
    """Add the command of a run; all so far were `scrimp run`."""
    db.execute("ALTER TABLE runs ADD COLUMN kind TEXT NOT NULL DEFAULT 'run'")


def m006_picodollars(db: sqlite3.Connection) -> None:
    """Add what a cost has beyond whole nanodollars (`dollars`)."""
    for table in ("entries", "replies", "runs"):
        db.execute(f"ALTER TABLE {table} ADD COLUMN cost_pico INTEGER NOT NULL DEFAULT 0")


def m007_answered_by(db: sqlite3.Connection) -> None:
    """Add the model that answered, where that was another one than was asked for."""
    db.execute("ALTER TABLE entries ADD COLUMN answered_by TEXT")


def m008_level_replies(db: sqlite3.Connection) -> None:
    """Add the tables of `level_replies`: replies at a level of compression and without it, and looks at them."""
    db.execute(
        "CREATE TABLE level_replies (key TEXT NOT NULL REFERENCES prompts (key), signature TEXT NOT NULL,"
        " model TEXT NOT NULL, level TEXT NOT NULL, keep REAL NOT NULL, sample INTEGER NOT NULL, time REAL NOT NULL,"
        " version TEXT NOT NULL, unchanged INTEGER NOT NULL, output TEXT NOT NULL, input INTEGER, cost_nano INTEGER,"
        " cost_pico INTEGER NOT NULL, score REAL, scored_by TEXT,"
        " PRIMARY KEY (key, signature, model, level, keep, sample)) WITHOUT ROWID"
    )
    db.execute(
        "CREATE TABLE level_looks (task TEXT NOT NULL, model TEXT NOT NULL, level TEXT NOT NULL, keep REAL NOT NULL,"
        " version TEXT NOT NULL, evidence TEXT NOT NULL, time REAL NOT NULL,"
        " PRIMARY KEY (task, model, level, keep, version, evidence)) WITHOUT ROWID"
    )


def m009_tasks(db: sqlite3.Connection) -> None:
    """Add what tells a prompt's task and row, and the command that collected a task's prompts."""
    db.execute("ALTER TABLE prompts ADD COLUMN named INTEGER NOT NULL DEFAULT 0")
    for column in ("template", "row_id", "source", "gold"):
        db.execute(f"ALTER TABLE prompts ADD COLUMN {column} TEXT")
    db.execute(
        "CREATE TABLE task_commands (signature TEXT PRIMARY KEY, command TEXT NOT NULL, time REAL NOT NULL)"
        " WITHOUT ROWID"
    )


def m010_effort(db: sqlite3.Connection) -> None:
    """Add the effort that was asked of the model."""
    db.execute("ALTER TABLE entries ADD COLUMN effort TEXT")


def m011_route_checks(db: sqlite3.Connection) -> None:
    """Add whether a call ended a row above the cheap models of its chain, or with no answer, and `route_checks`."""
    db.execute("ALTER TABLE entries ADD COLUMN escalated INTEGER")
    db.execute("ALTER TABLE entries ADD COLUMN unread INTEGER")
    db.execute(
        "CREATE TABLE route_checks (chain TEXT NOT NULL, key TEXT NOT NULL, time REAL NOT NULL, same INTEGER NOT NULL,"
        " PRIMARY KEY (chain, key)) WITHOUT ROWID"
    )


def m012_batch(db: sqlite3.Connection) -> None:
    """Add the shard of a batch that a call was sent in."""
    db.execute("ALTER TABLE entries ADD COLUMN batch TEXT")


def m013_attempts(db: sqlite3.Connection) -> None:
    """Add which call of its row each was, and note the times of entries that change, for `cost_sums`."""
    db.execute("ALTER TABLE entries ADD COLUMN attempt INTEGER")
    db.execute("ALTER TABLE entries ADD COLUMN retry INTEGER")
    db.execute("CREATE TABLE entry_changes (id INTEGER PRIMARY KEY, time REAL NOT NULL)")
    db.execute(
        "CREATE TRIGGER entries_updated AFTER UPDATE ON entries BEGIN"
        " INSERT INTO entry_changes (time) VALUES (OLD.time), (NEW.time); END"
    )
    db.execute(
        "CREATE TRIGGER entries_deleted AFTER DELETE ON entries BEGIN"
        " INSERT INTO entry_changes (time) VALUES (OLD.time); END"
    )


def m014_lost_calls(db: sqlite3.Connection) -> None:
    """Add the most tokens that a lost call can have had, and what its provider calls it."""
    for column in ("most_input INTEGER", "most_output INTEGER", "reply_id TEXT"):
        db.execute(f"ALTER TABLE entries ADD COLUMN {column}")


def m015_lost_index(db: sqlite3.Connection) -> None:
    """Index the lost calls: they are few, and `lost_calls` looks for them in all of the ledger."""
    db.execute("CREATE INDEX entries_lost ON entries (time) WHERE status = 'lost'")


def m016_packed_ids(db: sqlite3.Connection) -> None:
    """Change nothing: ids are packed from here on, which older versions cannot read. Those that are there stay."""
    del db


MIGRATIONS = (
    m001_ledger, m002_journal, m003_evidence, m004_runs, m005_kind, m006_picodollars, m007_answered_by,
    m008_level_replies, m009_tasks, m010_effort, m011_route_checks, m012_batch,
    m013_attempts, m014_lost_calls, m015_lost_index, m016_packed_ids,
)  # fmt: skip
OLDEST_READ = 14  # where the file cannot be written, and so not migrated: what came since changes no query
