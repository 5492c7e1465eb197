"""Which completions need a label, and what a check command says of them."""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.answers.canonical import canonical
from scrimp.flows.answer.check_command import run_check
from scrimp.flows.tune.dataset import Dataset, differing

if TYPE_CHECKING:
    from scrimp.store.pairs import PairStore, StoredPrompt, StoredReply


class DistinctAnswer(Struct, frozen=True):
    """A completion, and all the models that say the same and have no label."""

    output: str
    models: tuple[str, ...]


class Dispute(Struct, frozen=True):
    """A prompt whose cheap and dear models do not say the same, with what is said and not labelled yet."""

    prompt: StoredPrompt
    sayings: tuple[DistinctAnswer, ...]


def disputes(pairs: PairStore, recording: Dataset, since: float) -> Iterator[Dispute]:
    """Yield what needs a label, oldest first: where all say the same none is needed to compare them."""
    wanted = {row.id: models for row, models in differing(recording.rows, recording.pool, recording.flagship)}
    for prompt in list(pairs.prompts(since=since)):
        if prompt.key in wanted:
            replies = [reply for reply in prompt.replies if reply.model in wanted[prompt.key]]
            yield Dispute(prompt, _sayings(prompt, replies))


def _sayings(prompt: StoredPrompt, replies: Sequence[StoredReply]) -> tuple[DistinctAnswer, ...]:
    """Return each thing said once: by what is asserted, and by the very words where nothing is.

    In the order of the words, so that nothing tells which model said what.
    """
    said: defaultdict[tuple[bool, str], list[StoredReply]] = defaultdict(list)
    for reply in replies:
        asserted = canonical(reply.output, prompt.asked.choices, prompt.asked.schema)
        said[(True, asserted) if asserted is not None else (False, reply.output)].append(reply)
    found = [
        DistinctAnswer(min(each.output for each in same), tuple(each.model for each in same)) for same in said.values()
    ]
    return tuple(sorted(found, key=lambda each: (len(each.output), each.output)))


def checked(found: Sequence[Dispute], command: str) -> list[dict[str, float]]:
    """Return for each dispute a score by model: 1 where the user's check accepts the completion, else 0.

    Raises ConfigError where the check cannot be started.
    """
    outputs = [saying.output for dispute in found for saying in dispute.sayings]
    passed = iter(asyncio.run(_all_checked(command, outputs)))
    return [
        {model: score for each in dispute.sayings for score in (float(next(passed)),) for model in each.models}
        for dispute in found
    ]


async def _all_checked(command: str, outputs: Sequence[str]) -> list[bool]:
    free = asyncio.Semaphore(2 * (os.cpu_count() or 1))

    async def one(output: str) -> bool:
        async with free:
            return (await run_check(command, output)).passed

    return await asyncio.gather(*map(one, outputs))
