"""Rows under the keys that a job sent them with: whether a row was sent depends on what it asks, not on its route now.

Hours may lie between the commands of a job. Meanwhile a tier may get another model, or tuning and labels another route,
and with that the key of a row is another one. What is paid for under its former key is what its row is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

if TYPE_CHECKING:
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.store.batches.store import BatchStore

_BYTES = 8


def asked_by(row: PlannedRow) -> bytes:
    """Return a hash of what a row asks and of its file, since rules may send equal rows of two files different ways."""
    return row.key_on((row.prompt.file or "").encode(errors="surrogatepass"))[:_BYTES]


class RowsAsSent:
    """Gives rows the keys that a job sent them with."""

    def __init__(self, store: BatchStore, job: str, note: Callable[[str], None]) -> None:
        self._store, self._job, self._note = store, job, note
        self._former: dict[bytes, bytes] = {}  # the key that a row was sent with, by the one that it would have now

    def __call__(self, rows: Sequence[PlannedRow]) -> Sequence[PlannedRow]:
        """Return rows, with their former keys where they were sent with others."""
        sent = self._store.batched([row.key for row in rows], self._job)
        asked = {row.key: asked_by(row) for row in rows if row.key not in sent and row.key not in self._former}
        keys = self._store.keys_of(list(asked.values()), self._job) if asked else {}
        found = {key: keys[each] for key, each in asked.items() if each in keys}
        if found and not self._former:
            self._note(
                f"job {self._job}: the config, labels or certified routes have changed since rows were sent, which "
                "would go elsewhere now; they are not sent again"
            )
        self._former |= found
        if not self._former:
            return rows
        return [
            row if row.key not in self._former else replace(row, key=self._former[row.key], other_routes=())
            for row in rows
        ]
