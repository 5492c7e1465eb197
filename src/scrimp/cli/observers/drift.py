"""Certified routes and levels of compression that have drifted: a warning, and the end of their use."""

from __future__ import annotations

from collections.abc import Collection

from scrimp.cli.session import Session
from scrimp.errors import ConfigError, StoreError
from scrimp.store.ledger import Ledger


def check_drift(session: Session, ledger: Ledger, tasks: Collection[str] | None = None) -> None:
    """Warn of certified routes, of all tasks or these, that have drifted; they are not used until certified again."""
    path = session.services.paths.tuned
    if not path.exists():
        return
    from scrimp.config.resolved.tuned_routes import (
        disable_tuned,
        load_tuned,
        no_longer_used,
    )  # where something was certified
    from scrimp.flows.tune.watch.find_drift import find_drift
    from scrimp.store.tuning.route_checks import RouteCheckStore

    try:
        routes = [route for route in load_tuned(path) if tasks is None or route.signature in tasks]
        with RouteCheckStore(ledger.path) as checks:
            found = find_drift(routes, ledger, checks)
        drifted = [new for old, new in zip(routes, found, strict=True) if new.drift != old.drift]
        for route in drifted:
            disable_tuned(path, route)
    except ConfigError as error:  # the command itself has succeeded
        session.messages.warn(str(error))
        return
    for route in drifted:
        session.messages.alert(no_longer_used(route))


def check_drift_of_run(session: Session, tasks: Collection[str]) -> None:
    """Check the certified routes of these tasks, which the rows of a run took."""
    try:
        with Ledger(session.services.paths.ledger_db) as ledger:
            check_drift(session, ledger, tasks)
    except StoreError as error:  # the run itself is over and its rows are out
        session.messages.warn(f"drift of certified routes was not checked: {error}")


def warn_of_level_drift(session: Session) -> None:
    """Warn of levels of compression that have ceased to hold; they are not used until they are certified again."""
    from scrimp.config.resolved.tuned_levels import level_no_longer_used
    from scrimp.flows.tune.watch.level_drift import note_level_drift

    try:
        drifted = note_level_drift(session.services)
    except ConfigError as error:  # the rest of the command is done anyway
        session.messages.warn(str(error))
        return
    for level in drifted:
        session.messages.alert(level_no_longer_used(level))
