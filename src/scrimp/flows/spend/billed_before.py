"""What earlier calls of the same tasks were billed, by model and effort: what no price list knows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from scrimp.config.resolved.arms import effort_sent
from scrimp.enums import Effort
from scrimp.errors import StoreError
from scrimp.prices.model_names import without_effort
from scrimp.providers.endpoint import Endpoint
from scrimp.store.ledger_queries.billed_calls import BilledCalls, billed_by_task, billed_for_tasks
from scrimp.values import ModelRef

_MIN_CALLS = 10  # the fewest calls whose mean is used


class BilledBefore:
    """The calls of some tasks, as the ledger has them."""

    def __init__(
        self, ledger: Path, tasks: Collection[str], endpoints: Mapping[str, Endpoint], asked: Effort | None
    ) -> None:
        """`tasks` are signatures, `asked` is the effort that the run asks for."""
        self._endpoints, self._asked = endpoints, asked
        self._calls: dict[tuple[str, Effort | None], BilledCalls] = {}
        for calls in _billed(ledger, tasks):
            key = calls.model, calls.effort
            known = self._calls.get(key)
            self._calls[key] = calls if known is None else known.with_those_of(calls)

    def of(self, model: ModelRef) -> BilledCalls | None:
        """Return the calls of a model at the effort that it would be asked for; None if there were none."""
        return self.at(model.without_arm, effort_sent(model, self._asked, self._endpoints[model.provider]))

    def at(self, model: str, effort: Effort | None) -> BilledCalls | None:
        """Return the calls of provider/model at the effort that was sent; None if there were none."""
        return self._calls.get((model, effort))


class BaselineBefore:
    """Output tokens of a baseline with an effort on a task, from earlier calls: other efforts say little about it."""

    def __init__(self, ledger: Path) -> None:
        self._ledger = ledger
        self._output: dict[str, dict[str | None, int]] = {}  # mean output tokens of a call, by baseline and task

    def output(self, baseline: str, task: str | None) -> int | None:
        """Return the mean tokens out, hidden reasoning included; None without an effort, or without enough calls.

        `baseline` is provider/model@effort; the ledger is read once for each.
        """
        model = without_effort(baseline)
        if model == baseline:
            return None
        if baseline not in self._output:
            self._output[baseline] = self._means(baseline, model)
        return self._output[baseline].get(task)

    def _means(self, baseline: str, model: str) -> dict[str | None, int]:
        effort = baseline.removeprefix(f"{model}@")
        try:  # a recording's models are called by their whole names
            found = [each for each in billed_by_task(self._ledger, model) if each.effort == effort]
            found = found or billed_by_task(self._ledger, baseline)
        except StoreError:
            return {}
        tasks: dict[str | None, BilledCalls] = {}
        for calls in found:
            known = tasks.get(calls.task)
            tasks[calls.task] = calls if known is None else known.with_those_of(calls)
        return {task: calls.output_of_one for task, calls in tasks.items() if calls.calls >= _MIN_CALLS}


def _billed(ledger: Path, tasks: Collection[str]) -> list[BilledCalls]:
    try:
        return billed_for_tasks(ledger, tasks) if tasks else []
    except StoreError:
        return []  # an estimate needs no ledger
