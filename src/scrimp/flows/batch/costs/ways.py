"""What work would cost live, in batches and at cheaper hours, side by side: no key and no network."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.flows.estimates.routed_cost import routed_cost
from scrimp.providers.batches import batch_flow
from scrimp.values import ModelRef

if TYPE_CHECKING:
    from scrimp.flows.estimates.estimate import Workload
    from scrimp.flows.estimates.quotes import Quotes
    from scrimp.flows.services import Services


class Ways(Struct, frozen=True, kw_only=True):
    """Dollars by when and how calls are made; None if a price is unknown, or that way is not open."""

    live: Decimal | None
    batch: Decimal | None = None
    off_peak: Decimal | None = None
    off_peak_from: float | None = None  # seconds since the epoch
    off_peak_by: float | None = None  # when it costs more again

    @property
    def least(self) -> Decimal | None:
        """What they cost where there is no hurry."""
        known = [cost for cost in (self.batch, self.off_peak, self.live) if cost is not None]
        return min(known, default=None)


class WaysToBuy:
    """Prices the ways for one workload."""

    def __init__(self, work: Workload, quotes: Quotes, services: Services) -> None:
        self._work, self._quotes, self._services = work, quotes, services
        self._now = services.clock()

    def of(self, model: ModelRef) -> Ways:
        """Return the ways of making all calls at one model."""
        return self._of_all(model, "expected")

    def as_routed(self) -> Ways | None:
        """Return the ways where each prompt goes; a model without one of them is called live. None if unknown."""
        hours = list[Ways]()

        def least(model: ModelRef, length: str) -> Ways:
            one = self._of_all(model, length)
            if length == "expected" and one.off_peak is not None:
                hours.append(one)
            return one

        def cost(way: str) -> Decimal | None:
            def of_model(model: ModelRef, length: str) -> Decimal | None:
                one = least(model, length)
                chosen: Decimal | None = getattr(one, way)
                total = one.live if chosen is None else chosen
                return None if total is None else total / (self._work.calls or 1)

            routed = routed_cost(self._work.routed, self._services.routes, of_model, self._quotes.shares)
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

    def _of_all(self, model: ModelRef, length: str) -> Ways:
        services, output = self._services, getattr(self._quotes.output(model), length)
        place = services.place_of(model) or model
        hours = services.prices.cheap_hours(place.provider, place.model, self._now)
        flow = batch_flow(services.routes.endpoints[model.provider])
        takes = flow is not None and flow.refuses(model.model) is None
        cheaper = None if hours is None else max(hours.begin, self._now)
        return Ways(
            live=self._quotes.cost_kept(model, output),
            batch=self._quotes.cost_kept(model, output, batch=True) if takes else None,
            off_peak=None if cheaper is None else self._quotes.cost_kept(model, output, when=cheaper),
            off_peak_from=None if hours is None else hours.begin, off_peak_by=None if hours is None else hours.end,
        )  # fmt: skip
