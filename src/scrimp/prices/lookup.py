"""Looking up a model's price row: in the user's prices, our corrections, then the table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from msgspec import Struct

from scrimp.prices.model_names import resolve
from scrimp.prices.price_lists import find_price_list, is_free
from scrimp.prices.price_row import DatedRates, PriceRow
from scrimp.prices.rates import Band, Rates
from scrimp.prices.table import PriceTable

FREE = Rates(input=Decimal(0), output=Decimal(0))


class PriceMatch(Struct, frozen=True, kw_only=True):
    """A price row, and the source and rule it was found by."""

    row: PriceRow
    rule: str
    provider: str
    model: str
    source: str
    origin: str
    mark: str | None = None
    flat: bool = False  # the price of every call, however it was processed: the user's own, or nothing


class PriceLookup:
    """Price rows of several tables; the first that has a model goes first."""

    def __init__(self, table: PriceTable, *above: PriceTable) -> None:
        """`above` are tables that correct some rows of `table`."""
        self.table = table
        self._tables = (*above, table)

    def find(self, provider: str, model: str) -> PriceMatch | None:
        """Return the price of a model by the name its provider uses; None if there is none."""
        if is_free(provider, model):
            return _flat_price(FREE, "local", provider, model)
        place = find_price_list(provider, model, lambda name, model: self.find_on_list(name, model) is not None)
        return None if place is None else self.find_on_list(*place)

    def find_on_list(self, name: str, model: str) -> PriceMatch | None:
        """Return the price of a model on one price list; None if the list does not have it."""
        lists = [(table, prices) for table in self._tables if (prices := table.provider_prices(name))]
        rule = ""
        for _, prices in lists:
            if (found := prices.find(model)) is None:
                continue
            # A table may name a row of another one: a correction is of the row, whichever name led to it.
            model, rule = found[0], rule or found[1]
            for table, rows in lists:
                if rows.has_row(model):
                    return _match(table, rows.row(model), rule, name, model)
        return None

    def models(self, provider: str | None = None) -> Iterator[tuple[str, str]]:
        """Yield the name of each price list with each of its models; only the list of `provider` if it is given."""
        place = None if provider is None else find_price_list(provider, "", lambda *_: False)
        lists = {name for table in self._tables for name in table.providers}
        for name in sorted(lists if provider is None else lists & {place[0] if place else provider}):
            on_list = [table.provider_prices(name) for table in self._tables]
            yield from ((name, model) for model in sorted({row for prices in on_list if prices for row in prices}))


def _match(table: PriceTable, row: PriceRow, rule: str, provider: str, model: str) -> PriceMatch:
    return PriceMatch(
        row=row, rule=rule, provider=provider, model=model, source=row.date or table.date,
        origin=row.source or table.source, mark=row.mark,
    )  # fmt: skip


def user_price(overrides: Mapping[str, Rates | PriceRow], provider: str, model: str) -> PriceMatch | None:
    """Return the user's price for provider/model; it applies to the model's dated snapshots too."""
    name = own_name(overrides, provider, model)
    return None if name is None else _flat_price(overrides[name], "user", provider, name[len(provider) + 1 :])


def own_name(names: Iterable[str], provider: str, model: str) -> str | None:
    """Return which of the user's names, provider/model, means a model; a dated snapshot is meant, too."""
    prefix = f"{provider.lower()}/"
    own = {name.lower().removeprefix(prefix): name for name in names if name.lower().startswith(prefix)}
    found = resolve(model, own, {})
    return None if found is None else found[0]


def _flat_price(price: Rates | PriceRow, source: str, provider: str, model: str) -> PriceMatch:
    row = price if isinstance(price, PriceRow) else PriceRow((DatedRates((Band(price),)),))
    return PriceMatch(row=row, rule=source, provider=provider, model=model, source=source, origin=source, flat=True)
