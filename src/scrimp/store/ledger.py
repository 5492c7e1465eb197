"""The ledger: every call that was sent, appended as soon as its usage is known and never changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from math import inf
from pathlib import Path

import msgspec
from msgspec import Struct

from scrimp.errors import UsageError
from scrimp.store.database import OpenDatabase, insert, select, store_errors
from scrimp.store.encoding.dollars import dollars
from scrimp.store.encoding.entry_rows import COLUMNS, entry_row
from scrimp.store.encoding.packed_ids import KEY_AS_TEXT, packed_call, unpacked_call
from scrimp.store.ledger_connection import connect_ledger
from scrimp.store.write_ahead_log import SmallLog
from scrimp.values import Entry, both_names

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

_CALLS = "SELECT call FROM entries WHERE call IN"
_CALLS_AND_RUNS = "SELECT call, run FROM entries WHERE call IN"
_INSERT = f"INSERT OR IGNORE INTO entries ({', '.join(COLUMNS)}) VALUES"
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
    answered_by: str | None = None  # for a model: the model that answered in its place, if another did
    chained: int = 0  # rows of chains that ended with one of these calls
    escalated: int = 0  # rows that went above the cheap models of their chain

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
    efforts: tuple[str, ...] = ()  # efforts of the calls if they differ, "" for calls without one


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


def prepare_ledger(path: Path) -> None:
    """Make the ledger's file if there is none, and bring its schema up to date, for readers of the file."""
    Ledger(path).close()


class Ledger(OpenDatabase):
    """One open ledger file."""

    def __init__(self, path: Path, *, any_thread: bool = False) -> None:
        self.path = path
        self._db = connect_ledger(path, any_thread=any_thread)
        self._log = SmallLog(self._db, path)

    def append(self, entries: Sequence[Entry]) -> None:
        """Append the entries of calls that ended, in one transaction; a call that is there already is skipped."""
        with store_errors(self.path), self._log.transaction():
            in_text = select(self._db, _CALLS, [entry.call for entry in entries])  # those of older versions
            known = {call for (call,) in in_text}
            insert(self._db, _INSERT, [entry_row(entry) for entry in entries if entry.call not in known])

    def recorded_calls(self, calls: Sequence[str]) -> set[str]:
        """Return those of these calls that are in the ledger."""
        with store_errors(self.path):
            rows = select(self._db, _CALLS, [*calls, *map(packed_call, calls)])
            return {unpacked_call(call) for (call,) in rows}

    def calls_of_other_runs(self, calls: Sequence[str], run: str) -> set[str]:
        """Return those of these calls that another run entered."""
        with store_errors(self.path):
            rows = select(self._db, _CALLS_AND_RUNS, [*calls, *map(packed_call, calls)])
            return {unpacked_call(call) for call, entered in rows if entered != run}

    def count(self, *, since: float = 0.0) -> int:
        """Return the number of all calls, or of those since a moment."""
        where = f" WHERE time >= {since!r}" if since else ""
        with store_errors(self.path):
            ((calls,),) = self._db.execute(f"SELECT count(*) FROM entries{where}").fetchall()
        return int(calls)

    def totals(self, by: str, *, since: float = 0.0, run: str | None = None) -> list[LedgerTotal]:
        """Sum the entries since a moment, or of one run, by one of GROUPS or `tag:NAME`; the most expensive first."""
        column, parameters = group_expression(by)
        answered_by = "answered_by" if by in ("model", "arm") else "NULL"
        of_run = "" if run is None else " AND run = ?"  # which an index finds: a list of runs asks for each of them
        with store_errors(self.path):
            rows = self._db.execute(
                f"SELECT {column}, count(*), sum(status = 'failed'), sum(status = 'lost'), coalesce(sum(input), 0),"
                f" coalesce(sum(output), 0), {_COST}, sum(cost_nano IS NULL AND status IN ('paid', 'truncated')),"
                f" {answered_by} AS answerer, count(escalated), coalesce(sum(escalated), 0) FROM entries"
                f" WHERE time >= ?{of_run} GROUP BY 1, answerer ORDER BY {_DEAREST}, 2 DESC, 1, answerer",
                (*parameters, since, *([] if run is None else [run])),
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
        """Sum the paid calls since a moment by task and model, the most expensive first, without some routes."""
        with store_errors(self.path):
            rows = self._db.execute(
                f"SELECT signature, provider || '/' || model, max(route), count(*), {_COST}, min(time), max(time),"
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
        """Return the dollars of a route's calls since a moment; a call of unknown cost counts as the costliest of them.

        None, unknown, where there are calls of unknown cost and none of a known one.
        """
        with store_errors(self.path):
            ((calls, known, nano, pico, most),) = self._db.execute(
                f"SELECT count(*), count(cost_nano), {_COST}, max(cost_nano) FROM entries"
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
                f" AND time >= ? AND time < ? GROUP BY chain, {KEY_AS_TEXT} HAVING min(step) = 0) GROUP BY 1, 2, 3",
                (since, until),
            ).fetchall()
        return [ClimbCount(*row) for row in rows]

    def newest_ends(self, chain: str, calls: int) -> list[int]:
        """Return the steps at which the rows of a chain's newest calls ended, the newest first.

        Only rows that began at step 0 and have all their calls among these.
        """
        with store_errors(self.path):
            rows = self._db.execute(
                f"SELECT max(step) FROM (SELECT id, {KEY_AS_TEXT} AS row, step FROM entries WHERE chain = ?"
                " AND signature IS NOT NULL AND status = 'paid' ORDER BY id DESC LIMIT ?) GROUP BY row"
                " HAVING min(step) = 0 ORDER BY max(id) DESC",
                (chain, calls),
            ).fetchall()
        return [step for (step,) in rows]

    def ended_rows(self, chain: str, rows: int, *, newest: bool) -> list[EndedRow]:
        """Return how the newest rows of a route of one model ended, or its oldest ones; these come first.

        Only those that were paid for.
        """
        with store_errors(self.path):
            found = self._db.execute(
                "SELECT unread, output FROM entries WHERE chain = ? AND unread IS NOT NULL"
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
