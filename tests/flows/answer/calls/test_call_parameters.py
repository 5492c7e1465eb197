"""The cap of a call where nobody gave it one."""

from __future__ import annotations

import pytest

from scrimp.flows.answer.calls.call_parameters import CallParameters
from scrimp.flows.plan.run_options import RunOptions
from scrimp.providers.endpoint import Endpoint
from scrimp.values import ModelRef, Parameters

ENDPOINTS = {
    "local": Endpoint(name="local", dialect="openai", base_url="local:", key_env=None, transport="local"),
    "far": Endpoint(name="far", dialect="openai", base_url="https://far.example", key_env=None),
}


@pytest.mark.parametrize(
    ("provider", "asked", "of_model", "cap"),
    [
        ("local", None, None, 1024),
        ("local", 5000, None, 5000),
        ("local", None, 3000, 3000),
        ("far", None, None, None),
    ],
)
def test_the_embedded_model_does_not_repeat_itself_for_minutes(
    provider: str, asked: int | None, of_model: int | None, cap: int | None
) -> None:
    options = RunOptions(parameters=Parameters(max_output=asked))
    parameters = CallParameters(options, ENDPOINTS, pytest.fail)

    assert parameters.of(ModelRef(provider, "m", max_output=of_model)).max_output == cap
