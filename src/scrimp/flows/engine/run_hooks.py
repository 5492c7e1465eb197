"""What a command hooks into a run beside the sink of its outcomes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrimp.flows.answer.calls.step_caller import Batched
    from scrimp.values import Entry


class RunHooks(Struct, frozen=True, kw_only=True):
    """Each is called by the run; None where the command has nothing to do there."""

    batched: Batched | None = None  # puts batches before live calls
    show: Callable[[str], None] | None = None  # gets a completion in pieces as they come, where options stream it
    paid_beside: Callable[[Entry], None] | None = None  # gets what no row's call cost, such as contents that are stored


NO_HOOKS = RunHooks()
