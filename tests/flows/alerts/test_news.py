from __future__ import annotations

from msgspec.structs import replace

from scrimp.flows.alerts.alert import Alert
from scrimp.flows.alerts.news import is_news, told_after
from scrimp.store.files.told_alerts import Told

ALERT = Alert(
    kind="errors", key="k", subject="m", value=0.1, limit=0.05, since="1d", severity=0.1, message="10 % failed"
)
DAY = 86_400.0


def told_times(severities: list[tuple[float, float | None]]) -> list[float]:
    """Return when an alert was told that was this severe at these times; None: it was not in force."""
    told: dict[str, Told] = {}
    times = []
    for now, severity in severities:
        alerts = [] if severity is None else [replace(ALERT, severity=severity)]
        times += [now for alert in alerts if is_news(alert, told.get(alert.key), now)]
        told = told_after(told, alerts, now)
    return times


def test_an_alert_is_told_again_after_its_window_or_when_a_quarter_worse() -> None:
    assert told_times([(0, 0.1), (60, 0.1), (DAY - 1, 0.12), (DAY, 0.1), (DAY + 1, 0.1)]) == [0, DAY]
    assert told_times([(0, 0.1), (60, 0.124), (61, 0.125), (62, 0.15), (63, 0.16)]) == [0, 61, 63]


def test_an_alert_that_comes_back_is_news_but_not_one_that_flickers() -> None:
    assert told_times([(0, 0.1), (60, None), (120, 0.1), (180, None), (240, 0.1)]) == [0]
    assert told_times([(0, 0.1), (3600, None), (3700, 0.1)]) == [0, 3700]


def test_what_one_rule_told_says_nothing_of_another() -> None:
    told = told_after({}, [ALERT], 0)

    assert not is_news(ALERT, told.get(ALERT.key), 1)
    assert told_after(told, [replace(ALERT, key="other"), ALERT], 1).keys() == {"k", "other"}
