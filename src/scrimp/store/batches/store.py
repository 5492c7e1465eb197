"""The store of batches: what was submitted for which rows, and what came back; one file for all jobs of a user.

A reply that is in it was paid for and survives a kill. Rows are made of replies later, and as often as need be.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

import msgspec
from msgspec.structs import asdict, replace

from scrimp.enums import OPEN_SHARDS
from scrimp.store.batches.records import ANY_QUESTION, CallInShard, Job, Result, ShardRecord, StoredCall
from scrimp.store.batches.schema import MIGRATIONS
from scrimp.store.database import connect, select, store_errors, transaction

_SHARD_FIELDS = ShardRecord.__struct_fields__
_JOB_FIELDS = Job.__struct_fields__
_CALLS = (
    "SELECT shards.shard, calls.number, calls.key, calls.question, calls.state, shards.provider, shards.model,"
    " shards.created, calls.status, calls.request_id, calls.reply, calls.why FROM calls"
    " JOIN shards ON shards.id = calls.shard"
)
_FOR_JOB = "(shards.job = {job} OR shards.id IN (SELECT shard FROM shard_jobs WHERE job = {job}))"
_RESULTS_AT_ONCE = 1000
_FASTEST = 1  # of zlib


class BatchStore:
    """One open store of batches."""

    def __init__(self, path: Path) -> None:
        """Open the store; StoreError where it cannot be."""
        self.path = path
        self._db = connect(path, MIGRATIONS)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def add_job(self, job: Job) -> None:
        """Add a job."""
        with store_errors(self.path):
            self._db.execute(
                f"INSERT INTO jobs ({', '.join(_JOB_FIELDS)}) VALUES ({', '.join('?' * len(_JOB_FIELDS))})",  # noqa: S608 - names of fields
                _job_values(job),
            )

    def save_job(self, job: Job) -> None:
        """Replace a job's record."""
        with store_errors(self.path):
            self._db.execute(
                f"UPDATE jobs SET {', '.join(f'{name} = ?' for name in _JOB_FIELDS)} WHERE job = ?",  # noqa: S608 - names of fields
                (*_job_values(job), job.job),
            )

    def jobs(self) -> list[Job]:
        """Return all jobs, the oldest first."""
        with store_errors(self.path):
            rows = self._db.execute(
                f"SELECT {', '.join(_JOB_FIELDS)} FROM jobs ORDER BY created, job"  # noqa: S608 - as above
            ).fetchall()
        return [_job(row) for row in rows]

    def open_job(self, digest: str) -> Job | None:
        """Return the newest job of the same command whose rows have not been printed."""
        same = [job for job in self.jobs() if job.digest == digest and job.ended is None and not job.cancelled]
        return same[-1] if same else None

    def add_shard(self, shard: ShardRecord, calls: Sequence[CallInShard]) -> None:
        """Add a shard with all its calls, in one transaction."""
        with store_errors(self.path), transaction(self._db):
            self._add(shard, calls)

    def _add(self, shard: ShardRecord, calls: Sequence[CallInShard]) -> None:
        cursor = self._db.execute(
            f"INSERT INTO shards ({', '.join(_SHARD_FIELDS)}) VALUES ({', '.join('?' * len(_SHARD_FIELDS))})",  # noqa: S608 - names of fields
            tuple(asdict(shard).values()),
        )
        self._db.executemany(
            "INSERT INTO calls (shard, number, key, question, source, state) VALUES (?, ?, ?, ?, ?, 'waiting')",
            ((cursor.lastrowid, call.number, call.key, call.question, call.source) for call in calls),
        )

    def save_shard(self, shard: ShardRecord) -> None:
        """Replace a shard's record."""
        with store_errors(self.path):
            self._save(shard)

    def _save(self, shard: ShardRecord) -> None:
        self._db.execute(
            f"UPDATE shards SET {', '.join(f'{name} = ?' for name in _SHARD_FIELDS)} WHERE shard = ?",  # noqa: S608 - names of fields
            (*asdict(shard).values(), shard.shard),
        )

    def shards(self, job: str | None = None) -> list[ShardRecord]:
        """Return the shards of a job, or of all, in the order they were made."""
        with store_errors(self.path):
            rows = self._db.execute(
                f"SELECT {', '.join(_SHARD_FIELDS)} FROM shards WHERE ? IS NULL OR job = ? ORDER BY id",  # noqa: S608 - names of fields
                (job, job),
            ).fetchall()
        return [_shard(row) for row in rows]

    def shards_for(self, job: str) -> list[ShardRecord]:
        """Return the shards that a job waits or waited for: its own, and those of others with calls that it shares."""
        with store_errors(self.path):
            rows = self._db.execute(
                f"SELECT {', '.join(_SHARD_FIELDS)} FROM shards WHERE {_FOR_JOB.format(job=_quoted(job))} ORDER BY id"  # noqa: S608 - names of fields
            ).fetchall()
        return [_shard(row) for row in rows]

    def open_shards(self, job: str) -> list[ShardRecord]:
        """Return the shards that a job waits for and that are not at their end."""
        return [shard for shard in self.shards_for(job) if shard.state in OPEN_SHARDS]

    def share(self, job: str, shards: Iterable[str]) -> None:
        """Note that a job waits for calls in these shards of others, too."""
        with store_errors(self.path), transaction(self._db):
            self._db.executemany(
                "INSERT OR IGNORE INTO shard_jobs (shard, job) SELECT id, ? FROM shards WHERE shard = ? AND job != ?",
                ((job, shard, job) for shard in shards),
            )

    def jobs_of(self, shard: str) -> list[str]:
        """Return the jobs that wait for a shard, its own first."""
        with store_errors(self.path):
            rows = self._db.execute(
                "SELECT job, 0 FROM shards WHERE shard = ? UNION SELECT shard_jobs.job, 1 FROM shard_jobs"
                " JOIN shards ON shards.id = shard_jobs.shard WHERE shards.shard = ? ORDER BY 2, 1",
                (shard, shard),
            ).fetchall()
        return [job for job, _ in rows]

    def share_a_key(self, shard: str, others: Sequence[str]) -> bool:
        """Return whether a shard has a row in common with others: one file must not name it twice."""
        with store_errors(self.path):
            ((found,),) = self._db.execute(
                "SELECT EXISTS (SELECT 1 FROM calls AS own JOIN calls AS other ON other.key = own.key"  # noqa: S608 - only marks
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
                    "INSERT OR IGNORE INTO shard_jobs (shard, job) SELECT ?, job FROM shard_jobs WHERE shard = ?"
                    " UNION SELECT ?, ?", (place, number, place, part.job),
                )  # fmt: skip
                self._save(replace(part, state="merged", ended=now))
                before += part.requests
            self._db.execute("DELETE FROM shard_jobs WHERE shard = ? AND job = ?", (place, merged.job))

    def calls_for(self, keys: Sequence[bytes], *, job: str | None = None) -> Mapping[bytes, list[StoredCall]]:
        """Return the calls that were batched for rows, the oldest first; those of one job, where it is named."""
        found: dict[bytes, list[StoredCall]] = {}
        head = (
            f"{_CALLS} WHERE {_FOR_JOB.format(job=_quoted(job))} AND calls.key IN"
            if job
            else f"{_CALLS} WHERE calls.key IN"
        )
        with store_errors(self.path):
            for row in select(self._db, head, list(dict.fromkeys(keys))):
                call = _stored(row)
                found.setdefault(call.key, []).append(call)
        for calls in found.values():
            calls.sort(key=lambda call: (call.sent, call.shard))
        return found

    def calls_in(self, shard: str) -> Iterator[CallInShard]:
        """Yield the calls of a shard, in the order of its lines."""
        with store_errors(self.path):
            rows = self._db.execute(
                "SELECT key, question, number, source FROM calls WHERE shard = ? ORDER BY number", (self._id(shard),)
            )
            for row in rows:
                yield CallInShard(*row)

    def keep_results(self, shard: ShardRecord, results: Iterable[Result]) -> ShardRecord:
        """Keep results of a shard; return its record with those counted that belong to no call of it that waits.

        The first result for a call counts: another one is the provider's mistake, and the call was paid for.
        """
        number, remaining, odd = self._id(shard.shard), iter(results), 0
        while chunk := list(islice(remaining, _RESULTS_AT_ONCE)):
            with store_errors(self.path), transaction(self._db):
                for result in chunk:
                    odd += not self._keep(number, result)
        kept = replace(shard, odd_results=shard.odd_results + odd)
        self.save_shard(kept)
        return kept

    def adopt_results(self, shard: ShardRecord, results: Iterable[Result]) -> ShardRecord:
        """Keep the results of a shard that was found at its provider, whose calls are known by them alone."""
        place, remaining = self._id(shard.shard), iter(results)
        while chunk := list(islice(remaining, _RESULTS_AT_ONCE)):
            with store_errors(self.path), transaction(self._db):
                for result in chunk:
                    self._db.execute(
                        "INSERT OR IGNORE INTO calls (shard, number, key, question, source, state) SELECT ?,"
                        " (SELECT coalesce(max(number), 0) + 1 FROM calls WHERE shard = ?), ?, ?, '', 'waiting'",
                        (place, place, result.key, ANY_QUESTION),
                    )
                    self._keep(place, result)
        kept = replace(shard, requests=self.answered(shard.shard))
        self.save_shard(kept)
        return kept

    def replies(self, shard: str) -> Iterator[tuple[int, bytes]]:
        """Yield the status and the body of each reply of a shard."""
        with store_errors(self.path):
            for status, reply in self._db.execute(
                "SELECT status, reply FROM calls WHERE shard = ? AND state = 'answered'", (self._id(shard),)
            ):
                yield int(status), zlib.decompress(reply)

    def _keep(self, shard: int, result: Result) -> bool:
        reply = None if result.reply is None else zlib.compress(result.reply, _FASTEST)
        state = "unanswered" if reply is None else "answered"
        cursor = self._db.execute(
            "UPDATE calls SET state = ?, status = ?, request_id = ?, reply = ?, why = ?"
            " WHERE key = ? AND shard = ? AND state = 'waiting'",
            (state, result.status, result.request_id, reply, result.why, result.key, shard),
        )
        return cursor.rowcount == 1

    def end_shard(self, shard: ShardRecord, why: str) -> int:
        """Save a shard that has ended; return how many of its calls have no result, `why` of all of them."""
        with store_errors(self.path), transaction(self._db):
            self._save(shard)
            cursor = self._db.execute(
                "UPDATE calls SET state = 'unanswered', why = ? WHERE shard = ? AND state = 'waiting'",
                (why, self._id(shard.shard)),
            )
        return cursor.rowcount

    def drop_waiting(self, shard: ShardRecord) -> None:
        """Save a shard of which nothing ran, without its calls that have no result: they may be sent in another one."""
        with store_errors(self.path), transaction(self._db):
            self._save(shard)
            self._db.execute("DELETE FROM calls WHERE shard = ? AND state = 'waiting'", (self._id(shard.shard),))

    def answered(self, shard: str) -> int:
        """Return how many calls of a shard have a result, a reply or the reason why there is none."""
        with store_errors(self.path):
            ((number,),) = self._db.execute(
                "SELECT count(*) FROM calls WHERE shard = ? AND state != 'waiting'", (self._id(shard),)
            ).fetchall()
        return int(number)

    def counts(self, job: str) -> Mapping[str, int]:
        """Return how many calls of a job there are in each state."""
        with store_errors(self.path):
            rows = self._db.execute(
                "SELECT calls.state, count(*) FROM calls JOIN shards ON shards.id = calls.shard WHERE shards.job = ?"
                " GROUP BY 1",
                (job,),
            ).fetchall()
        return dict(rows)

    def _id(self, shard: str) -> int:
        ((number,),) = self._db.execute("SELECT id FROM shards WHERE shard = ?", (shard,)).fetchall()
        return int(number)


def _job_values(job: Job) -> tuple[object, ...]:
    values = asdict(job)
    values["command"] = msgspec.json.encode(job.command).decode()
    return tuple(values.values())


def _job(row: Sequence[object]) -> Job:
    fields = dict(zip(_JOB_FIELDS, row, strict=True))
    fields["command"] = tuple(msgspec.json.decode(str(fields["command"])))
    fields["cancelled"] = bool(fields["cancelled"])
    return msgspec.convert(fields, Job)


def _stored(row: tuple[object, ...]) -> StoredCall:
    shard, number, key, question, state, provider, model, sent, status, request_id, reply, why = row
    return msgspec.convert(
        {
            "shard": shard, "number": number, "key": key, "question": question, "state": state, "provider": provider,
            "model": model, "sent": sent, "status": status, "request_id": request_id,
            "reply": zlib.decompress(reply) if isinstance(reply, bytes) else b"", "why": why,
        },
        StoredCall,
    )  # fmt: skip


def _shard(row: Sequence[object]) -> ShardRecord:
    fields = dict(zip(_SHARD_FIELDS, row, strict=True))
    return msgspec.convert({**fields, "adopted": bool(fields["adopted"])}, ShardRecord)


def _quoted(text: str) -> str:
    """Return an SQL literal; names of jobs are of letters, digits and hyphens."""
    return "'" + text.replace("'", "''") + "'"
