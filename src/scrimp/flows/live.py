"""The live flow: what the cache knows comes at once, in this thread; at the first miss the engine takes over.

The cached path is plain code on purpose: a run that is answered from the cache starts no event loop and imports no
HTTP client, no tokenizer and no price table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from scrimp.flows.engine.run_stop import PIPE, RunStop
from scrimp.flows.plan.groups import groups
from scrimp.values import Failed, Failure, Outcome, Prompt

if TYPE_CHECKING:
    from scrimp.flows.plan.planner import PlannedRow
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.services import Services

Sink = Callable[[Sequence[Outcome]], None]


def run(prompts: Iterator[Prompt], asked: RunOptions, services: Services, sink: Sink, *, live: bool) -> RunStop | None:
    """Hand the outcome of every prompt to `sink`; return why the run stopped early, None if it did not.

    `live` says that prompts come from a pipe, one by one. Raises what the reader raises, after the rows before it.
    """
    planner, recall = services.planner(asked), services.recall(asked)
    grouped = groups(prompts, live=live)
    for group in grouped:
        works = [planner.work(prompt) for prompt in group]
        known = recall.known(works)
        if len(known) < len(works) and asked.cache != "only":
            from scrimp.flows.engine.engine import drive  # noqa: PLC0415 - the event loop starts only when there is a call to make

            return drive(chain([group], grouped), asked, services, planner, recall, sink)
        try:
            sink([known.get(place) or _missed(work) for place, work in enumerate(works)])
        except BrokenPipeError:
            return PIPE
    return None


def _missed(work: PlannedRow) -> Failed:
    failure = Failure(
        kind="budget", message="not in the cache: run without `--cache only` to have it answered", sent=False
    )
    return Failed(prompt=work.prompt, failure=failure, status="skipped", cache="miss")
