"""What is wrong with the prices of models in use, and the next move for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

from scrimp.prices.rates import rates_for
from scrimp.units import pluralize

if TYPE_CHECKING:
    from scrimp.flows.buying.provider_credits import ProviderCredits
    from scrimp.flows.prices.models_in_use import ModelInUse
    from scrimp.prices.book import PriceBook
    from scrimp.prices.dated_changes import DatedChange
    from scrimp.prices.own_prices import OwnPrice
    from scrimp.prices.rates import Band, Rates

FindingKind: TypeAlias = Literal["unpriced", "stale", "change", "outdated", "credit"]
# A table is made every month or so, and vendors change a price every few weeks.
STALE_DAYS = 45
# How far ahead a dated change is told of: a month's work can still be moved.
AHEAD_DAYS = 30


class PriceFinding(Struct, frozen=True, kw_only=True):
    """One thing amiss: which model it is of, what it is, and what to do."""

    kind: FindingKind
    message: str
    next_move: str
    model: str | None = None  # provider/model; None: of the table, or a provider
    provider: str | None = None  # the provider whose credit it is


def price_findings(
    models: Sequence[ModelInUse], book: PriceBook, own: Mapping[str, OwnPrice], now: float,
    granted: ProviderCredits | None = None,
) -> list[PriceFinding]:  # fmt: skip
    """Return the findings, unknown prices first; `granted` are the credits with providers."""
    unpriced = [_unpriced(each) for each in models if book.price(each.provider, each.model, now) is None]
    changes = [
        _changes(each, change)
        for each in models
        if (change := book.next_change(each.provider, each.model, now, days=AHEAD_DAYS)) is not None
    ]
    return [*unpriced, *_stale(book.date, now), *changes, *_outdated(book, own, now), *_credits(granted)]


def _credits(granted: ProviderCredits | None) -> Iterator[PriceFinding]:
    for provider in granted.by_provider if granted else ():
        message, _, move = granted.told(provider).rpartition(": ") if granted else ("", "", "")
        if message:
            yield PriceFinding(kind="credit", message=message, next_move=move, provider=provider)


def _unpriced(model: ModelInUse) -> PriceFinding:
    return PriceFinding(
        kind="unpriced", model=model.id,
        message=f"no price is known, so what it costs is unknown ({use_of(model)})",
        next_move=f"set one: scrimp prices set {model.id} --input USD --output USD",
    )  # fmt: skip


def use_of(model: ModelInUse) -> str:
    """Return in words where a model is used."""
    calls = [f"{pluralize(model.calls, 'call')} in 30 days"] if model.calls else []
    return ", ".join([*model.named_by, *calls])


def _stale(day: str, now: float) -> Iterator[PriceFinding]:
    age = (datetime.fromtimestamp(now, UTC).date() - date.fromisoformat(day)).days
    if age > STALE_DAYS:
        yield PriceFinding(
            kind="stale", message=f"the price table is of {day}, {age} days old",
            next_move="use a newer one: scrimp prices update FILE|URL, such as prices/new_data/v2/data.json of the "
            "repository pydantic/genai-prices",
        )  # fmt: skip


def _changes(model: ModelInUse, change: DatedChange) -> PriceFinding:
    before, after = _total(change.before), _total(change.after)
    if after is None:
        what, move = "has no price any more", "name another model there, or set a price with `scrimp prices set`"
    else:
        what = f"costs {_shown(rates_for(change.after, 0))} instead of {_shown(rates_for(change.before, 0))}"
        rises = before is None or after > before
        move = "run what is due before that day, or name another model" if rises else "run what can wait from then on"
    return PriceFinding(
        kind="change", model=model.id, message=f"{what} from {change.day} on ({use_of(model)})", next_move=move
    )  # fmt: skip


def _total(bands: tuple[Band, ...]) -> float | None:
    rates = rates_for(bands, 0)
    return None if rates.input is None or rates.output is None else float(rates.input + rates.output)


def _outdated(book: PriceBook, own: Mapping[str, OwnPrice], now: float) -> Iterator[PriceFinding]:
    """Yield prices that the user set before the list's row came to differ from them."""
    for name, price in own.items():
        provider, _, model = name.partition("/")
        listed = book.listed(provider, model, now)
        if listed is None or not (price.priced and price.day) or listed.source <= price.day:
            continue
        yours, theirs = price.rates, listed.rates_for(0)
        if (yours.input, yours.output) != (theirs.input, theirs.output):
            yield PriceFinding(
                kind="outdated", model=name,
                message=f"your price of {price.day} is {_shown(yours)}, and the list of {listed.source} has "
                f"{_shown(theirs)}",
                next_move=f"if the list is right: scrimp prices set {name} --remove; if yours is: set it again",
            )  # fmt: skip


def _shown(rates: Rates) -> str:
    return f"${rates.input} in and ${rates.output} out"
