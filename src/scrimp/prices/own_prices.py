"""The prices that the user set with `scrimp prices set`, in a file of their own."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from scrimp.errors import ConfigError
from scrimp.prices.price_row import BATCH, DatedRates, PriceRow, Variant
from scrimp.prices.rates import Band, Rates, merge


class OwnPrice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a model costs by the user's word, and the day it was set."""

    rates: Rates = Rates()
    batch: Rates | None = None
    tiers: dict[str, Rates] = {}  # rates by the service tier of the reply
    above: dict[str, Rates] = {}  # rates above a number of input tokens: "200000"
    batch_discount: str | None = None  # on the price of live calls, the user's or the table's
    day: str = ""

    @property
    def priced(self) -> bool:
        """Whether it says what live calls cost."""
        return self.rates != Rates()

    @property
    def row(self) -> PriceRow:
        """The price as a row of a table."""
        long = sorted((int(edge), rates) for edge, rates in self.above.items())
        bands = (Band(self.rates), *(Band(merge(self.rates, rates), edge) for edge, rates in long))
        variants = tuple(Variant({"service_tier": tier}, (Band(rates),)) for tier, rates in sorted(self.tiers.items()))
        if self.batch is not None:
            variants += (Variant(BATCH, (Band(self.batch),)),)
        return PriceRow((DatedRates(bands),), variants)


def read_own_prices(path: Path) -> dict[str, OwnPrice]:
    """Return the prices by provider/model; none if there is no file. ConfigError if it cannot be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, OwnPrice])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"the prices in {path} cannot be read ({error}): delete it, and set them again with `scrimp prices set`"
        ) from error
