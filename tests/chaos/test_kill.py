"""Killed at any moment, nothing that was printed is lost or paid for again; `kill.py` is the long form."""

from __future__ import annotations

import pytest

from chaos.kill import Plan, kill_again_and_again
from command import Scrimp


@pytest.mark.timeout(180)
def test_killed_at_any_moment_nothing_printed_is_lost_or_paid_for_again(scrimp: Scrimp) -> None:
    killing, _ = kill_again_and_again(scrimp, Plan(times=12, rows=100, seed=4, concurrency=4, check_every=6))

    assert killing.broken == []
    assert killing.kills == 12
