"""Which alerts are news: not what was told within its window, unless it has got much worse since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scrimp.flows.alerts.alert import Alert
from scrimp.store.files.told_alerts import Told
from scrimp.units import parse_duration

_WORSE = 1.25  # times as bad as when it was told
# An alert that is over is forgotten, so that it is news when it comes back; but one that comes and goes is not told
# each time.
_FORGOTTEN_AFTER = 3600.0  # seconds since it was told


def is_news(alert: Alert, told: Told | None, now: float) -> bool:
    """Return whether an alert is to be told, given when it was told last."""
    if told is None or now - told.time >= parse_duration(alert.since, "since"):
        return True
    return alert.severity >= _WORSE * told.severity


def told_after(told: Mapping[str, Told], alerts: Sequence[Alert], now: float) -> dict[str, Told]:
    """Return what is recorded once the news among these alerts, all that are in force, are told."""
    news = {alert.key: Told(now, alert.severity) for alert in alerts if is_news(alert, told.get(alert.key), now)}
    in_force = {alert.key for alert in alerts}
    kept = {key: each for key, each in told.items() if key in in_force or now - each.time < _FORGOTTEN_AFTER}
    return kept | news
