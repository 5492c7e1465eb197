"""What calls of the same tasks were billed before, by model and effort: what a list of prices cannot say."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from msgspec.structs import replace

from scrimp.config.resolved.arms import effort_sent
from scrimp.enums import Effort
from scrimp.errors import StoreError
from scrimp.providers.endpoint import Endpoint
from scrimp.store.billed_calls import BilledCalls, billed_for_tasks
from scrimp.values import ModelRef


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
            self._calls[key] = calls if known is None else _together(known, calls)

    def of(self, model: ModelRef) -> BilledCalls | None:
        """Return the calls of a model at the effort that it would be asked for; None where there were none."""
        return self._calls.get((model.without_arm, effort_sent(model, self._asked, self._endpoints[model.provider])))


def _billed(ledger: Path, tasks: Collection[str]) -> list[BilledCalls]:
    try:
        return billed_for_tasks(ledger, tasks) if tasks else []
    except StoreError:
        return []  # an estimate needs no ledger


def _together(one: BilledCalls, other: BilledCalls) -> BilledCalls:
    """Return the calls of two steps as one."""
    cost = None if one.cost is None or other.cost is None else one.cost + other.cost
    return replace(
        one, calls=one.calls + other.calls, input=one.input + other.input, output=one.output + other.output, cost=cost
    )
