"""`scrimp models`: the tiers in force, and models known by name."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from scrimp.cli.flags import completions
from scrimp.cli.printing import print_line, print_table
from scrimp.cli.session import Session, open_session
from scrimp.config.resolved.arms import effort_sent
from scrimp.config.resolved.routes import EMBEDDED_MODEL
from scrimp.errors import UsageError
from scrimp.prices.book import PriceBook
from scrimp.providers.models import known_models
from scrimp.providers.requests.capabilities import accepted_efforts
from scrimp.units import format_dollars
from scrimp.values import ModelRef

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def models(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[MODEL]...",
            help="Models to look at, with the efforts that each takes.",
            autocompletion=completions.models,
            show_default=False,
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also models that are in no tier.")] = False,
    compare: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL", help="Show what this model costs at every provider that sells it, the cheapest first.",
            autocompletion=completions.models,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, with --compare.")] = False,
) -> None:  # fmt: skip
    """List the models of the tiers and those known by name.

    A model can be called when its provider has a key. The first such model of a tier is called; the others take over
    when it is down. Prices are dollars per million tokens. The effort is the one that is asked for unless the run says
    otherwise; where there is none the model thinks as its vendor has it. A model that is named is shown with the
    efforts it takes; any of them may follow its name: provider/model@effort.

    --compare finds the same model at other providers by its name on their price lists, or by `same_as` in the config,
    with your discounts and credits. A model that is named without its provider is bought where it costs least.
    """
    if as_json and compare is None:
        raise UsageError("--json is for --compare MODEL: for prices as JSON, see `scrimp prices list --json`")
    if compare is not None and (names or everything):
        raise UsageError("--compare takes one model and nothing else: leave out --all and other models")
    if names and everything:
        raise UsageError("--all lists every model: leave it out, or the names")
    with open_session() as session:
        if compare is not None:
            from scrimp.cli.models.compare_models import print_comparison  # only to compare

            print_comparison(session, compare, as_json=as_json)
            return
        if names:
            _print_named(session, names)
        else:
            _print_tiers(session, everything=everything)


def _print_tiers(session: Session, *, everything: bool) -> None:
    """Print the models of the tiers, and others known by name where `everything` is wanted."""
    routes, book = session.services.routes, session.services.prices
    rows = [
        (tier, model.id, _callable(session, model), *_price(book, model), _effort(session, model))
        for tier, listed in routes.tiers.items()
        for model in listed
    ]
    if everything:
        listed_ids = {row[1] for row in rows}
        others = [routes.model(name) for name in known_models() if name not in listed_ids]
        rows += [("", m.id, _callable(session, m), *_price(book, m), _effort(session, m)) for m in others]
    print_table(("tier", "model", "callable", "input", "output", "effort"), rows, "lllrrl", session.out)
    _print_places(session)
    print_line("Any other model can be named as provider/model, and any with an effort as provider/model@effort.")


def _print_places(session: Session) -> None:
    """Say which models of the tiers are bought from another provider now, and what is left of credits."""
    services = session.services
    models = dict.fromkeys(model for listed in services.routes.tiers.values() for model in listed)
    for model in models:
        place = services.place_of(model)
        if place is not None and place.provider != model.provider:
            print_line(f"{model.id} is bought as {place.id} now.")
    for provider in services.provider_credits.by_provider:
        print_line(services.provider_credits.state(provider))


def _print_named(session: Session, names: list[str]) -> None:
    """Print models by their names, with their tiers and efforts. Raises ConfigError for an unknown one."""
    routes, book = session.services.routes, session.services.prices
    rows = []
    for model in map(routes.model, names):
        tiers = [name for name, listed in routes.tiers.items() if any(each.id == model.id for each in listed)]
        efforts = ", ".join(accepted_efforts(routes.endpoints[model.provider], model.model)) or "-"
        rows.append((", ".join(tiers), model.id, _callable(session, model), *_price(book, model), efforts))
    print_table(("tier", "model", "callable", "input", "output", "efforts"), rows, "lllrrl", session.out)


def _effort(session: Session, model: ModelRef) -> str:
    """Return the effort that is asked of a model unless the run asks for another; a dash where none is."""
    return effort_sent(model, None, session.services.routes.endpoints[model.provider]) or "-"


def _callable(session: Session, model: ModelRef) -> str:
    if session.services.can_call(model):
        return "yes"
    return "not installed" if model.id == EMBEDDED_MODEL.id else "no key"


def _price(book: PriceBook, model: ModelRef) -> tuple[str, str]:
    price = book.price(model.provider, model.model, time.time())
    if price is None:
        return "?", "?"
    rates = price.rates_for(0)
    return format_dollars(rates.input), format_dollars(rates.output)
