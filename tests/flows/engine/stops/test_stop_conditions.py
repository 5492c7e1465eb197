from __future__ import annotations

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from flows.rows import planned_row
from outcomes import answered
from scrimp.flows.engine.stops.stop_conditions import StopConditions
from scrimp.flows.plan.run_options import RunLimits, RunOptions
from scrimp.values import Attachment, Failed, Failure, Outcome, Prompt

ROW = planned_row()
DOWN = Failed(prompt=ROW.prompt, failure=Failure(kind="server", message="down", http=500), status="error")
OPTIONS = RunOptions(limits=RunLimits(max_failures=1))
UNREADABLE = Attachment(name="a.png", media_type="image/png", identity="", defect="a.png cannot be read")


def reasons(outcomes: Sequence[Outcome], options: RunOptions, *, all_down: bool = False) -> list[str | None]:
    """Return the reason to stop after each outcome, in the order in which an engine asks for it."""
    conditions = StopConditions(options, lambda: all_down, pytest.fail)
    found = []
    for position, outcome in enumerate(outcomes):
        conditions.count_called(outcome)
        conditions.count_printed([(position, outcome)])
        stop = conditions.stop_after(ROW, outcome)
        found.append(None if stop is None else stop.reason)
    return found


def test_a_run_stops_at_the_failure_that_is_one_too_many() -> None:
    assert reasons([DOWN, answered(), DOWN], OPTIONS) == [None, None, "failures"]


def test_a_run_without_a_model_left_stops_at_the_first_failure() -> None:
    assert reasons([answered(), DOWN], OPTIONS, all_down=True) == [None, "auth"]


@pytest.mark.parametrize(
    "prompt",
    [
        replace(ROW.prompt, text="", defect="'text' is null"),
        replace(ROW.prompt, attachments=(UNREADABLE,)),
    ],
)
def test_a_row_that_cannot_be_sent_does_not_say_why_no_model_is_left(prompt: Prompt) -> None:
    conditions = StopConditions(OPTIONS, lambda: True, pytest.fail)
    gap = Failed(prompt=prompt, failure=Failure(kind="invalid", message="gap", sent=False), status="error")

    assert conditions.stop_after(replace(ROW, prompt=prompt), gap) is None
    stop = conditions.stop_after(ROW, DOWN)
    assert stop is not None
    assert stop.message == "no provider is left: down"


def test_nothing_that_was_paid_for_already_stops_a_run() -> None:
    paid = RunOptions(limits=OPTIONS.limits, paid_already=True)

    assert reasons([DOWN, DOWN, DOWN], paid, all_down=True) == [None, None, None]


def test_a_failure_counts_before_it_is_on_the_disk() -> None:
    conditions = StopConditions(OPTIONS, lambda: False, pytest.fail)
    for _ in range(2):
        conditions.count_called(DOWN)

    stop = conditions.stop_after(ROW, DOWN)

    assert stop is not None
    assert stop.message == "2 rows failed, more than --max-failures allows"
