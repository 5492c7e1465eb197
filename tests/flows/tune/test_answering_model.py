"""Which model of a tier gave a cached answer, also if the tier has one model at several efforts."""

from __future__ import annotations

import pytest

from scrimp.enums import Effort
from scrimp.flows.tune.model_calls import answering_model
from scrimp.values import Answer, ModelRef

LOW, HIGH = ModelRef("p", "gpt-5", arm="low"), ModelRef("p", "gpt-5", arm="high")
PLAIN = ModelRef("p", "gpt-5")


@pytest.mark.parametrize(
    ("members", "effort", "found"),
    [
        ([LOW, HIGH], "high", HIGH), ([HIGH, LOW], "low", LOW), ([LOW, HIGH], "medium", None), ([LOW], None, None),
        ([PLAIN], "low", PLAIN), ([PLAIN], None, PLAIN),
    ],
)  # fmt: skip
def test_an_answer_is_of_the_arm_with_its_effort(
    members: list[ModelRef], effort: Effort | None, found: ModelRef | None
) -> None:
    answer = Answer(
        output="x", model="gpt-5-2025-08-07", provider="p", finish_reason="stop", called_as="gpt-5", effort=effort
    )

    assert answering_model(answer, members) == found


LARGE, SMALL, OTHER = ModelRef("acme", "m-4o"), ModelRef("acme", "m-4o-mini"), ModelRef("else", "m-4o")


def answered(model: str, called_as: str | None = None) -> ModelRef | None:
    answer = Answer(output="", model=model, provider="acme", finish_reason="stop", called_as=called_as)
    return answering_model(answer, (LARGE, SMALL, OTHER))


def test_the_model_that_was_called_is_known_by_the_name_in_the_call() -> None:
    assert answered("m-4o-mini-2026-07-18", "m-4o") == LARGE
    assert answered("something-else", "m-4o-mini") == SMALL
    assert answered("m-4o", "m-5") is None


def test_without_that_name_it_is_the_longest_one_that_fits() -> None:
    assert answered("m-4o-mini-2026-07-18") == SMALL
    assert answered("m-4o-2026-08-06") == LARGE
    assert answered("m-4o") == LARGE
    assert answered("m-4omni") is None
