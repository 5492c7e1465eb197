"""The prices that the user set with `scrimp prices set`, in a file of their own."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from scrimp.errors import ConfigError
from scrimp.prices.price_row import DatedRates, PriceRow, Variant
from scrimp.prices.rates import Band, Rates


class OwnPrice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a model costs by the user's word, and the day it was set."""

    rates: Rates
    batch: Rates | None = None
    day: str = ""

    @property
    def row(self) -> PriceRow:
        """The price as a row of a table."""
        variants = () if self.batch is None else (Variant({"processing": "batch"}, (Band(self.batch),)),)
        return PriceRow((DatedRates((Band(self.rates),)),), variants)


def read_own_prices(path: Path) -> dict[str, OwnPrice]:
    """Return the prices by provider/model; none where there is no file. ConfigError where it cannot be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, OwnPrice])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"the prices in {path} cannot be read ({error}): delete it, and set them again with `scrimp prices set`"
        ) from error
