"""Which completions need a label, and how a check command labels them."""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.answers.canonical import canonical
from scrimp.flows.answer.check_command import run_check, try_check
from scrimp.flows.tune.dataset import Dataset, disputed_rows

if TYPE_CHECKING:
    from scrimp.store.pairs import PairStore, StoredPrompt, StoredReply


class DistinctAnswer(Struct, frozen=True):
    """A completion, and all unlabeled models that assert the same."""

    output: str
    models: tuple[str, ...]


class Dispute(Struct, frozen=True):
    """A prompt on which a cheap model and the flagship differ, with its unlabeled answers."""

    prompt: StoredPrompt
    answers: tuple[DistinctAnswer, ...]


def find_disputes(pairs: PairStore, dataset: Dataset, since: float) -> Iterator[Dispute]:
    """Yield what needs a label, oldest first: where all models assert the same none is needed to compare them.

    `since` is in seconds since the epoch.
    """
    unlabeled = {row.id: models for row, models in disputed_rows(dataset.rows, dataset.pool, dataset.flagship)}
    for prompt in list(pairs.prompts(since=since)):
        if prompt.key in unlabeled:
            replies = [reply for reply in prompt.replies if reply.model in unlabeled[prompt.key]]
            yield Dispute(prompt, _distinct_answers(prompt, replies))


def _distinct_answers(prompt: StoredPrompt, replies: Sequence[StoredReply]) -> tuple[DistinctAnswer, ...]:
    """Return each answer once: by what it asserts, and by its text where it asserts nothing.

    In the order of the texts, so that nothing tells which model gave which.
    """
    groups: defaultdict[tuple[bool, str], list[StoredReply]] = defaultdict(list)
    for reply in replies:
        asserted = canonical(reply.output, prompt.asked.choices, prompt.asked.schema)
        groups[(True, asserted) if asserted is not None else (False, reply.output)].append(reply)
    answers = [
        DistinctAnswer(min(reply.output for reply in same), tuple(reply.model for reply in same))
        for same in groups.values()
    ]
    return tuple(sorted(answers, key=lambda answer: (len(answer.output), answer.output)))


def check_disputes(disputes: Sequence[Dispute], command: str) -> list[dict[str, float]]:
    """Return for each dispute a score by model: 1 where the user's check accepts the completion, else 0.

    Raises ConfigError where the check cannot be started.
    """
    outputs = [answer.output for dispute in disputes for answer in dispute.answers]
    passed = iter(asyncio.run(_check_all(command, outputs)))
    return [
        {model: score for answer in dispute.answers for score in (float(next(passed)),) for model in answer.models}
        for dispute in disputes
    ]


async def _check_all(command: str, outputs: Sequence[str]) -> list[bool]:
    if outputs:
        await try_check(command)
    slots = asyncio.Semaphore(2 * (os.cpu_count() or 1))

    async def check(output: str) -> bool:
        async with slots:
            return (await run_check(command, output)).passed

    return await asyncio.gather(*map(check, outputs))
