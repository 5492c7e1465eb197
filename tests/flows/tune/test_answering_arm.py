"""Which model of a tier gave a cached answer, where the tier has one model at several efforts."""

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
