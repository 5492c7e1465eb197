"""Compress one text: to a level, or to the tokens that a budget or a price allows."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scrimp import tokens
from scrimp.compress import CompressedText, CompressOptions, compress_with
from scrimp.compress.keep_tags import without_keep_tags
from scrimp.errors import UsageError

if TYPE_CHECKING:
    from scrimp.flows.services import Services
    from scrimp.prices.book import Price

CLIFF = "cliff"


class FittedText(Struct, frozen=True):
    """A compressed text and the options that made it."""

    options: CompressOptions
    compressed: CompressedText


class TokenBudget(Struct, frozen=True):
    """The most tokens a text may have: a number, a share of its own, or below the next higher rate of a model."""

    max_tokens: int | None = None
    target: float | None = None
    cliff: bool = False


def shorten(
    text: str, options: CompressOptions, budget: TokenBudget | None, price: Price | None, model: str
) -> FittedText:
    """Return the text at the requested level or, with a budget, changed no more than the budget requires.

    The result is as a run would send it: without the tags around what is kept.
    """
    if budget is None:
        return _as_sent(options, compress_with(text, options))
    from scrimp.flows.previews.token_fit import fit  # with a budget only

    limit = _limit(without_keep_tags(text), budget, price, model)
    fitted = fit(text, limit, options, lambda text: tokens.count(without_keep_tags(text)))
    return _as_sent(fitted.options, fitted.compressed)


def _as_sent(options: CompressOptions, compressed: CompressedText) -> FittedText:
    return FittedText(options, replace(compressed, text=without_keep_tags(compressed.text)))


def _limit(text: str, budget: TokenBudget, price: Price | None, model: str) -> int:
    limits = [] if budget.max_tokens is None else [budget.max_tokens]
    if budget.target is not None:
        limits.append(int(budget.target * tokens.count(text)))
    if budget.cliff:
        limits.append(_below_cliff(tokens.count(text), price, model))
    return min(limits)


def _below_cliff(size: int, price: Price | None, model: str) -> int:
    """Return the most tokens still billed at a lower rate; above several cliffs, the nearest below the size counts."""
    cliffs = sorted(band.above for band in price.bands if band.above) if price else []
    if not cliffs:
        raise UsageError(f"{model} has one rate for every length: give a number with --max-tokens N")
    return max((cliff for cliff in cliffs if cliff < size), default=cliffs[0])


def price_of(model: str, services: Services) -> Price | None:
    """Return the price in force for a model by name, or None if none is known."""
    ref = services.routes.model(model)
    return services.prices.price(ref.provider, ref.model, services.clock())


def dollars(price: Price | None, sizes: Sequence[int]) -> list[Decimal] | None:
    """Return the input cost of each size in tokens; a longer text may have a higher rate. None without a price."""
    rates = [price.rates_for(size).input for size in sizes] if price else [None]
    if any(rate is None for rate in rates):
        return None
    return [size * rate / 1_000_000 for size, rate in zip(sizes, rates, strict=True) if rate is not None]
