"""The ledger: every call that was sent, appended as soon as its usage is known and never changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from decimal import Decimal
from math import inf
from pathlib import Path

import msgspec
from msgspec import Struct

from scrimp.errors import UsageError
from scrimp.store.database import connect, insert, select, store_errors, transaction, trim_log
from scrimp.store.encoding.dollars import dollars, stored_dollars
from scrimp.values import Entry, Usage, both_names

# What `scrimp cost --by` groups by: each word and its SQL expression.
GROUPS = {
    "model": "provider || '/' || model",
    "arm": "provider || '/' || model || coalesce('@' || effort, '')",
    "provider": "provider",
    "tier": "coalesce(tier, '-')",
    "chain": "coalesce(chain, '-')",
    "route": "coalesce(route, '-')",
    "user": "coalesce(user, '-')",
    "task": "coalesce(signature, '-')",
    "signature": "coalesce(signature, '-')",  # the task again, by the name its value has in rows and in the ledger
    "run": "run",
    "day": "date(time, 'unixepoch')",
    "status": "status",
}
GROUP_WORDS = f"{', '.join(GROUPS)} or tag:NAME"


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
    entries = [
        _row(msgspec.json.decode(entry, type=Entry))[: len(_COLUMNS_BEFORE_M003.split(","))] for (entry,) in rows
    ]
    insert(db, f"INSERT OR IGNORE INTO entries ({_COLUMNS_BEFORE_M003}) VALUES", entries)
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


MIGRATIONS = (
    m001_ledger, m002_journal, m003_evidence, m004_runs, m005_kind, m006_picodollars, m007_answered_by,
    m008_level_replies, m009_tasks, m010_effort, m011_route_checks, m012_batch,
    m013_attempts, m014_lost_calls, m015_lost_index,
)  # fmt: skip

# As they were before m003: what a migration did must never change.
_COLUMNS_BEFORE_M003 = (
    "call, run, time, provider, model, status, seconds, input, output, cache_read, cache_write, cache_write_long,"
    " reasoning, cost_nano, price, estimated, tier, chain, step, http, error, key, route, user, tags"
)
_COLUMNS = (
    f"{_COLUMNS_BEFORE_M003}, signature, cost_pico, answered_by, effort, escalated, unread, batch, attempt, retry,"
    " most_input, most_output, reply_id"
)
_INSERT = f"INSERT OR IGNORE INTO entries ({_COLUMNS}) VALUES"
# A sum of costs, and the order of such sums from the most expensive on.
_COST = "coalesce(sum(cost_nano), 0) AS nano, coalesce(sum(cost_pico), 0) AS pico"
_DEAREST = "nano + pico / 1000 DESC, pico % 1000 DESC"
_encode = msgspec.json.Encoder().encode


class LedgerTotal(Struct, frozen=True):
    """A sum of entries: dollars of those with a known price, and the number of those without one."""

    name: str
    calls: int
    failed: int
    lost: int
    input: int
    output: int
    cost: Decimal
    unpriced: int
    answered_by: str | None = None  # of a model: the one whose replies these are, where that is another one
    chained: int = 0  # rows of chains that ended with one of these calls
    escalated: int = 0  # of these, above the cheap models of the chain

    @property
    def label(self) -> str:
        """The group for people to read, with both names of a model."""
        return both_names(self.name, self.answered_by)


class TaskTotal(Struct, frozen=True, kw_only=True):
    """Paid calls of one model for one task: dollars, and the times of the first and the last."""

    signature: str
    model: str
    route: str | None
    calls: int
    cost: Decimal
    first: float
    last: float
    unpriced: int = 0  # calls of unknown cost
    days: int = 1  # on which calls were sent, by UTC
    efforts: tuple[str, ...] = ()  # those of the calls where they differ, "" where none was asked for


class ClimbCount(Struct, frozen=True):
    """The number of a task's rows that ended at a step of a chain."""

    signature: str
    chain: str
    step: int
    rows: int


class EndedRow(Struct, frozen=True):
    """How a row of one model ended: whether without an answer, and the tokens of its completion, where counted."""

    unread: bool
    output: int | None


class Ledger:
    """One open ledger file."""

    def __init__(self, path: Path, *, any_thread: bool = False) -> None:
        self.path = path
        self._db = connect(path, MIGRATIONS, any_thread=any_thread)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def append(self, entries: Sequence[Entry]) -> None:
        """Append the entries of calls that ended, in one transaction; a call that is there already is skipped."""
        with store_errors(self.path):
            with transaction(self._db):
                insert(self._db, _INSERT, [_row(entry) for entry in entries])
            trim_log(self._db, self.path)

    def recorded_calls(self, calls: Sequence[str]) -> set[str]:
        """Return those of these calls that are in the ledger."""
        with store_errors(self.path):
            rows = select(self._db, "SELECT call FROM entries WHERE call IN", calls)
            return {call for (call,) in rows}

    def count(self) -> int:
        """Return the number of all calls."""
        with store_errors(self.path):
            ((calls,),) = self._db.execute("SELECT count(*) FROM entries").fetchall()
        return int(calls)

    def totals(self, by: str, *, since: float = 0.0, run: str | None = None) -> list[LedgerTotal]:
        """Sum the entries since a moment, or of one run, by one of GROUPS or `tag:NAME`; the most expensive first."""
        column, parameters = group_expression(by)
        answered_by = "answered_by" if by in ("model", "arm") else "NULL"
        with store_errors(self.path):
            rows = self._db.execute(
                f"SELECT {column}, count(*), sum(status = 'failed'), sum(status = 'lost'), coalesce(sum(input), 0),"  # noqa: S608 - from GROUPS
                f" coalesce(sum(output), 0), {_COST}, sum(cost_nano IS NULL AND status IN ('paid', 'truncated')),"
                f" {answered_by} AS answerer, count(escalated), coalesce(sum(escalated), 0) FROM entries"
                " WHERE time >= ? AND (? IS NULL OR run = ?)"
                f" GROUP BY 1, answerer ORDER BY {_DEAREST}, 2 DESC, 1, answerer",
                (*parameters, since, run, run),
            ).fetchall()
        return [
            LedgerTotal(
                name, calls, failed, lost, tokens_in, tokens_out, dollars(nano, pico), unpriced, answerer, *ends
            )
            for name, calls, failed, lost, tokens_in, tokens_out, nano, pico, unpriced, answerer, *ends in rows
        ]

    def runs(self, *, beginning_with: str) -> list[tuple[str, float]]:
        """Return the runs whose name begins so, and when each sent its first call."""
        with store_errors(self.path):
            return self._db.execute(
                "SELECT run, min(time) FROM entries WHERE run >= ? AND substr(run, 1, length(?)) = ? GROUP BY run",
                (beginning_with,) * 3,
            ).fetchall()

    def tasks(self, *, since: float = 0.0, exclude_routes: Collection[str] = ()) -> list[TaskTotal]:
        """Sum the paid calls since a moment by task and model, the dearest first; without those of some routes."""
        with store_errors(self.path):
            rows = self._db.execute(
                f"SELECT signature, provider || '/' || model, max(route), count(*), {_COST}, min(time), max(time),"  # noqa: S608 - the two constants
                " sum(cost_nano IS NULL), count(DISTINCT date(time, 'unixepoch')),"
                " group_concat(DISTINCT coalesce(effort, '')) FROM entries"
                " WHERE signature IS NOT NULL AND status IN ('paid', 'truncated') AND time >= ?"
                " AND coalesce(route, '') NOT IN (SELECT value FROM json_each(?)) GROUP BY 1, 2"
                f" ORDER BY {_DEAREST}, 4 DESC",
                (since, _encode(list(exclude_routes)).decode()),
            ).fetchall()
        return [
            TaskTotal(signature=name, model=model, route=route, calls=calls, cost=dollars(nano, pico), first=first,
                 last=last, unpriced=unpriced, days=days,
                 efforts=tuple(sorted(efforts.split(","))) if "," in efforts else ())
            for name, model, route, calls, nano, pico, first, last, unpriced, days, efforts in rows
        ]  # fmt: skip

    def spent_on(self, route: str, *, since: float) -> Decimal | None:
        """Return the dollars of a route's calls since a moment; a call of unknown cost counts as the dearest of them.

        None, unknown, where there are calls of unknown cost and none of a known one.
        """
        with store_errors(self.path):
            ((calls, known, nano, pico, most),) = self._db.execute(
                f"SELECT count(*), count(cost_nano), {_COST}, max(cost_nano) FROM entries"  # noqa: S608 - the constant
                " WHERE route = ? AND time >= ?",
                (route, since),
            ).fetchall()
        if calls and not known:
            return None
        return dollars(nano, pico) + (dollars(most + 1, 0) * (calls - known) if calls > known else Decimal(0))

    def climbs(self, *, since: float = 0.0, until: float = inf) -> list[ClimbCount]:
        """Count by task the steps at which rows ended in chains since a moment; only rows that began at step 0.

        Calls that were sent since `until` are left out; both are in seconds since the epoch.

        Rows of a route of one model, which say whether they are unread, climb nowhere.
        """
        with store_errors(self.path):
            rows = self._db.execute(
                "SELECT signature, chain, top, count(*) FROM (SELECT signature, chain, max(step) AS top FROM entries"
                " WHERE chain IS NOT NULL AND signature IS NOT NULL AND status = 'paid' AND unread IS NULL"
                " AND time >= ? AND time < ? GROUP BY chain, key HAVING min(step) = 0) GROUP BY 1, 2, 3",
                (since, until),
            ).fetchall()
        return [ClimbCount(*row) for row in rows]

    def newest_ends(self, chain: str, calls: int) -> list[int]:
        """Return the steps at which the rows of a chain's newest calls ended, the newest first.

        Only rows that began at step 0 and have all their calls among these.
        """
        with store_errors(self.path):
            rows = self._db.execute(
                "SELECT max(step) FROM (SELECT id, key, step FROM entries WHERE chain = ? AND signature IS NOT NULL"
                " AND status = 'paid' ORDER BY id DESC LIMIT ?) GROUP BY key HAVING min(step) = 0"
                " ORDER BY max(id) DESC",
                (chain, calls),
            ).fetchall()
        return [step for (step,) in rows]

    def ended_rows(self, chain: str, rows: int, *, newest: bool) -> list[EndedRow]:
        """Return how the newest rows of a route of one model ended, or its oldest ones; these come first.

        Only those that were paid for.
        """
        with store_errors(self.path):
            found = self._db.execute(
                "SELECT unread, output FROM entries WHERE chain = ? AND unread IS NOT NULL"  # noqa: S608 - two words
                f" AND status IN ('paid', 'truncated') ORDER BY id {'DESC' if newest else 'ASC'} LIMIT ?",
                (chain, rows),
            ).fetchall()
        return [EndedRow(bool(unread), output) for unread, output in found]


def group_expression(by: str) -> tuple[str, tuple[str, ...]]:
    """Return the SQL expression of one of GROUPS or `tag:NAME`, and its parameters; UsageError for another word."""
    if by in GROUPS:
        return GROUPS[by], ()
    kind, _, tag = by.partition(":")
    if kind == "tag" and tag:
        # Not a JSON path: a path cannot name a tag that has a quotation mark or a backslash.
        return "coalesce((SELECT value FROM json_each(tags) WHERE key = ?), '-')", (tag,)
    raise UsageError(f"cannot group by '{by}': use {GROUP_WORDS}")


def _row(entry: Entry) -> tuple[object, ...]:
    nano, pico = stored_dollars(entry.cost)
    return (
        entry.call, entry.run, entry.time, entry.provider, entry.model, entry.status, entry.seconds,
        *_token_counts(entry.usage), nano, entry.price, entry.estimated, entry.tier, entry.chain,
        entry.step, entry.http, entry.error, entry.key, entry.route, entry.user, _encode(entry.tags).decode(),
        entry.signature, pico, entry.answered_by, entry.effort, entry.escalated, entry.unread, entry.batch,
        entry.attempt, entry.retry, entry.most_input, entry.most_output, entry.reply_id,
    )  # fmt: skip


def _token_counts(usage: Usage | None) -> tuple[int | None, ...]:
    if usage is None:
        return (None,) * 6
    return (
        usage.input, usage.output, usage.cache_read, usage.cache_write, usage.cache_write_long, usage.reasoning,
    )  # fmt: skip
