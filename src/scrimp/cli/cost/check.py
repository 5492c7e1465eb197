"""`scrimp cost --check`: which alerts of the config are in force."""

from __future__ import annotations

import typer

from scrimp.cli.cost.ledger_sums import the_flagships
from scrimp.cli.flags.typed_flags import typed_flags
from scrimp.cli.observers.alerts import tell_news
from scrimp.cli.observers.drift import check_drift
from scrimp.cli.printing import print_json, print_line
from scrimp.cli.session import open_session
from scrimp.errors import ALERT_IN_FORCE, UsageError
from scrimp.flows.alerts.evaluate import alerts_in_force
from scrimp.store.ledger import Ledger

_FLAGS_OF_CHECK = ("check", "as_json")  # options that go with it


def check_alerts(context: typer.Context, *, as_json: bool) -> None:
    """Print an alert for each rule that does not hold, tell the hooks what is news, and exit 8 if there are any."""
    for parameter, flag in typed_flags(context):
        if parameter not in _FLAGS_OF_CHECK:
            raise UsageError(
                f"--check prints alerts, of the windows of their rules, as text or --json: leave out {flag}, or --check"
            )
    with open_session() as session:
        services = session.services
        table = services.loaded.config.alerts
        if not table.watches:
            raise UsageError("there is nothing to check: add rules under [alerts], as scrimp.toml(5) shows")
        services.stores.recover()
        if table.drift:
            with Ledger(services.paths.ledger_db) as ledger:
                check_drift(session, ledger)
        alerts = alerts_in_force(table, services.paths, services.clock(), lambda: the_flagships(session))
        tell_news(session, alerts, show=False)
        redact = services.keys.redact
        if as_json:
            print_json(
                [
                    {
                        "kind": alert.kind, "subject": redact(alert.subject), "value": alert.value,
                        "limit": alert.limit, "since": alert.since, "message": redact(alert.message),
                    }
                    for alert in alerts
                ]
            )  # fmt: skip
        else:
            for alert in alerts:
                print_line(redact(alert.message))
            if not alerts:
                session.messages.note("every rule of [alerts] holds")
    if alerts:
        raise typer.Exit(ALERT_IN_FORCE)
