"""Which completions need a label."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.answers.canonical import canonical
from scrimp.flows.tune.dataset import Dataset, disputed_rows

if TYPE_CHECKING:
    from scrimp.store.tuning.pairs import PairStore, StoredPrompt, StoredReply


class DistinctAnswer(Struct, frozen=True):
    """A completion, and all unlabeled models that assert the same."""

    output: str
    models: tuple[str, ...]


class Dispute(Struct, frozen=True):
    """A prompt on which a cheap model and the flagship differ, with its unlabeled answers."""

    prompt: StoredPrompt
    answers: tuple[DistinctAnswer, ...]


def find_disputes(pairs: PairStore, dataset: Dataset, since: float) -> list[Dispute]:
    """Return the prompts that need a label, oldest first: those on which the models' answers differ.

    `since` is in seconds since the epoch.
    """
    unlabeled = {row.id: models for row, models in disputed_rows(dataset.rows, dataset.pool, dataset.flagship)}
    return [
        Dispute(prompt, _distinct_answers(prompt, unlabeled[prompt.key]))
        for prompt in pairs.prompts(since=since)
        if prompt.key in unlabeled
    ]


def _distinct_answers(prompt: StoredPrompt, models: Collection[str]) -> tuple[DistinctAnswer, ...]:
    """Return each answer of these models once: by what it asserts, and by its text where it asserts nothing.

    In the order of the texts, so that nothing tells which model gave which.
    """
    groups: defaultdict[tuple[bool, str], list[StoredReply]] = defaultdict(list)
    for reply in prompt.replies:
        if reply.model not in models:
            continue
        asserted = canonical(reply.output, prompt.asked.choices, prompt.asked.schema)
        groups[(True, asserted) if asserted is not None else (False, reply.output)].append(reply)
    answers = [
        DistinctAnswer(min(reply.output for reply in same), tuple(reply.model for reply in same))
        for same in groups.values()
    ]
    return tuple(sorted(answers, key=lambda answer: (len(answer.output), answer.output)))
