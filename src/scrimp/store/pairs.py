"""What several models said to the same prompts, what it cost, and what it was worth where somebody said so.

It is kept in the ledger's file: paid for, and the ground on which routes are chosen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import msgspec
from msgspec import Struct

from scrimp.store.database import connect, insert, store_errors, transaction
from scrimp.store.ledger import MIGRATIONS, nanodollars
from scrimp.values import JsonObject


class OutputSpec(Struct, frozen=True):
    """What a completion must be, so that what two of them assert can be compared."""

    choices: tuple[str, ...] = ()
    schema: JsonObject | None = None


class StoredReply(Struct, frozen=True, kw_only=True):
    """What a model (provider/model) said; cost in dollars, score from 0 to 1 by whoever is named."""

    model: str
    output: str
    confidence: float | None = None
    cost: Decimal | None = None
    hedges: int | None = None  # expressions of doubt and words: kept for whoever wants to look, never acted on
    words: int | None = None
    score: float | None = None
    scored_by: str | None = None


class StoredPrompt(Struct, frozen=True, kw_only=True):
    """A prompt with its replies; `key` is the fingerprint of what was asked, whoever answered."""

    key: str
    signature: str
    kind: str
    text: str
    asked: OutputSpec = OutputSpec()
    time: float = 0.0  # seconds since the epoch
    replies: tuple[StoredReply, ...] = ()


_INSERT_PROMPTS = "INSERT OR IGNORE INTO prompts (key, time, signature, kind, text, asked) VALUES"
_INSERT_REPLIES = (
    "INSERT INTO replies (key, model, time, output, confidence, cost_nano, hedges, words, score, scored_by) VALUES"
)
# A newer completion replaces an older one, and what was said of the older one no longer holds, unless it is the same.
_REPLACE_OLDER = (
    " ON CONFLICT (key, model) DO UPDATE SET time = excluded.time, confidence = excluded.confidence,"
    " cost_nano = coalesce(excluded.cost_nano, cost_nano), hedges = excluded.hedges, words = excluded.words,"
    " score = CASE WHEN output = excluded.output THEN coalesce(excluded.score, score) ELSE excluded.score END,"
    " scored_by = CASE WHEN output = excluded.output THEN coalesce(excluded.scored_by, scored_by)"
    " ELSE excluded.scored_by END, output = excluded.output"
)
_SELECT = (
    "SELECT p.key, p.signature, p.kind, p.text, p.asked, p.time, r.model, r.output, r.confidence, r.cost_nano,"
    " r.hedges, r.words, r.score, r.scored_by FROM prompts p JOIN replies r USING (key) WHERE p.time >= ?"
    " ORDER BY p.time, p.key, r.model"
)


class PairStore:
    """The part of the ledger's file that routes are chosen by."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = connect(path, MIGRATIONS)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def keep(self, prompts: Sequence[StoredPrompt]) -> None:
        """Add prompts and replies, in one transaction."""
        with store_errors(self.path), transaction(self._db):
            encode = msgspec.json.encode
            insert(self._db, _INSERT_PROMPTS, [
                (each.key, each.time, each.signature, each.kind, each.text, encode(each.asked).decode())
                for each in prompts
            ])  # fmt: skip
            insert(self._db, _INSERT_REPLIES, [
                (each.key, reply.model, each.time, reply.output, reply.confidence, nanodollars(reply.cost), reply.hedges,
                 reply.words, reply.score, reply.scored_by)
                for each in prompts for reply in each.replies
            ], _REPLACE_OLDER)  # fmt: skip

    def label(self, key: str, model: str, score: float, by: str) -> None:
        """Say what a reply was worth."""
        with store_errors(self.path), transaction(self._db):
            self._db.execute(
                "UPDATE replies SET score = ?, scored_by = ? WHERE key = ? AND model = ?", (score, by, key, model)
            )

    def prompts(self, *, since: float = 0.0) -> Iterator[StoredPrompt]:
        """Yield the prompts with all their replies, oldest first."""
        with store_errors(self.path):
            for head, rows in groupby(self._db.execute(_SELECT, (since,)), key=lambda row: row[:6]):
                key, signature, kind, text, asked, time = head
                yield StoredPrompt(
                    key=key, signature=signature, kind=kind, text=text, time=time,
                    asked=msgspec.json.decode(asked, type=OutputSpec), replies=tuple(_reply(row[6:]) for row in rows),
                )  # fmt: skip


def _reply(row: tuple[object, ...]) -> StoredReply:
    model, output, confidence, cost, hedges, words, score, scored_by = row
    return msgspec.convert(
        {
            "model": model,
            "output": output,
            "confidence": confidence,
            "cost": None if cost is None else Decimal(cost).scaleb(-9),  # type: ignore[arg-type]  # an INTEGER column
            "hedges": hedges,
            "words": words,
            "score": score,
            "scored_by": scored_by,
        },
        StoredReply,
    )
