"""The record of runs, in the ledger's file: each has a row when it begins, completed when it ends."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Raw, Struct

from scrimp.enums import RunKind
from scrimp.store.database import OpenDatabase, store_errors, transaction
from scrimp.store.encoding.dollars import dollars, stored_dollars
from scrimp.store.ledger_connection import connect_ledger

_COLUMNS = (
    "run, kind, started, folder, command, ended, status, stopped, rows, failed, calls, cost_nano, cost_pico, unpriced,"
    " bill, document"
)


class RunEnd(Struct, frozen=True, kw_only=True):
    """How a run ended: its exit status, why it stopped early, and its bill, as printed and as a document (JSON)."""

    time: float  # seconds since the epoch
    status: int
    stopped: str | None
    rows: int
    failed: int
    calls: int
    cost: Decimal  # dollars of the calls whose price is known
    unpriced: int  # calls whose cost is unknown
    bill: str
    document: Raw


class RunRecord(Struct, frozen=True, kw_only=True):
    """A run: when it began (seconds since the epoch), in which folder, with which words; `end` None: it has not.

    `kind` is the command, None for a run that only the ledger knows.
    """

    run: str
    kind: RunKind | None = "run"
    started: float
    folder: str
    command: tuple[str, ...]
    end: RunEnd | None = None


class RunLog(OpenDatabase):
    """The records of runs, open for reading and writing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = connect_ledger(path)
        # A record must outlive its process, but may be lost in a power cut: a short run need not wait for a disk.
        self._db.execute("PRAGMA synchronous = NORMAL")

    def begin(self, record: RunRecord) -> None:
        """Add a run."""
        with store_errors(self.path), transaction(self._db):
            self._db.execute(
                "INSERT INTO runs (run, kind, started, folder, command) VALUES (?, ?, ?, ?, ?)",
                (record.run, record.kind, record.started, record.folder, msgspec.json.encode(record.command).decode()),
            )

    def end(self, run: str, end: RunEnd) -> None:
        """Complete a run."""
        with store_errors(self.path), transaction(self._db):
            self._db.execute(
                "UPDATE runs SET ended = ?, status = ?, stopped = ?, rows = ?, failed = ?, calls = ?, cost_nano = ?,"
                " cost_pico = ?, unpriced = ?, bill = ?, document = ? WHERE run = ?",
                (
                    end.time, end.status, end.stopped, end.rows, end.failed, end.calls, *stored_dollars(end.cost),
                    end.unpriced, end.bill, bytes(end.document).decode(), run,
                ),
            )  # fmt: skip

    def newest_entry(self) -> int:
        """Return the number of the newest entry in the ledger, 0 if there is none."""
        with store_errors(self.path):
            ((newest,),) = self._db.execute("SELECT coalesce(max(id), 0) FROM entries").fetchall()
            return int(newest)

    def latest(self, limit: int, kind: RunKind | None = None) -> list[RunRecord]:
        """Return the runs that began last, the latest first; those of one kind, or all."""
        return self._select("WHERE ? IN (kind, '') ORDER BY started DESC, run DESC LIMIT ?", kind or "", limit)

    def latest_known(self, limit: int) -> list[RunRecord]:
        """Return the runs that began last, those that only the ledger knows among them."""
        recorded = self.latest(limit)
        oldest = min(record.run for record in recorded) if len(recorded) == limit else ""
        together = [*recorded, *self._unrecorded(limit, later_than=oldest)]
        return sorted(together, key=lambda record: (record.started, record.run), reverse=True)[:limit]

    def _unrecorded(self, limit: int, *, later_than: str) -> list[RunRecord]:
        """Return the runs of the ledger that have no record, the latest first, whose names come after a name.

        A name is a run's start. It is looked up in the index, one name at a time: a run may have a million calls.
        """
        with store_errors(self.path):
            found = self._db.execute(
                "WITH RECURSIVE named (run) AS (SELECT max(run) FROM entries UNION ALL"
                " SELECT (SELECT max(run) FROM entries WHERE run < named.run) FROM named WHERE named.run > ?1)"
                " SELECT run, (SELECT min(time) FROM entries WHERE run = named.run) FROM named"
                " WHERE run > ?1 AND run NOT IN (SELECT run FROM runs) LIMIT ?2",
                (later_than, limit),
            ).fetchall()
            return [RunRecord(run=run, kind=None, started=began, folder="", command=()) for run, began in found]

    def matching(self, prefix: str) -> list[RunRecord]:
        """Return the runs whose name begins so."""
        return self._select("WHERE substr(run, 1, length(?)) = ? ORDER BY run", prefix, prefix)

    def _select(self, rest: str, *values: object) -> list[RunRecord]:
        with store_errors(self.path):
            rows: Sequence[tuple[object, ...]] = self._db.execute(
                f"SELECT {_COLUMNS} FROM runs {rest}",
                values,
            ).fetchall()
            return [_record(row) for row in rows]


def _record(row: Sequence[Any]) -> RunRecord:
    run, kind, started, folder, command, *rest = row
    ended, status, stopped, rows, failed, calls, *cost, unpriced, bill, document = rest
    record = {
        "run": run,
        "kind": kind,
        "started": started,
        "folder": folder,
        "command": msgspec.json.decode(str(command)),
    }
    if ended is not None:
        record["end"] = {
            "time": ended, "status": status, "stopped": stopped, "rows": rows, "failed": failed, "calls": calls,
            "cost": dollars(*cost), "unpriced": unpriced, "bill": bill,
            "document": Raw(str(document).encode()),
        }  # fmt: skip
    return msgspec.convert(record, RunRecord)
