"""Where a model's row is found: in the user's prices, our corrections or the table, in this order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from msgspec import Struct

from scrimp.prices.model_names import resolve
from scrimp.prices.price_lists import is_free, price_list
from scrimp.prices.price_row import DatedRates, PriceRow
from scrimp.prices.rates import Band, Rates
from scrimp.prices.table import CORRECTIONS, PriceTable, read

FREE = Rates(input=Decimal(0), output=Decimal(0))


class FoundPrice(Struct, frozen=True, kw_only=True):
    """A row, and everything that says why it is this one."""

    row: PriceRow
    rule: str
    provider: str
    model: str
    source: str
    origin: str
    mark: str | None = None


class PriceLookup:
    """Our corrections laid over a table."""

    def __init__(self, table: PriceTable) -> None:
        self.table = table
        self._layers = (read(CORRECTIONS), table)

    def find(self, seller: str, model: str) -> FoundPrice | None:
        """Return the row for a model as a provider calls it."""
        if is_free(seller, model):
            return _flat(FREE, "local", seller, model)
        place = price_list(seller, model, lambda name, wanted: self.on_list(name, wanted) is not None)
        return None if place is None else self.on_list(*place)

    def on_list(self, name: str, model: str) -> FoundPrice | None:
        """Return the row for a model on one price list."""
        for layer in self._layers:
            shelf = layer.shelf(name)
            hit = None if shelf is None else shelf.find(model)
            if shelf is not None and hit is not None:
                row = shelf.row(hit[0])
                return FoundPrice(
                    row=row,
                    rule=hit[1],
                    provider=name,
                    model=hit[0],
                    source=row.date or layer.date,
                    origin=row.source or layer.source,
                    mark=row.mark,
                )
        return None

    def rows(self, seller: str | None) -> Iterator[tuple[str, str]]:
        """Yield the name of each price list with each of its models; of one seller's list alone, where it is named."""
        place = None if seller is None else price_list(seller, "", lambda *_: False)
        lists = {name for layer in self._layers for name in layer.providers}
        for name in sorted(lists if seller is None else lists & {place[0] if place else seller}):
            shelves = [layer.shelf(name) for layer in self._layers]
            yield from ((name, model) for model in sorted({row for shelf in shelves if shelf for row in shelf}))


def users_own(overrides: Mapping[str, Rates], provider: str, model: str) -> FoundPrice | None:
    """Return the price the user gave for provider/model; it is meant for the model's dated snapshots too."""
    prefix = f"{provider.lower()}/"
    own = {name.lower().removeprefix(prefix): name for name in overrides if name.lower().startswith(prefix)}
    hit = resolve(model, own, {})
    return None if hit is None else _flat(overrides[hit[0]], "user", provider, hit[0][len(prefix) :])


def _flat(rates: Rates, word: str, provider: str, model: str) -> FoundPrice:
    row = PriceRow((DatedRates((Band(rates),)),))
    return FoundPrice(row=row, rule=word, provider=provider, model=model, source=word, origin=word)
