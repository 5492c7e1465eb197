"""Evaluating [alerts] over the ledger: which are in force, and which of these are news."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from scrimp.config.alert_tables import FLAGSHIP, AlertsTable
from scrimp.config.paths import Paths
from scrimp.flows.alerts.alert import ALWAYS, Alert, Window
from scrimp.flows.alerts.news import is_news, told_after
from scrimp.flows.alerts.rules import broken_rules, windows_of_calls
from scrimp.store.cost_sums.sums import CostSums
from scrimp.store.files.told_alerts import Told, update_told
from scrimp.store.ledger import prepare_ledger
from scrimp.store.ledger_queries.window_sums import RowSum, WindowSums
from scrimp.units import parse_duration


def alerts_in_force(
    table: AlertsTable, paths: Paths, now: float, flagships: Callable[[], Sequence[str]] = tuple
) -> list[Alert]:  # fmt: skip
    """Return an alert for each rule that does not hold at this moment; `flagships` names those models."""
    windows = _windows(table, paths, now)
    if any(rule.model == FLAGSHIP for rule in table.share):
        windows = {name: replace(window, flagships=flagships()) for name, window in windows.items()}
    alerts = list(broken_rules(table, windows))
    if failing := {alert.since for alert in alerts if alert.kind == "errors"}:
        # What failed, and how, is not in the sums: it is looked for where something fires.
        alerts = list(broken_rules(table, windows | _with_faults(windows, failing, paths.ledger_db, now)))
    if table.drift:
        alerts += _drifted(paths.tuned)
    return alerts


def take_news(alerts: Sequence[Alert], path: Path, now: float) -> list[Alert]:
    """Return the alerts that were not sent before, and record them as sent."""
    news: list[Alert] = []

    def change(told: Mapping[str, Told]) -> Mapping[str, Told]:
        news.extend(alert for alert in alerts if is_news(alert, told.get(alert.key), now))
        return told_after(told, alerts, now)

    if alerts or path.exists():
        update_told(path, change)
    return news


def _windows(table: AlertsTable, paths: Paths, now: float) -> dict[str, Window]:
    """Return what the ledger has of each window; sums that are kept make that quick, however many calls there are."""
    of_rows = {rule.since for rule in table.cache}
    of_calls, of_tiers = windows_of_calls(table), {rule.since for rule in table.share if rule.tier != "*"}
    of_chains = {rule.since for rule in table.escalation}
    names = of_calls | of_rows
    if not names or not paths.ledger_db.exists():
        return dict.fromkeys(names, Window())
    prepare_ledger(paths.ledger_db)
    windows = {}
    with CostSums(paths.cost_sums_db, paths.ledger_db) as sums, WindowSums(paths.ledger_db) as more:
        if of_calls:
            sums.refresh()
        for name in names:
            since = now - parse_duration(name, "since")
            windows[name] = Window(
                models=sums.totals("model", since=since) if name in of_calls else (),
                tiers=sums.totals("tier", since=since) if name in of_tiers else (),
                chains=sums.totals("chain", since=since) if name in of_chains else (),
                rows=more.rows(since) if name in of_rows else RowSum(),
            )
    return windows


def _with_faults(windows: Mapping[str, Window], names: Collection[str], ledger: Path, now: float) -> dict[str, Window]:
    with WindowSums(ledger) as sums:
        return {name: replace(windows[name], faults=sums.faults(now - parse_duration(name, "since"))) for name in names}


def _drifted(path: Path) -> Iterator[Alert]:
    """Yield an alert for each certified route and level that no longer holds."""
    if not path.exists():
        return
    from scrimp.config.resolved.tuned_levels import level_no_longer_used  # where something was certified
    from scrimp.config.resolved.tuned_routes import load_levels, load_tuned, no_longer_used

    for route in load_tuned(path):
        if route.drift is not None:
            yield _drift(f"route {route.signature} {route.certified}", route.signature, no_longer_used(route))
    for level in load_levels(path):
        if level.drift is not None:
            name = f"level {level.signature} {level.name} {level.certified}"
            yield _drift(name, level.signature, level_no_longer_used(level))


def _drift(name: str, subject: str, message: str) -> Alert:
    return Alert(
        kind="drift", key=f"drift {name}", subject=subject, value=None, limit=None, since=ALWAYS, severity=1.0,
        message=message,
    )  # fmt: skip
