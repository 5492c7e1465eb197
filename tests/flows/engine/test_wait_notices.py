from __future__ import annotations

from scrimp.flows.engine.wait_notices import WaitNotices
from scrimp.transport.limits.waits import Wait


def said(waits: dict[float, list[Wait]]) -> list[tuple[float, str]]:
    """Return what is said, and when, where these waits are seen at these times."""
    lines: list[tuple[float, str]] = []
    now = 0.0
    notices = WaitNotices(lambda line: lines.append((now, line)))
    for now, seen in sorted(waits.items()):
        notices.look(seen, now)
    return lines


def wait(until: float, provider: str = "acme", reason: str = "429") -> Wait:
    return Wait(provider, reason, until)


def test_a_long_wait_is_said_with_the_time_left() -> None:
    assert said({1.0: [wait(12.4)]}) == [(1.0, "waiting for acme: 429, 12 s")]


def test_a_short_wait_is_not_worth_a_line() -> None:
    assert said({0.5: [wait(1.5)], 1.0: [], 1.5: [wait(2.5)], 2.0: []}) == []


def test_short_waits_without_a_call_between_them_are_said() -> None:
    looks = {at / 2: [wait(at / 2 + 0.9)] for at in range(1, 10)}

    assert said(looks) == [(2.5, "waiting for acme: 429, 1 s")]


def test_a_line_is_repeated_more_and_more_rarely() -> None:
    times = [at for at, _ in said({at / 2: [wait(5000.0)] for at in range(4000)})]

    assert times == [0.0, 10.0, 30.0, 70.0, 150.0, 310.0, 610.0, 910.0, 1210.0, 1510.0, 1810.0]


def test_each_provider_has_lines_of_its_own() -> None:
    lines = said({1.0: [wait(9.0)], 2.0: [wait(9.0), wait(40.0, "other", "503")]})

    assert [line for _, line in lines] == ["waiting for acme: 429, 8 s", "waiting for other: 503, 38 s"]
