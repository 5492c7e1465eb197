"""Replies of several models to the same prompts, with their costs and, where they were labeled, their scores.

They are stored in the ledger's file; `scrimp tune` chooses routes by them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from scrimp.store.database import connect, insert, store_errors, transaction
from scrimp.store.dollars import dollars, stored_dollars
from scrimp.store.ledger import MIGRATIONS
from scrimp.values import JsonObject


class OutputSpec(Struct, frozen=True):
    """What a completion must be, so that the answers of two of them can be compared."""

    choices: tuple[str, ...] = ()
    schema: JsonObject | None = None


class StoredReply(Struct, frozen=True, kw_only=True):
    """A model's (provider/model) reply; cost in dollars, score from 0 to 1 as given by `scored_by`."""

    model: str
    output: str
    confidence: float | None = None
    cost: Decimal | None = None
    hedges: int | None = None  # expressions of doubt, and words below: recorded for analysis, never used
    words: int | None = None
    score: float | None = None
    scored_by: str | None = None


class StoredPrompt(Struct, frozen=True, kw_only=True):
    """A prompt with its replies; `key` is the fingerprint of what was asked, whichever models answered."""

    key: str
    signature: str
    kind: str
    text: str
    asked: OutputSpec = OutputSpec()
    time: float = 0.0  # seconds since the epoch
    replies: tuple[StoredReply, ...] = ()


_INSERT_PROMPTS = "INSERT OR IGNORE INTO prompts (key, time, signature, kind, text, asked) VALUES"
_INSERT_REPLIES = (
    "INSERT INTO replies (key, model, time, output, confidence, cost_nano, cost_pico, hedges, words,"
    " score, scored_by) VALUES"
)
# A newer completion replaces an older one, and the older one's label too, unless their outputs are equal.
_REPLACE_OLDER = (
    " ON CONFLICT (key, model) DO UPDATE SET time = excluded.time, confidence = excluded.confidence,"
    " cost_nano = coalesce(excluded.cost_nano, cost_nano),"
    " cost_pico = CASE WHEN excluded.cost_nano IS NULL THEN cost_pico ELSE excluded.cost_pico END,"
    " hedges = excluded.hedges, words = excluded.words,"
    " score = CASE WHEN output = excluded.output THEN coalesce(excluded.score, score) ELSE excluded.score END,"
    " scored_by = CASE WHEN output = excluded.output THEN coalesce(excluded.scored_by, scored_by)"
    " ELSE excluded.scored_by END, output = excluded.output"
)
_SELECT = (
    "SELECT p.key, p.signature, p.kind, p.text, p.asked, p.time, r.model, r.output, r.confidence, r.cost_nano,"
    " r.cost_pico, r.hedges, r.words, r.score, r.scored_by FROM prompts p JOIN replies r USING (key) WHERE p.time >= ?"
    " ORDER BY p.time, p.key, r.model"
)


class PairStore:
    """Stored prompts with the replies of several models, in the ledger's file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = connect(path, MIGRATIONS)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def put(self, prompts: Sequence[StoredPrompt]) -> None:
        """Add prompts and replies, in one transaction."""
        with store_errors(self.path), transaction(self._db):
            encode = msgspec.json.encode
            insert(self._db, _INSERT_PROMPTS, [
                (prompt.key, prompt.time, prompt.signature, prompt.kind, prompt.text, encode(prompt.asked).decode())
                for prompt in prompts
            ])  # fmt: skip
            insert(self._db, _INSERT_REPLIES, [
                (prompt.key, reply.model, prompt.time, reply.output, reply.confidence, *stored_dollars(reply.cost),
                 reply.hedges, reply.words, reply.score, reply.scored_by)
                for prompt in prompts for reply in prompt.replies
            ], _REPLACE_OLDER)  # fmt: skip

    def label(self, key: str, model: str, score: float, by: str) -> None:
        """Set the score of a reply and who gave it."""
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


def _reply(row: tuple[Any, ...]) -> StoredReply:
    model, output, confidence, nano, pico, hedges, words, score, scored_by = row
    return msgspec.convert(
        {
            "model": model,
            "output": output,
            "confidence": confidence,
            "cost": None if nano is None else dollars(nano, pico),
            "hedges": hedges,
            "words": words,
            "score": score,
            "scored_by": scored_by,
        },
        StoredReply,
    )
