"""`scrimp models --compare MODEL`: what one model costs at every provider that sells it, now."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from scrimp.cli.prices.rate_table import rate_cell
from scrimp.cli.printing import print_json, print_line, print_table
from scrimp.units import format_dollars
from scrimp.values import Usage

if TYPE_CHECKING:
    from scrimp.cli.session import Session
    from scrimp.flows.buying.offers import Offer
    from scrimp.values import ModelRef

# What offers are sorted by: a prompt of a page, a completion of a paragraph.
_CALL = Usage(input=1000, output=200)
_COLUMNS = ("model", "callable", "input", "cached", "output", "batch in", "out", "a call", "price of")


def print_comparison(session: Session, name: str, *, as_json: bool) -> None:
    """Print the offers of a model, those that can be called first, then the cheapest first."""
    services = session.services
    model = services.routes.model(name)
    offers = services.offers.compare(services.sellers.of(model), _CALL)
    offers.sort(key=lambda offer: not services.can_call(offer.model))  # stable: each half stays in order
    rows = [_described(session, offer) for offer in offers]
    if as_json:
        print_json(rows)
        return
    print_table(
        _COLUMNS, [_shown(row) for row in rows], "llrrrrrrl", session.out,
        dispensable=("price of", "batch in", "out", "cached"),
    )  # fmt: skip
    print_line("Dollars per million tokens now; a call has 1,000 tokens in and 200 out.")
    for provider in dict.fromkeys(offer.model.provider for offer in offers):
        if told := services.provider_credits.state(provider):
            print_line(told)
    best = next((offer for offer in offers if services.can_call(offer.model) and offer.cost is not None), None)
    print_line(_where(name, model, best))


def _where(name: str, model: ModelRef, best: Offer | None) -> str:
    """Return a sentence on where a model is bought, by how it was named."""
    if best is None:
        return "None of these can be called: set a provider's key; `scrimp doctor` names the variables."
    if model.buy == "cheapest":
        return f"{name} is bought as {best.model.id}."
    return f'{name} is bought there; with buy = "cheapest" under [defaults] as {best.model.id}.'


def _described(session: Session, offer: Offer) -> dict[str, object]:
    book, now, model = session.services.prices, session.services.clock(), offer.model
    price = book.price(model.provider, model.model, now)
    batch = book.price(model.provider, model.model, now, batch=True)
    rates = None if price is None else price.rates_for(0)
    in_batch = None if batch is None or not batch.batch else batch.rates_for(0)
    return {
        "model": model.id, "callable": session.services.can_call(model),
        "input": rates and rates.input, "cached_input": rates and rates.cached_input, "output": rates and rates.output,
        "batch_input": in_batch and in_batch.input, "batch_output": in_batch and in_batch.output,
        "call": offer.cost, "source": price and price.source,
        "credit_left": session.services.provider_credits.left(model.provider),
        "credit_unknown_calls": session.services.provider_credits.used(model.provider).unknown,
    }  # fmt: skip


def _shown(row: dict[str, object]) -> tuple[str, ...]:
    def rate(name: str, unknown: str = "") -> str:
        value = row[name]
        return rate_cell(value) if isinstance(value, Decimal) else unknown

    cost = row["call"]
    return (
        str(row["model"]), "yes" if row["callable"] else "no key", rate("input", "?"), rate("cached_input"),
        rate("output", "?"), rate("batch_input"), rate("batch_output"),
        format_dollars(cost) if isinstance(cost, Decimal) else "?", str(row["source"] or "unknown"),
    )  # fmt: skip
