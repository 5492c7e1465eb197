"""Where the models of a step are called: at providers with a key, in the order of what a row costs there."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import TYPE_CHECKING

from scrimp.values import ModelRef, Step

if TYPE_CHECKING:
    from scrimp.enums import Effort
    from scrimp.flows.answer.provider_caches.provider_caching import ProviderCaching
    from scrimp.flows.buying.offers import Offers
    from scrimp.flows.plan.planned_row import PlannedRow


class StepPlaces:
    """Knows where each model of a step can be called."""

    def __init__(self, available: Collection[str], offers: Offers | None, caching: ProviderCaching) -> None:
        """`available` are the providers that can be called; `offers` knows where else a model is sold."""
        self._available, self._offers, self._caching = available, offers, caching

    def of(self, step: Step, row: PlannedRow | None, *, batch: bool) -> list[ModelRef]:
        """Return the models of a step that can be called, each where it costs least for this row, then elsewhere."""
        offers = self._offers
        if offers is None or all(model.buy == "named" for model in step.candidates):
            return [model for model in step.candidates if model.provider in self._available]
        found: dict[tuple[str, str, Effort | None], ModelRef] = {}
        for model in step.candidates:
            for place in self._bought(model, row, batch=batch):
                found.setdefault((place.provider, place.model, place.arm), place)
        return list(found.values())

    def _bought(self, model: ModelRef, row: PlannedRow | None, *, batch: bool) -> list[ModelRef]:
        """Return where a model is bought for a row; its cost there counts what the provider's cache saves."""
        offers, caching = self._offers, self._caching
        if offers is None or row is None:
            return [] if offers is None else offers.places(model)
        if batch:
            return offers.in_order(model, bytes_of(row), batch=batch)

        def saving(place: ModelRef) -> Decimal:
            return caching.expected_saving(row, place.provider, place.model, named=(model.provider, model.model))

        return offers.in_order(model, bytes_of(row), saving=saving)


def bytes_of(row: PlannedRow) -> int:
    """Return roughly how many bytes of prompt are sent."""
    return sum(len(text) for text in (row.text, row.system or "", *(turn.content for turn in row.sent.history)))
