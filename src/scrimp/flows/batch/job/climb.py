"""The pass that makes the live calls of lower steps, so that batches can take the higher ones; it makes no rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.flows import live
from scrimp.flows.batch.calls.climbing_caller import ClimbingCaller
from scrimp.flows.batch.job.spent import spent_in_batches

if TYPE_CHECKING:
    from scrimp.flows.answer.calls.step_caller import StepCaller
    from scrimp.flows.batch.job.session import JobSession
    from scrimp.values import Prompt


def climb(session: JobSession, open_prompts: Callable[[], Iterator[Prompt]]) -> bool:
    """Make these live calls; return whether any was made."""
    callers, spent = list[ClimbingCaller](), spent_in_batches(session, open_prompts)

    def wrap(inner: StepCaller) -> ClimbingCaller:
        inner.guards.count_spent(*spent)
        callers.append(
            ClimbingCaller(
                session.context, inner, queues=session.queues(), patient=session.waits_for_calls,
                concurrency=session.options.concurrency,
            )
        )  # fmt: skip
        return callers[-1]

    stop = live.run(
        open_prompts(), session.options, session.services, lambda _: None, one_by_one=False,
        hooks=replace(session.hooks, wrap_caller=wrap),
    )  # fmt: skip
    return stop is None and any(caller.steps.made for caller in callers)
