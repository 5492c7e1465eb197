"""Rows for tuning, made from a recording or from the pairs kept in the ledger."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scrimp.answers.canonical import canonical
from scrimp.routing.excerpt import excerpt
from scrimp.routing.kinds import kind_of
from scrimp.routing.task_signature import text_signature
from scrimp.tuning.recorded_row import RecordedAnswer, RecordedRow

if TYPE_CHECKING:
    from scrimp.store.tuning.pairs import StoredPrompt, StoredReply
    from scrimp.tuning.recorded_prompt import RecordedPrompt, RecordedReply

_KIND_SAMPLE = 9  # prompts that decide the kind of a task
_REMEMBERED = 20_000  # outputs whose canonical text is known: labels and numbers come again and again


class RecordedRows(Struct, frozen=True):
    """Rows, their texts by row id, and the models with at least one completion of unknown cost."""

    rows: list[RecordedRow]
    texts: dict[str, str]
    unpriced: frozenset[str] = frozenset()

    def of_task(self, task: str) -> RecordedRows:
        """Return the rows of one task."""
        return replace(self, rows=[row for row in self.rows if row.signature == task])


def rows_from_recording(prompts: Iterable[RecordedPrompt]) -> RecordedRows:
    """Return the rows of a recording; where it names no task, the prompt's signature does."""
    answers: list[tuple[str, str, dict[str, RecordedAnswer]]] = []  # id, task and answers by model
    texts: dict[str, str] = {}
    samples: defaultdict[str, list[str]] = defaultdict(list)
    unpriced: set[str] = set()
    asserted_by = lru_cache(_REMEMBERED)(canonical)
    for prompt in prompts:
        unpriced.update(model for model, reply in prompt.replies.items() if reply.cost is None)
        task = prompt.task or text_signature(prompt.text)
        if len(samples[task]) < _KIND_SAMPLE:
            samples[task].append(prompt.text)
        by_model = {model: _recorded(reply, asserted_by) for model, reply in prompt.replies.items()}
        answers.append((prompt.id, task, by_model))
        texts[prompt.id] = prompt.text
    kinds = {task: _majority_kind(sample) for task, sample in samples.items()}
    rows = [
        RecordedRow(id=name, answers=by_model, signature=task, kind=kinds[task]) for name, task, by_model in answers
    ]
    return RecordedRows(rows, texts, frozenset(unpriced))


def _majority_kind(sample: Iterable[str]) -> str:
    """Return the kind that most of the prompts are; the first one seen where several are as frequent."""
    return Counter(kind_of(text, excerpt(text)) for text in sample).most_common(1)[0][0]


def _recorded(reply: RecordedReply, asserted_by: Callable[[str], str | None]) -> RecordedAnswer:
    asserted = asserted_by(reply.output) if reply.output is not None else reply.answer
    return RecordedAnswer(score=reply.score, asserted=asserted, cost=float(reply.cost or 0))


def rows_from_pairs(prompts: Iterable[StoredPrompt]) -> RecordedRows:
    """Return the rows of stored pairs, by key; all prompts of a task have the kind of its first."""
    rows: list[RecordedRow] = []
    texts: dict[str, str] = {}
    kinds: dict[str, str] = {}
    unpriced: set[str] = set()
    asserted_by = lru_cache(_REMEMBERED)(canonical)
    for prompt in prompts:
        unpriced.update(reply.model for reply in prompt.replies if reply.cost is None)
        kind = kinds.setdefault(prompt.signature, prompt.kind)
        answers = {reply.model: _stored(reply, prompt, asserted_by) for reply in prompt.replies}
        rows.append(RecordedRow(id=prompt.key, answers=answers, signature=prompt.signature, kind=kind))
        texts[prompt.key] = prompt.text
    return RecordedRows(rows, texts, frozenset(unpriced))


def _stored(
    reply: StoredReply, prompt: StoredPrompt, asserted_by: Callable[[str, tuple[str, ...]], str | None]
) -> RecordedAnswer:
    if prompt.asked.schema is None:
        asserted = asserted_by(reply.output, prompt.asked.choices)
    else:
        asserted = canonical(reply.output, prompt.asked.choices, prompt.asked.schema)
    return RecordedAnswer(
        score=reply.score, asserted=asserted, confidence=reply.confidence, cost=float(reply.cost or 0)
    )
