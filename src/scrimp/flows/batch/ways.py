"""What work would cost live, in batches and at cheaper hours, side by side: no key and no network."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.enums import Effort
from scrimp.flows.estimate import as_before, average_call
from scrimp.flows.routed_cost import routed_cost
from scrimp.flows.spend.billed_before import BilledBefore
from scrimp.providers.batches import batch_flow
from scrimp.values import ModelRef, Usage

if TYPE_CHECKING:
    from scrimp.flows.estimate import Workload
    from scrimp.flows.plan.expected.output_tokens import OutputTokens
    from scrimp.flows.services import Services


class Ways(Struct, frozen=True, kw_only=True):
    """Dollars by when and how calls are made; None where a price is unknown, or that way is not open."""

    live: Decimal | None
    batch: Decimal | None = None
    off_peak: Decimal | None = None
    off_peak_from: float | None = None  # seconds since the epoch
    off_peak_by: float | None = None  # when it costs more again

    @property
    def least(self) -> Decimal | None:
        """What they cost where nobody is in a hurry."""
        known = [cost for cost in (self.batch, self.off_peak, self.live) if cost is not None]
        return min(known, default=None)


class WaysToBuy:
    """Prices the ways for one workload."""

    def __init__(self, work: Workload, size: OutputTokens, services: Services, asked: Effort | None) -> None:
        """`asked` is the effort of the run; completions are as long as before, where the ledger has such calls."""
        self._work, self._size, self._services = work, size, services
        self._before = BilledBefore(services.paths.ledger_db, work.tasks, services.routes.endpoints, asked)
        self._now = services.clock()

    def of(self, model: ModelRef) -> Ways:
        """Return the ways of making all calls at one model."""
        calls = self._work.calls
        one = self._of_one(model, as_before(self._size, self._before.of(model)).expected)
        return Ways(
            live=_times(one.live, calls), batch=_times(one.batch, calls), off_peak=_times(one.off_peak, calls),
            off_peak_from=one.off_peak_from, off_peak_by=one.off_peak_by,
        )  # fmt: skip

    def as_routed(self) -> Ways | None:
        """Return the ways where each prompt goes; a model without one of them is called live. None where unknown."""
        hours = list[Ways]()

        def least(model: ModelRef, length: str) -> Ways:
            one = self._of_one(model, getattr(as_before(self._size, self._before.of(model)), length))
            if length == "expected" and one.off_peak is not None:
                hours.append(one)
            return one

        def cost(way: str) -> Decimal | None:
            def of_model(model: ModelRef, length: str) -> Decimal | None:
                one = least(model, length)
                chosen: Decimal | None = getattr(one, way)
                return one.live if chosen is None else chosen

            routed = routed_cost(self._work.routed, self._services.routes, of_model)
            return None if routed is None else routed.expected

        live = cost("live")
        if live is None:
            return None
        waits = min(hours, key=lambda one: one.off_peak_from or 0.0, default=None)
        return Ways(
            live=live, batch=batch if (batch := cost("batch")) != live else None,
            off_peak=None if waits is None else cost("off_peak"),
            off_peak_from=None if waits is None else waits.off_peak_from,
            off_peak_by=None if waits is None else waits.off_peak_by,
        )  # fmt: skip

    def _of_one(self, model: ModelRef, output: int) -> Ways:
        services, usage = self._services, average_call(self._work, self._services, model, output)
        place = services.place_of(model, usage) or model
        hours = services.prices.cheap_hours(place.provider, place.model, self._now)
        flow = batch_flow(services.routes.endpoints[model.provider])
        takes = flow is not None and flow.refuses(model.model) is None
        return Ways(
            live=self._cost(place, usage, self._now),
            batch=self._cost(model, usage, self._now, batch=True) if takes else None,
            off_peak=None if hours is None else self._cost(place, usage, max(hours.begin, self._now)),
            off_peak_from=None if hours is None else hours.begin, off_peak_by=None if hours is None else hours.end,
        )  # fmt: skip

    def _cost(self, model: ModelRef, usage: Usage, when: float, *, batch: bool = False) -> Decimal | None:
        return self._services.prices.cost_of(
            provider=model.provider, model=model.model, usage=usage, when=when, batch=batch
        ).dollars


def _times(cost: Decimal | None, calls: int) -> Decimal | None:
    return None if cost is None else cost * calls
