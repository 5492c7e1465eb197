"""The tables of the store of batches."""

from __future__ import annotations

import sqlite3


def m001_batches(db: sqlite3.Connection) -> None:
    """Create the tables of jobs, shards and calls."""
    db.execute(
        "CREATE TABLE jobs (job TEXT PRIMARY KEY, created REAL NOT NULL, folder TEXT NOT NULL, command TEXT NOT NULL,"
        " digest TEXT NOT NULL, input TEXT, deadline REAL, queue TEXT, cancelled INTEGER NOT NULL, ended REAL)"
        " WITHOUT ROWID"
    )
    db.execute(
        "CREATE TABLE shards (id INTEGER PRIMARY KEY, shard TEXT NOT NULL UNIQUE, job TEXT NOT NULL REFERENCES jobs,"
        " provider TEXT NOT NULL, model TEXT NOT NULL, path TEXT NOT NULL, requests INTEGER NOT NULL,"
        " size INTEGER NOT NULL, state TEXT NOT NULL, created REAL NOT NULL, window REAL, file TEXT, batch TEXT,"
        " word TEXT, answered INTEGER, failed INTEGER, expires REAL, submitted REAL, ended REAL, held_until REAL,"
        " parent TEXT, error TEXT, reported_cost TEXT, tokens_in INTEGER, tokens_out INTEGER,"
        " odd_results INTEGER NOT NULL)"
    )
    db.execute("CREATE INDEX shards_job ON shards (job)")
    db.execute(
        "CREATE TABLE calls (id INTEGER PRIMARY KEY, shard INTEGER NOT NULL REFERENCES shards, number INTEGER NOT NULL,"
        " key BLOB NOT NULL, question INTEGER NOT NULL, source TEXT NOT NULL, state TEXT NOT NULL,"
        " status INTEGER NOT NULL DEFAULT 0, request_id TEXT, reply BLOB, why TEXT NOT NULL DEFAULT '')"
    )
    db.execute("CREATE UNIQUE INDEX calls_key ON calls (key, shard)")
    db.execute("CREATE INDEX calls_shard ON calls (shard)")


def m002_cheap_hours(db: sqlite3.Connection) -> None:
    """Add the hour that the requests of a job wait for if no batch takes them."""
    db.execute("ALTER TABLE jobs ADD COLUMN cheap_from REAL")
    db.execute("ALTER TABLE jobs ADD COLUMN for_later INTEGER NOT NULL DEFAULT 0")


def m003_queues(db: sqlite3.Connection) -> None:
    """Add the queue that a shard waits in, and the jobs that wait for shards of others."""
    db.execute("ALTER TABLE shards ADD COLUMN queue TEXT")
    db.execute(
        "CREATE TABLE shard_jobs (shard INTEGER NOT NULL REFERENCES shards, job TEXT NOT NULL REFERENCES jobs,"
        " PRIMARY KEY (shard, job)) WITHOUT ROWID"
    )


def m004_adopted(db: sqlite3.Connection) -> None:
    """Add which shards were found at their providers."""
    db.execute("ALTER TABLE shards ADD COLUMN adopted INTEGER NOT NULL DEFAULT 0")


def m005_portions(db: sqlite3.Connection) -> None:
    """Add how many calls of a shard are a job's own, and how many others it waits for; NULL if it is not known."""
    db.execute("ALTER TABLE shard_jobs ADD COLUMN own INTEGER")
    db.execute("ALTER TABLE shard_jobs ADD COLUMN shared INTEGER")


def m006_live_calls(db: sqlite3.Connection) -> None:
    """Create the table of live calls that a batch follows from."""
    db.execute(
        "CREATE TABLE live_calls (key BLOB NOT NULL, question INTEGER NOT NULL, job TEXT NOT NULL REFERENCES jobs,"
        " completion BLOB NOT NULL, PRIMARY KEY (key, question, job)) WITHOUT ROWID"
    )


def m007_holders(db: sqlite3.Connection) -> None:
    """Add which job's part of a budget holds a call, the most that it can cost and what it cost, in nanodollars."""
    db.execute("ALTER TABLE calls ADD COLUMN holder TEXT")
    db.execute("ALTER TABLE calls ADD COLUMN most INTEGER")
    db.execute("ALTER TABLE calls ADD COLUMN cost INTEGER")
    db.execute("CREATE INDEX calls_holder ON calls (holder) WHERE holder IS NOT NULL")


def m008_asked(db: sqlite3.Connection) -> None:
    """Add what the row of a call asks, wherever it goes: a short hash, NULL if it is not known."""
    db.execute("ALTER TABLE calls ADD COLUMN asked BLOB")
    db.execute("CREATE INDEX calls_asked ON calls (asked) WHERE asked IS NOT NULL")


MIGRATIONS = (
    m001_batches, m002_cheap_hours, m003_queues, m004_adopted, m005_portions, m006_live_calls, m007_holders,
    m008_asked,
)  # fmt: skip

# What came later is asked only by commands that write: a file that cannot be migrated is read from this schema on.
OLDEST_READ = 6
