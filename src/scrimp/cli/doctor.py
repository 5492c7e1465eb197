"""`scrimp doctor`: whether everything is there and works; calls no API."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import typer

from scrimp import __version__
from scrimp.cli.environment_effects import environment_effects
from scrimp.cli.printing import print_line
from scrimp.cli.session import Session, open_session
from scrimp.config.resolved.api_keys import missing_key_message
from scrimp.errors import ScrimpError
from scrimp.store.ledger import Ledger
from scrimp.transport.http.client import build_engine
from scrimp.transport.local import model_file

app = typer.Typer(rich_markup_mode=None, add_completion=False)
_BROKEN = 2


@app.command()
def doctor() -> None:
    """Check the installation, the keys and the stores; exit 2 if something is broken.

    Keys are looked for, not tried: no API is called. Each variable that changes how providers are called is named with
    what it changes.
    """
    with open_session() as session:
        print_line(f"scrimp {__version__}, Python {sys.version.split()[0]}")
        passed = [_examine(name, step) for name, step in _examinations(session)]
        for name in sorted(session.services.routes.available):
            if session.services.routes.endpoints[name].key_env:
                print_line(f"ok     key for {name}")
    if not all(passed):
        raise typer.Exit(_BROKEN)


def _examine(name: str, step: Callable[[], str]) -> bool:
    try:
        print_line(f"ok     {name}: {step()}")
    except ScrimpError as error:
        print_line(f"broken {name}: {str(error).removeprefix(f'{name} ')}")
        return False
    return True


def _examinations(session: Session) -> Iterator[tuple[str, Callable[[], str]]]:
    services = session.services
    yield "config", lambda: str(services.paths.config) if services.paths.config.exists() else "defaults, no file"
    yield from environment_effects(session)
    yield "connections", lambda: _connections(session)
    yield "cache", lambda: f"{services.cache_file.stats().rows} completions in {services.cache_file.path}"
    yield "ledger", lambda: _ledger(session)
    yield "prices", lambda: f"table of {services.prices.date}"
    yield "embedded model", lambda: _embedded(session)
    yield "tiers", lambda: _tiers(session)


def _connections(session: Session) -> str:
    build_engine(session.services.env, timeout=1)  # opens no connection
    return "can be encrypted"


def _ledger(session: Session) -> str:
    lost = session.services.recover()
    ledger = Ledger(session.services.paths.ledger_db)
    calls = sum(total.calls for total in ledger.totals("run"))
    ledger.close()
    return f"{calls} calls" + (f", {lost} of them just recorded as lost" if lost else "")


def _embedded(session: Session) -> str:
    model = model_file.status(session.services.paths.data)
    if model.ready:
        return f"installed, runtime {model.runtime}"
    return "not installed (scrimp local install)"


def _tiers(session: Session) -> str:
    routes = session.services.routes
    shown = []
    for name, models in routes.tiers.items():
        first = next((model for model in models if model.provider in routes.available), None)
        if first is None:
            raise ScrimpError(missing_key_message(routes.endpoints[models[0].provider]))
        if not session.services.can_call(first):
            raise ScrimpError(f"{name} is {first.id}, which is not installed: set a key, such as OPENAI_API_KEY")
        shown.append(f"{name} {first.id}")
    return ", ".join(shown)
