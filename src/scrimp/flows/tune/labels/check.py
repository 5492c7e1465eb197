"""How a command of the user's labels completions: it reads each one, and knows of which prompt it is."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from scrimp.flows.answer.check_command import run_check, try_check
from scrimp.flows.event_loops.run_in_loop import run_in_loop
from scrimp.flows.tune.labels.disputes import Dispute, DistinctAnswer
from scrimp.store.files.run_folder import run_folder

if TYPE_CHECKING:
    from scrimp.store.tuning.pairs import StoredPrompt

# Variables of a check besides those it inherits; unknown values are not set.
PROMPT, ROW_ID, SOURCE, GOLD = (f"SCRIMP_{name}" for name in ("PROMPT", "ID", "SOURCE", "GOLD"))
PROMPT_FILE = f"{PROMPT}_FILE"
_LONGEST = 100_000  # bytes of one variable; Linux takes 128 KiB

Verdict = Callable[[Dispute, DistinctAnswer, float], None]


def check_disputes(disputes: Sequence[Dispute], command: str, store: Verdict) -> None:
    """Hand on each verdict as it comes: 1 where the user's check accepts the completion, else 0.

    Raises ConfigError if the check cannot be started.
    """
    run_in_loop(_check_all(disputes, command, store))


async def _check_all(disputes: Sequence[Dispute], command: str, store: Verdict) -> None:
    if disputes:
        await try_check(command)
    slots = asyncio.Semaphore(2 * (os.cpu_count() or 1))

    async def check(dispute: Dispute) -> None:
        async with slots:
            with _environment(dispute.prompt) as env:
                for answer in dispute.answers:
                    verdict = await run_check(command, answer.output, env=env)
                    store(dispute, answer, float(verdict.passed))

    await asyncio.gather(*map(check, disputes))


@contextmanager
def _environment(prompt: StoredPrompt) -> Iterator[Mapping[str, bytes]]:
    """Yield the variables that tell a check of its prompt: text (in a file too, however long), row, right answer."""
    with run_folder() as folder:
        path = folder / "prompt"
        path.write_bytes(_encoded(prompt.text))
        known = {PROMPT: prompt.text, ROW_ID: prompt.row_id, SOURCE: prompt.source or None, GOLD: prompt.gold}
        # A NUL ends a variable; the file has it.
        encoded = {name: _encoded(value).replace(b"\0", b"") for name, value in known.items() if value is not None}
        yield {PROMPT_FILE: str(path).encode(), **{name: v for name, v in encoded.items() if len(v) <= _LONGEST}}


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")
