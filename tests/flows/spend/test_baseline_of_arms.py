"""What a row is compared with where models are named with an effort, and what that would have cost."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from scrimp.flows.spend.baseline import baseline_of, is_model_of
from scrimp.flows.spend.billed_before import BaselineBefore
from scrimp.store.ledger import Ledger
from scrimp.values import Chain, Entry, ModelRef, Route, Step, Usage

LOW, HIGH = ModelRef("p", "gpt-5", arm="low"), ModelRef("p", "gpt-5", arm="high")
CALL = Entry(call="c", run="r", time=1.0, provider="p", model="gpt-5", status="paid", seconds=0.1, effort="low")


def chain(*models: ModelRef) -> Route:
    return Route(chain=Chain(steps=tuple(Step(each.id, (each,)) for each in models)), tier=None, why="", choice="chain")


@pytest.mark.parametrize(
    ("route", "entry", "baseline"),
    [
        (chain(LOW, HIGH), CALL, "p/gpt-5@high"),
        (chain(LOW, HIGH), replace(CALL, effort="high"), "p/gpt-5@high"),
        (chain(LOW, replace(HIGH, arm=None)), replace(CALL, effort=None), "p/gpt-5"),
        (replace(chain(LOW), choice="named model"), CALL, "p/gpt-5"),
        (replace(chain(LOW), choice="routing", flagship="p/gpt-5@high"), CALL, "p/gpt-5@high"),
    ],
)
def test_a_row_of_a_chain_is_compared_with_the_effort_of_its_last_step(
    route: Route, entry: Entry, baseline: str
) -> None:
    assert baseline_of(route, entry, wanted=None, available=["p"]) == baseline


def test_a_model_is_its_own_baseline_at_its_own_effort_or_at_none() -> None:
    assert is_model_of("p/gpt-5", "p/gpt-5", "low")
    assert is_model_of("p/gpt-5@low", "p/gpt-5", "low")
    assert not is_model_of("p/gpt-5@high", "p/gpt-5", "low")
    assert not is_model_of("p/gpt-5@None", "p/gpt-5", None)
    assert is_model_of("rec/gpt-5@low", "rec/gpt-5@low", None)


def test_what_an_effort_wrote_before_is_known_by_task_from_ten_calls_on(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    before = BaselineBefore(path)
    assert before.output("p/gpt-5", "s") is None
    ledger = Ledger(path)
    ledger.append(
        [
            replace(
                CALL, call=f"{task}{effort}{number}", signature=task, effort=effort, cost=Decimal(1), step=number % 2,
                usage=Usage(input=1, output=thought + number, reasoning=thought),
            )
            for task, effort, thought, calls in (("s", "high", 4000, 11), ("s", "low", 40, 11), ("few", "high", 7, 9))
            for number in range(calls)
        ]
    )  # fmt: skip
    ledger.close()

    assert before.output("p/gpt-5@high", "s") == 4005
    assert before.output("p/gpt-5@low", "s") == 45
    assert before.output("p/gpt-5@high", "few") is None
    assert before.output("p/gpt-5@high", None) is None
    assert before.output("p/gpt-5@medium", "s") is None
    assert before.output("p/gpt-5", "s") is None
