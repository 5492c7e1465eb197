"""Recognizing a price list by its content, and making a table of it."""

from __future__ import annotations

import zlib

import msgspec

from scrimp.errors import ConfigError
from scrimp.prices.sources import genai_prices, litellm
from scrimp.prices.sources.problem import SourceError
from scrimp.prices.table import FORMAT_VERSIONS, PriceTableFile, decompress, encoded_providers

_LITELLM_MARK = "litellm_provider"


def table_of(data: bytes, *, origin: str, day: str) -> PriceTableFile:
    """Return the table in a file: one of scrimp's, genai-prices' data or LiteLLM's table, plain or gzipped.

    `day` dates the last two, which do not say when they were made. ConfigError for anything else.
    """
    try:
        text = decompress(data)
        return _own_table(text) or from_tree(msgspec.json.decode(text), origin=origin, day=day)
    except SourceError as error:
        raise ConfigError(f"the price list {origin} cannot be read: {error}") from error
    except RecursionError as error:
        raise ConfigError(f"the price list {origin} cannot be read: it is nested too deeply") from error
    except (ValueError, OSError, zlib.error, msgspec.DecodeError) as error:
        raise ConfigError(f"the price list {origin} is not JSON ({error}): name a table of prices") from error


def from_tree(tree: object, *, origin: str, day: str) -> PriceTableFile:
    """Return the table in parsed JSON; raise SourceError for an unknown format."""
    is_litellm = isinstance(tree, dict) and any(
        isinstance(entry, dict) and _LITELLM_MARK in entry for entry in tree.values()
    )
    if not is_litellm and not isinstance(tree, list) and not (isinstance(tree, dict) and "providers" in tree):
        raise SourceError("it is not a table of scrimp's, genai-prices' data or LiteLLM's table")
    providers = (litellm if is_litellm else genai_prices).providers_of(tree)
    if not providers:
        raise SourceError("it has no prices")
    name = "LiteLLM" if is_litellm else "genai-prices"
    return PriceTableFile(
        date=day, source=f"{name}, {origin}", license="MIT", providers=encoded_providers(providers),
        format_version=FORMAT_VERSIONS[-1],
    )  # fmt: skip


def _own_table(text: bytes) -> PriceTableFile | None:
    try:
        return msgspec.json.decode(text, type=PriceTableFile)
    except msgspec.ValidationError:
        return None
