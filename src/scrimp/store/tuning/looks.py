"""Looks at pairs: each that a certificate was asked for shares the risk with those to come, so they are counted."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

from msgspec import Struct

from scrimp.enums import Level
from scrimp.store.database import OpenDatabase, insert, store_errors, transaction
from scrimp.store.ledger_connection import connect_ledger
from scrimp.store.tuning.level_replies import EVERYTHING, Side


class LookedAt(Struct, frozen=True, kw_only=True):
    """What kind of pairs is looked at: those of a level, as one version of the code compresses to it, or of models.

    Pairs of models have no level, and words in the place of a version.
    """

    level: Level = "off"
    keep: float = EVERYTHING
    version: str


ROUTES = LookedAt(version="routes")  # pairs of models, for each task
MIXTURES = LookedAt(version="mixtures")  # the same, for all tasks together


def of_level(side: Side, version: str) -> LookedAt:
    """Return the subject of looks at pairs of a level."""
    return LookedAt(level=side.level, keep=side.keep, version=version)


def digest(ids: Iterable[str]) -> str:
    """Return the evidence of a look: what names these rows or pairs together, in any order."""
    return blake2b("\n".join(sorted(ids)).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


class LookStore(OpenDatabase):
    """The looks, in the ledger's file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = connect_ledger(path)

    def look(self, task: str, model: str, at: LookedAt, evidence: str, time: float) -> int:
        """Note that these pairs are looked at, and return how many different ones were, up to them, these included."""
        of = (task, model, at.level, at.keep, at.version)
        with store_errors(self.path), transaction(self._db):
            insert(self._db, "INSERT OR IGNORE INTO level_looks VALUES", [(*of, evidence, time)])
            ((count,),) = self._db.execute(
                "SELECT count(*) FROM level_looks AS l"
                " JOIN level_looks AS this USING (task, model, level, keep, version)"
                " WHERE task = ? AND model = ? AND level = ? AND keep = ? AND version = ? AND this.evidence = ?"
                " AND (l.time < this.time OR (l.time = this.time AND l.evidence <= this.evidence))",
                (*of, evidence),
            ).fetchall()
        return int(count)

    def looks(self, task: str, at: LookedAt) -> int:
        """Return how many different pairs of a task were looked at, whichever model they are of."""
        with store_errors(self.path):
            found = self._db.execute(
                "SELECT count(DISTINCT evidence) FROM level_looks"
                " WHERE task = ? AND level = ? AND keep = ? AND version = ?",
                (task, at.level, at.keep, at.version),
            )
            return int(found.fetchone()[0])
