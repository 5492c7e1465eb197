"""The store of batches: what was submitted for which rows, and what came back; one file for all jobs of a user.

A reply that is in it was paid for and survives a kill. Rows are made of replies later, and as often as need be.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

import msgspec
from msgspec.structs import asdict, replace

from scrimp.store.batches.held_calls import CALLS, HeldCalls, stored_call
from scrimp.store.batches.records import ANY_QUESTION, CallInShard, Job, Result, ShardRecord, StoredCall
from scrimp.store.batches.shard_table import for_job
from scrimp.store.database import select, store_errors, transaction

_JOB_FIELDS = Job.__struct_fields__
_RESULTS_AT_ONCE = 1000
_FASTEST = 1  # zlib's fastest level


class BatchStore(HeldCalls):
    """One open store of batches."""

    def add_job(self, job: Job) -> None:
        """Add a job."""
        with store_errors(self.path):
            self._db.execute(
                f"INSERT INTO jobs ({', '.join(_JOB_FIELDS)}) VALUES ({', '.join('?' * len(_JOB_FIELDS))})",
                _job_values(job),
            )

    def save_job(self, job: Job) -> None:
        """Replace a job's record."""
        with store_errors(self.path):
            self._db.execute(
                f"UPDATE jobs SET {', '.join(f'{name} = ?' for name in _JOB_FIELDS)} WHERE job = ?",
                (*_job_values(job), job.job),
            )

    def jobs(self) -> list[Job]:
        """Return all jobs, the oldest first."""
        with store_errors(self.path):
            rows = self._db.execute(f"SELECT {', '.join(_JOB_FIELDS)} FROM jobs ORDER BY created, job").fetchall()
        return [_job(row) for row in rows]

    def remove_job(self, job: str) -> None:
        """Remove a job with its shards and their calls and replies, in one transaction."""
        own = "(SELECT id FROM shards WHERE job = ?)"
        with store_errors(self.path), transaction(self._db):
            self._db.execute(f"DELETE FROM calls WHERE shard IN {own}", (job,))
            self._db.execute(f"DELETE FROM shard_jobs WHERE shard IN {own} OR job = ?", (job, job))
            for table in ("live_calls", "shards", "jobs"):
                self._db.execute(f"DELETE FROM {table} WHERE job = ?", (job,))

    def give_back_space(self) -> None:
        """Make the file as small as what is left in it."""
        with store_errors(self.path):
            self._db.execute("VACUUM")

    def is_cancelled(self, job: str) -> bool:
        """Return whether a job was cancelled, which another process may do at any time."""
        with store_errors(self.path):
            return bool(self._db.execute("SELECT cancelled FROM jobs WHERE job = ?", (job,)).fetchone() == (1,))

    def open_job(self, digest: str) -> Job | None:
        """Return the newest job of the same command whose rows have not been printed."""
        same = [job for job in self.jobs() if job.digest == digest and job.ended is None and not job.cancelled]
        return same[-1] if same else None

    def calls_for(self, keys: Sequence[bytes], *, job: str | None = None) -> Mapping[bytes, list[StoredCall]]:
        """Return the calls that were batched for rows, the oldest first; those of one job, where it is named."""
        found: dict[bytes, list[StoredCall]] = {}
        head = f"{CALLS} WHERE {for_job(job)} AND calls.key IN" if job else f"{CALLS} WHERE calls.key IN"
        with store_errors(self.path):
            for row in select(self._db, head, list(dict.fromkeys(keys))):
                call = stored_call(row)
                found.setdefault(call.key, []).append(call)
        for calls in found.values():
            calls.sort(key=lambda call: (call.sent, call.shard))
        return found

    def keys_of(self, asked: Sequence[bytes], job: str) -> Mapping[bytes, bytes]:
        """Return the keys under which rows that ask this were batched for a job, by what they ask."""
        head = (
            "SELECT calls.asked, calls.key FROM calls JOIN shards ON shards.id = calls.shard"
            f" WHERE {for_job(job)} AND calls.asked IN"
        )
        with store_errors(self.path):
            rows = list(select(self._db, head, list(dict.fromkeys(asked))))
        return dict(msgspec.convert(rows, list[tuple[bytes, bytes]]))

    def batched(self, keys: Sequence[bytes], job: str) -> set[bytes]:
        """Return the keys with a call that was batched for a job."""
        head = (
            f"SELECT calls.key FROM calls JOIN shards ON shards.id = calls.shard WHERE {for_job(job)} AND calls.key IN"
        )
        with store_errors(self.path):
            rows = list(select(self._db, head, list(dict.fromkeys(keys))))
        return {key for (key,) in msgspec.convert(rows, list[tuple[bytes]])}

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

    def replied_numbers(self, shard: str) -> list[int]:
        """Return the numbers of the calls of a shard that have a reply."""
        with store_errors(self.path):
            found = self._db.execute(
                "SELECT number FROM calls WHERE shard = ? AND state = 'answered'", (self._id(shard),)
            )
            return [int(number) for (number,) in found]

    def numbered_calls(self, shard: str, numbers: Sequence[int]) -> list[StoredCall]:
        """Return the calls of a shard that have these numbers."""
        head = f"{CALLS} WHERE calls.shard = {self._id(shard)} AND calls.number IN"
        with store_errors(self.path):
            return [stored_call(row) for row in select(self._db, head, numbers)]

    def _keep(self, shard: int, result: Result) -> bool:
        reply = None if result.reply is None else zlib.compress(result.reply, _FASTEST)
        state = "unanswered" if reply is None else "answered"
        cursor = self._db.execute(
            "UPDATE calls SET state = ?, status = ?, request_id = ?, reply = ?, why = ?"
            " WHERE key = ? AND shard = ? AND state = 'waiting'",
            (state, result.status, result.request_id, reply, result.why, result.key, shard),
        )
        return cursor.rowcount == 1

    def end_shard(self, shard: ShardRecord, why: str, *, may_be_billed: bool = False) -> int:
        """Save a shard that has ended; return how many of its calls have no result, `why` of all of them.

        Of those that `may_be_billed`, a budget that holds them counts the most that they can have cost.
        """
        with store_errors(self.path), transaction(self._db):
            self._save(shard)
            cursor = self._db.execute(
                "UPDATE calls SET state = 'unanswered', why = ?,"
                " cost = CASE WHEN ? THEN coalesce(cost, most) ELSE cost END WHERE shard = ? AND state = 'waiting'",
                (why, may_be_billed, self._id(shard.shard)),
            )
        return cursor.rowcount

    def drop_waiting(self, shard: ShardRecord) -> None:
        """Save a shard of which nothing ran, without its calls that have no result: they may be sent in another one."""
        with store_errors(self.path), transaction(self._db):
            self._save(shard)
            self._db.execute("DELETE FROM calls WHERE shard = ? AND state = 'waiting'", (self._id(shard.shard),))

    def has_call(self, shard: str, key: bytes) -> bool:
        """Return whether a shard has a call of a row."""
        with store_errors(self.path):
            ((found,),) = self._db.execute(
                "SELECT EXISTS (SELECT 1 FROM calls WHERE shard = ? AND key = ?)", (self._id(shard), key)
            ).fetchall()
        return bool(found)

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


def _job_values(job: Job) -> tuple[object, ...]:
    values = asdict(job)
    values["command"] = msgspec.json.encode(job.command).decode()
    return tuple(values.values())


def _job(row: Sequence[object]) -> Job:
    fields = dict(zip(_JOB_FIELDS, row, strict=True))
    fields["command"] = tuple(msgspec.json.decode(str(fields["command"])))
    fields["cancelled"] = bool(fields["cancelled"])
    return msgspec.convert(fields, Job)
