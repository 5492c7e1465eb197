"""What a command can hook into a run, besides the sink that takes its outcomes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrimp.flows.answer.calls.step_caller import StepCaller
    from scrimp.flows.answer.calls_steps import CallsSteps
    from scrimp.values import Entry

    WrapCaller = Callable[[StepCaller], CallsSteps]


class RunHooks(Struct, frozen=True, kw_only=True):
    """Functions that the run calls; None if the command has nothing to do."""

    wrap_caller: WrapCaller | None = None  # looks for replies in batches before it calls a model live
    show: Callable[[str], None] | None = None  # gets a streamed completion piece by piece
    paid_without_row: Callable[[Entry], None] | None = None  # gets what no row caused, such as storing a prefix


NO_HOOKS = RunHooks()
