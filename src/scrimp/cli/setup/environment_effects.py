"""What variables of the environment change, for the commands that show it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from scrimp.cli.session import Session
from scrimp.config.environment import UNREAD
from scrimp.config.environment_effects import vendor_effects
from scrimp.errors import ScrimpError
from scrimp.transport.http.environment import connection_effects


def said(variable: str, effect: Callable[[], str]) -> str:
    """Return the effect of a variable, or why it has none, for a place beside its name."""
    try:
        return effect()
    except ScrimpError as error:
        return str(error).removeprefix(f"{variable} ")


def environment_effects(session: Session) -> Iterator[tuple[str, Callable[[], str]]]:
    """Yield each variable that changes how providers are called, with what returns its effect or raises ScrimpError."""
    services = session.services
    for variable, effect in vendor_effects(services.loaded, services.env):
        yield variable, partial(str, effect)
    for variable, instead in UNREAD.items():
        if services.env.get(variable):
            yield variable, partial(str, f"no effect: scrimp does not read it; {instead}")
    yield from connection_effects(services.env)
