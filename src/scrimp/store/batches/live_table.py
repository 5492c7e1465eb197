"""Completions of live calls that a later batch follows from: the steps of a chain before one that a batch takes."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence

from scrimp.store.batches.shard_table import ShardTable
from scrimp.store.database import select, store_errors

_FASTEST = 1  # of zlib


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
