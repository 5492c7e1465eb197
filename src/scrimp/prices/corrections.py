"""Which of our corrections still hold over a table that is newer than the shipped one."""

from __future__ import annotations

import msgspec

from scrimp.prices.table import PriceTable, ProviderPrices, ProviderPricesFile, encoded_providers


def still_holding(corrections: PriceTable, shipped: PriceTable, newer: PriceTable) -> PriceTable:
    """Return the corrections of what the newer table says just as the shipped one does, or does not say at all.

    A correction was made for a row as it was: if its list has changed that row since, the list wins.
    """
    kept = {
        name: _holding(prices, shipped.provider_prices(name), newer.provider_prices(name))
        for name in corrections.providers
        if (prices := corrections.provider_prices(name)) is not None
    }
    return corrections.with_providers(encoded_providers(kept))


def _holding(
    corrections: ProviderPrices, shipped: ProviderPrices | None, newer: ProviderPrices | None
) -> ProviderPricesFile:
    if newer is None:
        return corrections.file
    file = corrections.file
    same_rows = {
        row: raw
        for row, raw in file.rows.items()
        if not newer.has_row(row) or (shipped is not None and newer.raw_row(row) == shipped.raw_row(row))
    }
    same_names = {
        name: row
        for name, row in file.names.items()
        if newer.find(name) is None or (shipped is not None and newer.find(name) == shipped.find(name))
    }
    return msgspec.structs.replace(file, rows=same_rows, names=same_names)
