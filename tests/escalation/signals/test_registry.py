"""The registry of signals: each word has an entry, and each entry has a way to a confidence or to a reason for none."""

from __future__ import annotations

from typing import get_args

import pytest

from scrimp.enums import Signal
from scrimp.escalation.signals import SIGNALS


def test_it_holds_every_signal_and_no_other() -> None:
    assert set(SIGNALS) == set(get_args(Signal))


@pytest.mark.parametrize("name", SIGNALS)
def test_each_signal_can_come_to_an_opinion(name: Signal) -> None:
    kind = SIGNALS[name]

    assert kind.from_completion or kind.compares or kind.ask or kind.check_decides or kind.needs


@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_that_asks_a_model_says_what_that_takes(name: Signal) -> None:
    kind = SIGNALS[name]

    assert (kind.ask is None) == (kind.judge_calls is None)
    assert kind.ask is not None or not kind.decisions_endpoint


@pytest.mark.parametrize("name", SIGNALS)
def test_only_what_compares_can_be_bound_to_the_first_step(name: Signal) -> None:
    assert SIGNALS[name].compares or not SIGNALS[name].only_with_first
