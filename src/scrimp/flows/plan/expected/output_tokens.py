"""How many tokens a completion is expected to have: as many as those of the same task had, else a stated prior."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp import tokens
from scrimp.config.resolved.arms import effort_sent
from scrimp.enums import Effort
from scrimp.errors import StoreError
from scrimp.providers.endpoint import Endpoint
from scrimp.values import ModelRef

if TYPE_CHECKING:
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.store.ledger_queries.billed_calls import BilledCalls

# Output tokens of a completion where nothing better is known: a label, a paragraph, a page.
_LOW, _EXPECTED, _HIGH = 20, 200, 1000
# Calls whose mean may decide where a row goes: one long completion alone is not a reason.
ENOUGH_CALLS = 5
_UNREAD = -1


class OutputTokens(Struct, frozen=True):
    """Output tokens of a completion: low, expected, high."""

    low: int = _LOW
    expected: int = _EXPECTED
    high: int = _HIGH


def output_tokens(options: RunOptions) -> OutputTokens:
    """Return the assumed length of completions, from the labels or the cap."""
    parameters = options.parameters
    if parameters.choices:
        longest = max(tokens.estimate(label) for label in parameters.choices)
        return OutputTokens(longest, longest + 1, longest + 4)
    cap = parameters.max_output
    if cap is None:
        return OutputTokens()
    return OutputTokens(min(_LOW, cap), min(_EXPECTED, cap), cap)


class OutputHistory:
    """What calls of each task wrote before, hidden thought included; the ledger is read once for each model."""

    def __init__(
        self, ledger: Path, endpoints: Mapping[str, Endpoint], asked: Effort | None, *, until: float, enough: int = 1
    ) -> None:  # fmt: skip
        """`asked` is the effort that the run asks for; calls since `until` (seconds since the epoch) do not count.

        The mean of fewer calls than are `enough` is not used.
        """
        self._ledger, self._endpoints, self._asked, self._until = ledger, endpoints, asked, until
        self._enough = enough
        self._known: dict[tuple[ModelRef, str], int | None] = {}
        self._means: dict[str, dict[tuple[str | None, Effort | None], BilledCalls]] = {}

    def of(self, model: ModelRef, task: str) -> int | None:
        """Return the mean tokens of a completion of a task by a model at its effort; None without enough calls."""
        known = self._known.get((model, task), _UNREAD)
        if known != _UNREAD:
            return known
        name = model.without_arm
        if name not in self._means:
            self._means[name] = self._read(name)
        effort = effort_sent(model, self._asked, self._endpoints[model.provider])
        calls = self._means[name].get((task, effort))
        mean = None if calls is None or calls.calls < self._enough else calls.output_of_one
        self._known[model, task] = mean
        return mean

    def _read(self, name: str) -> dict[tuple[str | None, Effort | None], BilledCalls]:
        from scrimp.store.ledger_queries.billed_calls import billed_by_task  # only a row that is not cached needs it

        means: dict[tuple[str | None, Effort | None], BilledCalls] = {}
        try:
            found = billed_by_task(self._ledger, name, until=self._until)
        except StoreError:
            return {}  # an expectation needs no ledger
        for calls in found:
            known = means.get((calls.task, calls.effort))
            means[calls.task, calls.effort] = calls if known is None else known.with_those_of(calls)
        return means
