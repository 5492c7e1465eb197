"""One text, made shorter: to a level, or to as many tokens as a budget or a price allows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp import tokens
from scrimp.compress import Compressed, CompressOptions, compressed
from scrimp.errors import UsageError

if TYPE_CHECKING:
    from scrimp.compress.options import Scorer
    from scrimp.flows.services import Services
    from scrimp.prices.book import Price

CLIFF = "cliff"


class FittedText(Struct, frozen=True):
    """A compressed text, and what was aimed at to get there."""

    aim: CompressOptions
    done: Compressed


class TokenBudget(Struct, frozen=True):
    """The most tokens a text may have: a number, a share of what it has, or below a model's next dearer rate."""

    most: int | None = None
    target: float | None = None
    cliff: bool = False


def shorten(text: str, aim: CompressOptions, budget: TokenBudget | None, price: Price | None, model: str) -> FittedText:
    """Return the text at the level aimed at, or where there is a budget, changed no more than that takes."""
    if budget is None:
        return FittedText(aim, compressed(text, aim))
    from scrimp.compress.fit import fit  # noqa: PLC0415 - with a budget only

    fitted = fit(text, _limit(text, budget, price, model), aim, tokens.count)
    return FittedText(fitted.aim, fitted.done)


def _limit(text: str, budget: TokenBudget, price: Price | None, model: str) -> int:
    limits = [] if budget.most is None else [budget.most]
    if budget.target is not None:
        limits.append(int(budget.target * tokens.count(text)))
    if budget.cliff:
        limits.append(_below_cliff(tokens.count(text), price, model))
    return min(limits)


def _below_cliff(size: int, price: Price | None, model: str) -> int:
    """Return the most tokens that the cheaper rates are for: of a text beyond several cliffs, the nearest."""
    edges = sorted(band.above for band in price.bands if band.above) if price else []
    if not edges:
        raise UsageError(f"{model} costs the same for every length: name the tokens with --max-tokens N")
    return max((edge for edge in edges if edge < size), default=edges[0])


@contextmanager
def model_scorer(services: Services) -> Iterator[Scorer]:
    """Open the embedded model as a scorer beside BM25; LocalModelError where it is not installed."""
    from scrimp.compress.extract.combined_scorer import beside_words  # noqa: PLC0415 - seldom wanted: seconds a kilobyte
    from scrimp.transport.local.model_file import NAME, model_path  # noqa: PLC0415 - as above
    from scrimp.transport.local.scoring import open_model, pertinence  # noqa: PLC0415 - as above

    with open_model(model_path(services.paths.data), NAME) as model:
        yield beside_words(pertinence(model))


def price_of(model: str, services: Services) -> Price | None:
    """Return the price in force for a model a person named; None where none is known."""
    ref = services.routes.model(model)
    endpoint = services.routes.endpoints.get(ref.provider)
    return services.prices.price(
        ref.provider, ref.model, services.clock(), price_provider=endpoint.price_provider if endpoint else None
    )


def dollars(price: Price | None, sizes: Sequence[int]) -> list[Decimal] | None:
    """Return what so many tokens cost to be read, each number for itself: a longer text may have a dearer rate."""
    rates = [price.rates_for(size).input for size in sizes] if price else [None]
    if any(rate is None for rate in rates):
        return None
    return [size * rate / 1_000_000 for size, rate in zip(sizes, rates, strict=True) if rate is not None]
