"""The shards in the store of batches: which jobs wait for them, and how several become one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import asdict, replace

from scrimp.enums import OPEN_SHARDS
from scrimp.store.batches.records import CallInShard, Portion, ShardRecord
from scrimp.store.database import OpenDatabase, connect, store_errors, transaction
from scrimp.store.schemas.batches import MIGRATIONS, OLDEST_READ

_SHARD_FIELDS = ShardRecord.__struct_fields__


class ShardTable(OpenDatabase):
    """The part of an open store that has the shards."""

    def __init__(self, path: Path) -> None:
        """Open the store, to be read where it cannot be written and is not too old; StoreError if that cannot be."""
        self.path = path
        self._db = connect(path, MIGRATIONS, oldest=OLDEST_READ)

    def add_shard(self, shard: ShardRecord, calls: Sequence[CallInShard]) -> None:
        """Add a shard with all its calls, in one transaction."""
        with store_errors(self.path), transaction(self._db):
            self._add(shard, calls)

    def _add(self, shard: ShardRecord, calls: Sequence[CallInShard]) -> None:
        cursor = self._db.execute(
            f"INSERT INTO shards ({', '.join(_SHARD_FIELDS)}) VALUES ({', '.join('?' * len(_SHARD_FIELDS))})",
            tuple(asdict(shard).values()),
        )
        self._db.executemany(
            "INSERT INTO calls (shard, number, key, question, source, state, holder, most, asked)"
            " VALUES (?, ?, ?, ?, ?, 'waiting', ?, ?, ?)",
            (
                (
                    cursor.lastrowid,
                    call.number,
                    call.key,
                    call.question,
                    call.source,
                    None if call.most is None else shard.job,
                    call.most,
                    call.asked,
                )
                for call in calls
            ),
        )

    def save_shard(self, shard: ShardRecord) -> None:
        """Replace a shard's record."""
        with store_errors(self.path):
            self._save(shard)

    def _save(self, shard: ShardRecord) -> None:
        self._db.execute(
            f"UPDATE shards SET {', '.join(f'{name} = ?' for name in _SHARD_FIELDS)} WHERE shard = ?",
            (*asdict(shard).values(), shard.shard),
        )

    def shards(self, job: str | None = None) -> list[ShardRecord]:
        """Return the shards of a job, or of all, in the order they were made."""
        with store_errors(self.path):
            rows = self._db.execute(
                f"SELECT {', '.join(_SHARD_FIELDS)} FROM shards WHERE ? IS NULL OR job = ? ORDER BY id",
                (job, job),
            ).fetchall()
        return [_shard(row) for row in rows]

    def shards_for(self, job: str) -> list[ShardRecord]:
        """Return the shards that a job waits or waited for: its own, and those of others with calls that it shares."""
        with store_errors(self.path):
            rows = self._db.execute(
                f"SELECT {', '.join(_SHARD_FIELDS)} FROM shards WHERE {for_job(job)} ORDER BY id"
            ).fetchall()
        return [_shard(row) for row in rows]

    def open_shards(self, job: str) -> list[ShardRecord]:
        """Return the shards that a job waits for and that are not at their end."""
        return [shard for shard in self.shards_for(job) if shard.state in OPEN_SHARDS]

    def share(self, job: str, waiting: Mapping[str, int]) -> None:
        """Note that a job waits for this many calls in these shards; those in its own are known."""
        with store_errors(self.path), transaction(self._db):
            self._db.executemany(
                "INSERT INTO shard_jobs (shard, job, own, shared)"
                " SELECT id, ?, 0, ? FROM shards WHERE shard = ? AND job != ?"
                " ON CONFLICT DO UPDATE SET shared = max(coalesce(shared, 0), excluded.shared - coalesce(own, 0))",
                ((job, calls, shard, job) for shard, calls in waiting.items()),
            )

    def portions(self, job: str) -> dict[str, Portion]:
        """Return how much of each shard that a job waits or waited for is its own, or shared with others."""
        with store_errors(self.path):
            rows = self._db.execute(
                "SELECT shards.shard, shards.job = ?, requests, own, shared FROM shards LEFT JOIN shard_jobs"
                f" ON shard_jobs.shard = shards.id AND shard_jobs.job = ? WHERE {for_job(job)}",
                (job, job),
            ).fetchall()
        return {
            shard: _portion(requests, own, shared, owned=bool(owned)) for shard, owned, requests, own, shared in rows
        }

    def jobs_of(self, shard: str) -> list[str]:
        """Return the jobs that wait for a shard, its own first."""
        with store_errors(self.path):
            rows = self._db.execute(
                "SELECT job, 0 FROM shards WHERE shard = ? UNION SELECT shard_jobs.job, 1 FROM shard_jobs"
                " JOIN shards ON shards.id = shard_jobs.shard AND shards.job != shard_jobs.job WHERE shards.shard = ?"
                " ORDER BY 2, 1",
                (shard, shard),
            ).fetchall()
        return [job for job, _ in rows]

    def unprinted(self, since: float) -> dict[str, str]:
        """Return the shards of jobs whose rows were not all printed at a moment, each with the first that waits."""
        with store_errors(self.path):
            rows = self._db.execute(
                "SELECT waits.shard, jobs.job FROM jobs JOIN (SELECT shard, job FROM shards UNION ALL"
                " SELECT shards.shard, shard_jobs.job FROM shard_jobs JOIN shards ON shards.id = shard_jobs.shard)"
                " AS waits ON waits.job = jobs.job WHERE jobs.ended IS NULL OR jobs.ended >= ?"
                " ORDER BY jobs.created DESC, jobs.job DESC",
                (since,),
            ).fetchall()
        return dict(msgspec.convert(rows, list[tuple[str, str]]))

    def changes(self) -> int:
        """Return a number that is another one once another process has changed the file."""
        with store_errors(self.path):
            ((version,),) = self._db.execute("PRAGMA data_version").fetchall()
        return int(version)

    def share_a_key(self, shard: str, others: Sequence[str]) -> bool:
        """Return whether a shard has a row in common with others: one file must not name it twice."""
        with store_errors(self.path):
            ((found,),) = self._db.execute(
                "SELECT EXISTS (SELECT 1 FROM calls AS own JOIN calls AS other ON other.key = own.key"
                f" WHERE own.shard = ? AND other.shard IN ({', '.join('?' * len(others))}))",
                (self._id(shard), *map(self._id, others)),
            ).fetchall()
        return bool(found)

    def merge(self, merged: ShardRecord, parts: Sequence[ShardRecord], now: float) -> None:
        """Put one shard in the place of others that were not sent, whose calls it has one after the other."""
        with store_errors(self.path), transaction(self._db):
            self._add(merged, ())
            place, before = self._id(merged.shard), 0
            for part in parts:
                number = self._id(part.shard)
                self._db.execute(
                    "UPDATE calls SET shard = ?, number = number + ? WHERE shard = ?", (place, before, number)
                )
                self._db.execute(
                    "INSERT INTO shard_jobs (shard, job, own, shared)"
                    " SELECT ?1, job, own, shared FROM shard_jobs WHERE shard = ?2 UNION SELECT ?1, ?3, ?4, 0"
                    " ON CONFLICT DO UPDATE SET own = coalesce(own, 0) + coalesce(excluded.own, 0),"
                    " shared = coalesce(shared, 0) + coalesce(excluded.shared, 0)",
                    (place, number, part.job, part.requests),
                )
                self._save(replace(part, state="merged", ended=now))
                before += part.requests

    def _id(self, shard: str) -> int:
        ((number,),) = self._db.execute("SELECT id FROM shards WHERE shard = ?", (shard,)).fetchall()
        return int(number)


def _shard(row: Sequence[object]) -> ShardRecord:
    fields = dict(zip(_SHARD_FIELDS, row, strict=True))
    return msgspec.convert({**fields, "adopted": bool(fields["adopted"])}, ShardRecord)


def _portion(requests: int, own: int | None, shared: int | None, *, owned: bool) -> Portion:
    if owned:
        return Portion(requests if own is None else own, shared or 0)
    return Portion(own or 0, requests if shared is None else shared)


def for_job(job: str) -> str:
    """Return the condition, in SQL, of shards that a job waits for; names of jobs are letters, digits and hyphens."""
    name = "'" + job.replace("'", "''") + "'"
    return f"(shards.job = {name} OR shards.id IN (SELECT shard FROM shard_jobs WHERE job = {name}))"
