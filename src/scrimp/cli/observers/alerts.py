"""Alerts at the end of a run: a warning for each that is news, and the hooks of the config."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.cli.session import Session
from scrimp.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from scrimp.flows.alerts.alert import Alert


def tell_alerts(session: Session) -> None:
    """Warn of what [alerts] watches for, and hand it to the hooks; nothing that goes wrong here ends the command."""
    services = session.services
    table = services.loaded.config.alerts
    if not table.watches:
        return
    from scrimp.flows.alerts.evaluate import alerts_in_force  # where something is watched
    from scrimp.flows.spend.flagships import configured_flagships

    try:
        alerts = alerts_in_force(
            table, services.paths, services.clock(),
            lambda: configured_flagships(services.loaded.config, services.routes),
        )  # fmt: skip
    except (StoreError, ConfigError) as error:  # the rows are out
        session.messages.warn(f"the rules of [alerts] were not evaluated: {error}")
        return
    tell_news(session, alerts, show=True, run=services.run)


def tell_news(session: Session, alerts: Sequence[Alert], *, show: bool, run: str | None = None) -> None:
    """Hand new alerts to the hooks, with a warning for each where they are to be shown."""
    from scrimp.flows.alerts.evaluate import take_news  # where something is watched

    services = session.services
    now = services.clock()
    try:
        news = take_news(alerts, services.paths.told_alerts, now)
    except StoreError as error:
        session.messages.warn(f"an alert may be sent again: {error}")
        news = list(alerts)
    redact = services.keys.redact
    news = [replace(alert, message=redact(alert.message), subject=redact(alert.subject)) for alert in news]
    for alert in news if show else ():
        session.messages.alert(alert.message)
    if news:
        _run_hooks(session, news, run, now)


def _run_hooks(session: Session, news: Sequence[Alert], run: str | None, now: float) -> None:
    services = session.services
    table = services.loaded.config.alerts
    webhook = table.webhook
    if table.webhook_env is not None:
        webhook = services.env.get(table.webhook_env, "").strip() or None
        if webhook is None:
            session.messages.warn(f"the webhook of [alerts] was not called: set {table.webhook_env}")
    if table.command is None and webhook is None:
        return
    from scrimp.flows.alerts.hooks import hook_document, run_hooks  # few have one

    if webhook is not None:
        services.keys.hide("the webhook of [alerts]", webhook)
    for problem in run_hooks(table, hook_document(news, run, now), services.env, webhook):
        session.messages.warn(services.keys.redact(problem))
