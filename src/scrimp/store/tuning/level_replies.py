"""Replies of a model to prompts at a level of compression and without it, as `scrimp tune certify --compress` needs.

They are stored in the ledger's file, beside the replies of several models (`pairs`), whose table of prompts they share.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import msgspec
from msgspec import Struct

from scrimp.enums import Level
from scrimp.store.database import OpenDatabase, insert, store_errors, transaction
from scrimp.store.encoding.dollars import dollars, stored_dollars
from scrimp.store.ledger_connection import connect_ledger
from scrimp.store.tuning.pairs import OutputSpec, StoredPrompt, put_prompts, templates_of

EVERYTHING = 1.0  # `keep` of a level that leaves out no sentence


class Side(Struct, frozen=True):
    """How prompts are sent: at a level that keeps a share of documents, for the first or a later sample."""

    level: Level
    keep: float = EVERYTHING
    sample: int = 0


class LevelReply(Struct, frozen=True, kw_only=True):
    """A model's reply on one side; `unchanged` where the level sends what was sent without it, so that none was asked.

    Cost in dollars, input in tokens as billed, score from 0 to 1 as given by `scored_by`. A reply that is not what was
    asked for has no output and the score 0.
    """

    side: Side
    model: str  # provider/model
    time: float  # seconds since the epoch
    version: str  # version of the code that compressed it
    output: str
    unchanged: bool = False
    input: int | None = None
    cost: Decimal | None = None
    score: float | None = None
    scored_by: str | None = None


class AskedPrompt(Struct, frozen=True, kw_only=True):
    """A prompt of a task, as far as its replies are compared by it."""

    key: str
    signature: str
    kind: str
    asked: OutputSpec


_INSERT = (
    "INSERT OR REPLACE INTO level_replies (key, signature, model, level, keep, sample, time, version, unchanged,"
    " output, input, cost_nano, cost_pico, score, scored_by) VALUES"
)
_REPLY = (
    "r.key, r.signature, p.kind, p.asked, r.level, r.keep, r.sample, r.model, r.time, r.version, r.output,"
    " r.unchanged, r.input, r.cost_nano, r.cost_pico, r.score, r.scored_by FROM level_replies r JOIN prompts p"
    " USING (key)"
)


class LevelReplyStore(OpenDatabase):
    """The replies of both sides, in the ledger's file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = connect_ledger(path)

    def put(self, replies: Sequence[tuple[StoredPrompt, LevelReply]]) -> None:
        """Add prompts with a reply each, in one transaction; a newer reply replaces the one of its side."""
        with store_errors(self.path), transaction(self._db):
            put_prompts(self._db, [prompt for prompt, _ in replies])
            insert(self._db, _INSERT, [
                (prompt.key, prompt.signature, reply.model, *msgspec.structs.astuple(reply.side), reply.time,
                 reply.version, reply.unchanged, reply.output, reply.input, *stored_dollars(reply.cost), reply.score,
                 reply.scored_by)
                for prompt, reply in replies
            ])  # fmt: skip

    def find(self, keys: Collection[str], model: str, side: Side) -> dict[tuple[str, str], LevelReply]:
        """Return the replies of a model to these prompts on one side, by key and task."""
        found = {}
        with store_errors(self.path):
            for key in keys:
                rows = self._db.execute(
                    f"SELECT {_REPLY} WHERE r.key = ? AND r.model = ? AND r.level = ? AND r.keep = ? AND r.sample = ?",
                    (key, model, *msgspec.structs.astuple(side)),
                )
                for row in rows:
                    prompt, reply = _reply(row)
                    found[prompt.key, prompt.signature] = reply
        return found

    def replies(self, side: Side, *, since: float = 0.0) -> Iterator[tuple[AskedPrompt, LevelReply]]:
        """Yield all replies of one side, oldest first."""
        with store_errors(self.path):
            rows = self._db.execute(
                f"SELECT {_REPLY} WHERE r.level = ? AND r.keep = ? AND r.sample = ? AND r.time >= ?"
                " ORDER BY r.time, r.key",
                (*msgspec.structs.astuple(side), since),
            )
            yield from map(_reply, rows)

    def templates(self) -> dict[str, str]:
        """Return the fingerprint of each task's template, as `PairStore.templates` does of pairs of models."""
        with store_errors(self.path):
            return templates_of(self._db, "SELECT DISTINCT signature, key FROM level_replies")

    def sides(self, level: Level) -> list[Side]:
        """Return the shares of documents that are recorded of a level, as sides, the largest share first."""
        with store_errors(self.path):
            rows = self._db.execute(
                "SELECT DISTINCT keep FROM level_replies WHERE level = ? ORDER BY keep DESC", (level,)
            ).fetchall()
        return [Side(level, keep) for (keep,) in rows]


def _reply(row: Sequence[object]) -> tuple[AskedPrompt, LevelReply]:
    key, signature, kind, asked, level, keep, sample, model, time, version, output, unchanged, tokens, *rest = row
    nano, pico, score, scored_by = rest
    prompt = {"key": key, "signature": signature, "kind": kind, "asked": msgspec.json.decode(str(asked))}
    reply = {
        "side": {"level": level, "keep": keep, "sample": sample}, "model": model, "time": time, "version": version,
        "output": output, "unchanged": bool(unchanged), "input": tokens,
        "cost": dollars(nano, pico) if isinstance(nano, int) and isinstance(pico, int) else None,
        "score": score, "scored_by": scored_by,
    }  # fmt: skip
    return msgspec.convert(prompt, AskedPrompt), msgspec.convert(reply, LevelReply)
