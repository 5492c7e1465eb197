"""Completions of live calls that a later batch follows from: the steps of a chain before one that a batch takes."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Mapping, Sequence

from scrimp.store.batches.shard_table import ShardTable
from scrimp.store.database import select, store_errors, transaction

_FASTEST = 1  # zlib's fastest level
_KEYS_AT_ONCE = 1000
_OF_COMMAND = "job IN (SELECT job FROM jobs WHERE digest = ?)"


class LiveTable(ShardTable):
    """The part of an open store that has these completions; they were paid for, as replies are."""

    def keep_live(self, job: str, key: bytes, question: int, completion: bytes) -> None:
        """Keep what answered a question about a row; what is kept already stays."""
        with store_errors(self.path):
            self._db.execute(
                "INSERT OR IGNORE INTO live_calls (key, question, job, completion) VALUES (?, ?, ?, ?)",
                (key, question, job, zlib.compress(completion, _FASTEST)),
            )

    def has_live(self) -> bool:
        """Return whether there is any."""
        with store_errors(self.path):
            ((found,),) = self._db.execute("SELECT EXISTS (SELECT 1 FROM live_calls)").fetchall()
        return bool(found)

    def live_for(self, keys: Sequence[bytes], *, job: str | None = None) -> Mapping[bytes, Mapping[int, bytes]]:
        """Return the completions for rows, by question; those of one job, where it is named."""
        found: dict[bytes, dict[int, bytes]] = {}
        head = "SELECT key, question, completion, job FROM live_calls WHERE key IN"
        with store_errors(self.path):
            for key, question, completion, owner in select(self._db, head, list(dict.fromkeys(keys))):
                if job in (None, owner):
                    found.setdefault(bytes(key), {})[int(question)] = zlib.decompress(bytes(completion))  # type: ignore[arg-type]  # a blob
        return found

    def forget_live(self, digest: str, answered: Callable[[Sequence[bytes]], Collection[bytes]]) -> None:
        """Remove what the jobs of one command kept for rows that are answered; others take the room."""
        after = b""
        while keys := self._live_keys(digest, after):
            done = answered(keys)
            with store_errors(self.path), transaction(self._db):
                self._db.executemany(
                    f"DELETE FROM live_calls WHERE key = ? AND {_OF_COMMAND}",
                    [(key, digest) for key in done],
                )
            after = keys[-1]

    def _live_keys(self, digest: str, after: bytes) -> list[bytes]:
        """Return the next of these rows, in the order of their keys."""
        with store_errors(self.path):
            rows = self._db.execute(
                f"SELECT DISTINCT key FROM live_calls WHERE key > ? AND {_OF_COMMAND} ORDER BY key LIMIT ?",
                (after, digest, _KEYS_AT_ONCE),
            ).fetchall()
        return [bytes(key) for (key,) in rows]
