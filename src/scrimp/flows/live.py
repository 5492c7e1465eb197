"""The live flow: rows in the cache are answered at once, in this thread; at the first miss the engine takes over.

The cached path is plain code on purpose: a run that is answered from the cache starts no event loop and imports no
HTTP client, no tokenizer and no price table.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scrimp.flows.engine.run_hooks import NO_HOOKS, RunHooks
from scrimp.flows.engine.stops.run_stop import PIPE, RunStop
from scrimp.flows.plan.groups import groups, planned
from scrimp.flows.planning import open_planner
from scrimp.values import Failed, Failure, OutcomeSink, Prompt

if TYPE_CHECKING:
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.services import Services


def run(
    prompts: Iterator[Prompt], options: RunOptions, services: Services, sink: OutcomeSink, *, one_by_one: bool,
    hooks: RunHooks = NO_HOOKS,
) -> RunStop | None:  # fmt: skip
    """Hand the outcome of every prompt to `sink`; return why the run stopped early, None if it did not.

    `one_by_one` says that prompts come one by one from a pipe. Raises what the reader raises, after the rows before it.
    """
    return run_groups(groups(prompts, one_by_one=one_by_one), options, services, sink, hooks)


def run_groups(
    unplanned: Iterator[list[Prompt]], options: RunOptions, services: Services, sink: OutcomeSink,
    hooks: RunHooks = NO_HOOKS,
) -> RunStop | None:  # fmt: skip
    """Do the same with prompts that come in groups; the rows of one begin without waiting for the next."""
    planner, lookup = open_planner(options, services), services.cache_lookup(options)
    for prompts_of_group in unplanned:
        group = planned(prompts_of_group, planner, lookup)
        if len(group.cached) < len(group.rows) and options.cache != "only":
            from scrimp.flows.engine.event_loop import drive  # an event loop only where there is a call to make

            return drive(group, unplanned, options, services, planner, lookup, sink, hooks)
        try:
            sink([group.cached.get(place) or _missed(row) for place, row in enumerate(group.rows)])
        except BrokenPipeError:
            return PIPE
    return None


def _missed(row: PlannedRow) -> Failed:
    if row.prompt.defect:
        from scrimp.flows.answer.row_failure import nothing_to_ask  # few rows have nothing to ask

        return nothing_to_ask(row, "miss")
    failure = Failure(
        kind="budget", message="not in the cache: run without `--cache only` to have it answered", sent=False
    )
    return Failed(prompt=row.prompt, failure=failure, status="skipped", cache="miss")
