"""The data of the genai-prices package where it is installed, in the form in which genai-prices publishes it."""

from __future__ import annotations

import dataclasses
from datetime import date, time
from decimal import Decimal

from scrimp.errors import ConfigError

_NOT_PRICES = frozenset(("extractors", "model_match", "provider_match"))


def package_data() -> tuple[object, str]:
    """Return the package's data and version; ConfigError if it is not installed."""
    try:
        from importlib.metadata import version

        from genai_prices.data import providers  # an optional package, 0.3 s
    except ImportError as error:
        raise ConfigError(
            "the package genai-prices is not installed here: install it where scrimp is, or name a file of its data"
        ) from error
    return _raw(providers), version("genai-prices")


def _raw(value: object) -> object:
    """Return a value as it is in the published JSON: a dataclass, or an object with prices, as an object."""
    if isinstance(value, list | tuple):
        return [_raw(part) for part in value]
    if isinstance(value, dict):
        return {key: _raw(part) for key, part in value.items()}
    if isinstance(value, date | time):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float | Decimal):
        return value
    fields = (
        {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.name not in _NOT_PRICES}
        if dataclasses.is_dataclass(value)
        else vars(value)
    )
    return {name.rstrip("_"): _raw(part) for name, part in fields.items() if part is not None}
