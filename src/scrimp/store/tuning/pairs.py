"""Replies of several models to the same prompts, with their costs and, where they were labeled, their scores.

They are stored in the ledger's file; `scrimp tune` chooses routes by them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import msgspec
from msgspec import Struct

from scrimp.store.database import OpenDatabase, insert, store_errors, transaction
from scrimp.store.encoding.dollars import dollars, stored_dollars
from scrimp.store.ledger_connection import connect_ledger
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
    named: bool = False  # the signature is the user's own name of the task
    template: str | None = None  # the fingerprint of its template
    row_id: str | None = None
    source: str = ""  # where its row came from: "tickets.csv:3"
    gold: str | None = None  # the right answer, where a column had it


_INSERT_PROMPTS = (
    "INSERT INTO prompts (key, time, signature, kind, text, asked, named, template, row_id, source, gold) VALUES"
)
# Later values win; a name that the user gave beats an inferred one, and the newest beats older ones.
_ADD_WHAT_IS_TOLD = (
    " ON CONFLICT (key) DO UPDATE SET signature = CASE WHEN excluded.named THEN excluded.signature ELSE signature END,"
    " named = max(named, excluded.named), template = coalesce(excluded.template, template),"
    " row_id = coalesce(excluded.row_id, row_id), source = coalesce(excluded.source, source),"
    " gold = coalesce(excluded.gold, gold)"
)
_COPY_LOOKS = (
    "INSERT OR IGNORE INTO level_looks SELECT ?, model, level, keep, version, evidence, time FROM level_looks"
    " WHERE task = ?"
)
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
    "SELECT p.key, p.signature, p.kind, p.text, p.asked, p.time, p.named, p.template, p.row_id, p.source, p.gold,"
    " r.model, r.output, r.confidence, r.cost_nano, r.cost_pico, r.hedges, r.words, r.score, r.scored_by"
    " FROM prompts p JOIN replies r USING (key) WHERE p.time >= ?"
    " ORDER BY p.time, p.key, r.model"
)
_SELECT_OF_TASK = _SELECT.replace(
    "p.time >= ?", "p.key IN (SELECT key FROM prompts WHERE signature = ? ORDER BY time DESC LIMIT ?)"
)

_MEMBERS = (
    "SELECT signature, key FROM prompts p WHERE time >= ? AND EXISTS (SELECT 1 FROM replies r WHERE r.key = p.key)"
)


class PairStore(OpenDatabase):
    """Stored prompts with the replies of several models, in the ledger's file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = connect_ledger(path)

    def put(self, prompts: Sequence[StoredPrompt]) -> None:
        """Add prompts and replies, in one transaction."""
        with store_errors(self.path), transaction(self._db):
            put_prompts(self._db, prompts)
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

    def label_all(self, scores: Iterable[tuple[str, str, float]], golds: Mapping[str, str], by: str) -> None:
        """Set scores (prompt, model, score) and right answers by prompt, given by one source; all or none."""
        with store_errors(self.path), transaction(self._db):
            self._db.executemany(
                "UPDATE replies SET score = ?, scored_by = ? WHERE key = ? AND model = ?",
                [(score, by, key, model) for key, model, score in scores],
            )
            self._db.executemany(
                "UPDATE prompts SET gold = ? WHERE key = ?", [(gold, key) for key, gold in golds.items()]
            )

    def prompts(self, *, since: float = 0.0) -> Iterator[StoredPrompt]:
        """Yield the prompts with all their replies, oldest first."""
        with store_errors(self.path):
            yield from _grouped(self._db.execute(_SELECT, (since,)))

    def of_task(self, signature: str, limit: int) -> Iterator[StoredPrompt]:
        """Yield the newest prompts of a task with all their replies, oldest first."""
        with store_errors(self.path):
            rows = self._db.execute(_SELECT_OF_TASK, (signature, limit))
            yield from _grouped(rows)

    def tasks(self) -> dict[str, tuple[str, str]]:
        """Return the task's signature and kind of each prompt with replies, by key."""
        with store_errors(self.path):
            rows = self._db.execute(
                "SELECT key, signature, kind FROM prompts p WHERE EXISTS (SELECT 1 FROM replies r WHERE r.key = p.key)"
            ).fetchall()
        return {key: (signature, kind) for key, signature, kind in rows}

    def templates(self, *, since: float = 0.0) -> dict[str, str]:
        """Return the fingerprint of each task's template: of the tasks all of whose prompts have one, the same.

        A template of two tasks that the user named apart is that of neither.
        """
        with store_errors(self.path):
            return templates_of(self._db, _MEMBERS, since)

    def note_command(self, tasks: Iterable[str], words: Sequence[str], time: float) -> None:
        """Keep the words of the command that runs the prompts of these tasks; `time` is in seconds since the epoch."""
        command = msgspec.json.encode(words).decode()
        with store_errors(self.path), transaction(self._db):
            self._db.executemany(
                "INSERT OR REPLACE INTO task_commands (signature, command, time) VALUES (?, ?, ?)",
                [(task, command, time) for task in tasks],
            )

    def commands(self) -> dict[str, tuple[str, ...]]:
        """Return the words of each task's command."""
        with store_errors(self.path):
            rows = self._db.execute("SELECT signature, command FROM task_commands").fetchall()
        return {task: msgspec.json.decode(command, type=tuple[str, ...]) for task, command in rows}


def templates_of(db: Connection, members: str, *values: object) -> dict[str, str]:
    """Return the template of each task whose prompts all have one, the same, and no other task of the user's.

    `members` selects the tasks (signature) of prompts (key).
    """
    query = (
        f"WITH members AS ({members}), told AS (SELECT DISTINCT signature, template, named FROM prompts"
        " WHERE template IS NOT NULL)"
        " SELECT m.signature, max(p.template) AS shared FROM members m JOIN prompts p USING (key) GROUP BY m.signature"
        " HAVING count(p.template) = count(*) AND min(p.template) = shared AND NOT EXISTS"
        " (SELECT 1 FROM told WHERE told.template = shared AND told.signature <> m.signature AND told.named)"
    )
    rows = db.execute(query, values)
    return dict(rows.fetchall())


def _grouped(rows: Iterable[tuple[Any, ...]]) -> Iterator[StoredPrompt]:
    for head, replies in groupby(rows, key=lambda row: row[:11]):
        key, signature, kind, text, asked, time, named, template, row_id, source, gold = head
        yield StoredPrompt(
            key=key, signature=signature, kind=kind, text=text, time=time,
            asked=msgspec.json.decode(asked, type=OutputSpec), replies=tuple(_reply(row[11:]) for row in replies),
            named=bool(named), template=template, row_id=row_id, source=source or "", gold=gold,
        )  # fmt: skip


def put_prompts(db: Connection, prompts: Sequence[StoredPrompt]) -> None:
    """Add prompts, or what is newly told of them, within a transaction.

    Where one gets a name, what was looked at under its inferred task counts as looked at under that name.
    """
    encode = msgspec.json.encode
    renamed = {
        (prompt.signature, task)
        for prompt in prompts
        if prompt.named
        for (task,) in db.execute(
            "SELECT signature FROM prompts WHERE key = ? AND signature <> ?", (prompt.key, prompt.signature)
        )
    }
    db.executemany(_COPY_LOOKS, sorted(renamed))
    insert(db, _INSERT_PROMPTS, [
        (prompt.key, prompt.time, prompt.signature, prompt.kind, prompt.text, encode(prompt.asked).decode(),
         prompt.named, prompt.template, prompt.row_id, prompt.source or None, prompt.gold)
        for prompt in prompts
    ], _ADD_WHAT_IS_TOLD)  # fmt: skip


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
