"""Which alerts are news: not those sent within its window, unless it has got much worse since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scrimp.flows.alerts.alert import Alert
from scrimp.store.files.told_alerts import Told
from scrimp.units import parse_duration

_WORSE = 1.25  # times as bad as when it was sent
# An alert that is over is forgotten, so that it is news when it comes back; but one that comes and goes is not sent
# each time.
_FORGOTTEN_AFTER = 3600.0  # seconds since it was sent


def is_news(alert: Alert, told: Told | None, now: float) -> bool:
    """Return whether to send an alert, given when it was last sent."""
    if told is None or now - told.time >= parse_duration(alert.since, "since"):
        return True
    return alert.severity >= _WORSE * told.severity


def told_after(told: Mapping[str, Told], alerts: Sequence[Alert], now: float) -> dict[str, Told]:
    """Return what is recorded once the news among these alerts, all that are in force, are sent."""
    news = {alert.key: Told(now, alert.severity) for alert in alerts if is_news(alert, told.get(alert.key), now)}
    in_force = {alert.key for alert in alerts}
    kept = {key: each for key, each in told.items() if key in in_force or now - each.time < _FORGOTTEN_AFTER}
    return kept | news
