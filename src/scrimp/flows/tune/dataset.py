"""Recorded completions as tuning sees them: what was asserted, what it cost and what it was worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from hashlib import sha256
from statistics import fmean
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.answers.canonical import canonical
from scrimp.errors import InputError, UsageError
from scrimp.routing.excerpt import excerpt
from scrimp.routing.kinds import kind_of
from scrimp.routing.task_signature import signature
from scrimp.tuning.model_families import family
from scrimp.tuning.recorded_row import RecordedAnswer, RecordedRow

if TYPE_CHECKING:
    from scrimp.store.pairs import StoredPrompt, StoredReply
    from scrimp.tuning.recorded_prompt import RecordedPrompt, RecordedReply

# A model is cheap where it costs at most this share of the flagship.
_CHEAP = 1 / 3
# Models are compared by their scores where so much of the rows is labelled: labels of disputes alone would mislead.
_KNOWN = 0.9
_LOOKED_AT = 9  # prompts that tell the kind of a task


class Dataset:
    """Rows with their texts, and which models take part: a flagship and a pool of cheap ones."""

    def __init__(
        self, recorded: RecordedRows, *, flagship: str | None = None, pool: Sequence[str] | None = None
    ) -> None:
        """Raise InputError where there are no rows, UsageError where a model that was named is not recorded."""
        self._all, self.texts = recorded.rows, recorded.texts
        models = self._models
        if not models:
            raise InputError("nothing is recorded: name a recording, or gather pairs with scrimp tune shadow")
        for name in (*(pool or ()), *((flagship,) if flagship else ())):
            if name not in models:
                raise UsageError(f"{name} is in no row: there are {', '.join(models)}")
        _priced(recorded.unpriced if pool is None or flagship is None else recorded.unpriced & {flagship, *pool})
        self.flagship = flagship or self._best
        self.pool = {model: family(model) for model in (pool or self._cheap) if model != self.flagship}
        if not self.pool:
            raise UsageError(f"no model is much cheaper than {self.flagship}: name some with --pool")
        wanted = {*self.pool, self.flagship}
        self.rows = [row for row in self._all if wanted <= row.said.keys()]
        if not self.rows:
            raise InputError(f"no row has a completion of each of {', '.join(sorted(wanted))}: name fewer with --pool")

    @property
    def left_out(self) -> int:
        """Rows that lack a completion of one of the models."""
        return len(self._all) - len(self.rows)

    @cached_property
    def _models(self) -> list[str]:
        return list(dict.fromkeys(model for row in self._all for model in row.said))

    @cached_property
    def _costs(self) -> dict[str, float]:
        """Mean dollars a call."""
        return {model: fmean(row.said[model].cost for row in self._all if model in row.said) for model in self._models}

    @property
    def _best(self) -> str:
        """Return the model that is right most often, where that is known of nearly every row; else the dearest."""
        scores = {
            model: [said.score for row in self._all if (said := row.said.get(model)) and said.score is not None]
            for model in self._models
        }
        if all(len(known) >= _KNOWN * len(self._all) for known in scores.values()):
            return max(self._models, key=lambda model: (fmean(scores[model]), self._costs[model]))
        return max(self._models, key=lambda model: self._costs[model])

    @property
    def _cheap(self) -> list[str]:
        """Return the models that cost much less than the flagship and answered as many prompts."""
        most = max(sum(model in row.said for row in self._all) for model in self._models)
        limit = _CHEAP * self._costs[self.flagship]
        return [
            model
            for model in self._models
            if self._costs[model] <= limit and sum(model in row.said for row in self._all) >= 0.9 * most
        ]


def _priced(unpriced: Collection[str]) -> None:
    """Raise InputError of models that take part, or may, and whose cost is not known of every row."""
    if unpriced:
        raise InputError(
            f"what completions of {', '.join(sorted(unpriced))} cost is not known: a recording needs prompt_tokens and "
            "completion_tokens, or cost, and prices (--prices FILE); gathered ones a price under [models]; or leave "
            "those models out with --flagship and --pool"
        )


class Split(Struct, frozen=True):
    """Rows to learn from and others to report: told apart by the last bit of sha256(id), for good."""

    learned: list[RecordedRow]
    reported: list[RecordedRow]


def split_halves(rows: Iterable[RecordedRow]) -> Split:
    """Return the rows whose sha256(id) is even, and the odd ones."""
    half = Split([], [])
    for row in rows:
        (half.reported if sha256(row.id.encode()).digest()[-1] & 1 else half.learned).append(row)
    return half


class RecordedRows(Struct, frozen=True):
    """What was recorded: the rows, their texts by id, and models of whose completions some have no known cost."""

    rows: list[RecordedRow]
    texts: dict[str, str]
    unpriced: frozenset[str] = frozenset()


def from_file(prompts: Iterable[RecordedPrompt]) -> RecordedRows:
    """Return the rows of a recording; where it names no task, the prompt's signature does."""
    named: list[tuple[str, str, dict[str, RecordedAnswer]]] = []
    texts: dict[str, str] = {}
    kinds: dict[str, MajorityKind] = {}
    unpriced: set[str] = set()
    for prompt in prompts:
        unpriced.update(model for model, reply in prompt.replies.items() if reply.cost is None)
        task = prompt.task or signature(prompt.text)
        kinds.setdefault(task, MajorityKind()).saw(prompt.text)
        named.append((prompt.id, task, {model: _said(reply) for model, reply in prompt.replies.items()}))
        texts[prompt.id] = prompt.text
    told = {task: seen.kind for task, seen in kinds.items()}
    rows = [RecordedRow(id=name, said=said, signature=task, kind=told[task]) for name, task, said in named]
    return RecordedRows(rows, texts, frozenset(unpriced))


class MajorityKind:
    """The kind of a task: what most of its first prompts are, for a task has one kind."""

    def __init__(self) -> None:
        self._texts: list[str] = []

    def saw(self, text: str) -> None:
        """Note a prompt of the task."""
        if len(self._texts) < _LOOKED_AT:
            self._texts.append(text)

    @property
    def kind(self) -> str:
        """The kind; the first one seen where several are as frequent."""
        return Counter(kind_of(text, excerpt(text)) for text in self._texts).most_common(1)[0][0]


def _said(reply: RecordedReply) -> RecordedAnswer:
    asserted = canonical(reply.output) if reply.output is not None else reply.answer
    return RecordedAnswer(score=reply.score, asserted=asserted, cost=float(reply.cost or 0))


def from_pairs(prompts: Iterable[StoredPrompt]) -> RecordedRows:
    """Return the rows that were gathered, by key; all prompts of a task have the kind that its first had."""
    rows: list[RecordedRow] = []
    texts: dict[str, str] = {}
    kinds: dict[str, str] = {}
    unpriced: set[str] = set()
    for prompt in prompts:
        unpriced.update(reply.model for reply in prompt.replies if reply.cost is None)
        kind = kinds.setdefault(prompt.signature, prompt.kind)
        said = {reply.model: _kept(reply, prompt) for reply in prompt.replies}
        rows.append(RecordedRow(id=prompt.key, said=said, signature=prompt.signature, kind=kind))
        texts[prompt.key] = prompt.text
    return RecordedRows(rows, texts, frozenset(unpriced))


def _kept(reply: StoredReply, prompt: StoredPrompt) -> RecordedAnswer:
    asserted = canonical(reply.output, prompt.asked.choices, prompt.asked.schema)
    return RecordedAnswer(
        score=reply.score, asserted=asserted, confidence=reply.confidence, cost=float(reply.cost or 0)
    )


def differing(
    rows: Iterable[RecordedRow], cheap: Iterable[str], flagship: str
) -> Iterator[tuple[RecordedRow, list[str]]]:
    """Yield the rows on which a cheap model does not say what the flagship says, with the models that need a label."""
    pool = list(cheap)
    for row in rows:
        top = row.said[flagship]
        apart = [model for model in pool if top.asserted is None or row.said[model].asserted != top.asserted]
        wanted = [model for model in (*apart, flagship) if row.said[model].score is None]
        if apart and wanted:
            yield row, wanted
