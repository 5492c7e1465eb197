"""What a model made of a prompt, of the outcome of its row."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from outcomes import entry, failed
from scrimp.flows.tune.model_calls import _reply
from scrimp.values import Entry, Failure, ModelRef


@pytest.mark.parametrize(
    ("entries", "cost"),
    [
        ((entry(status="failed", cost="0"),), 0),
        ((entry(cost="0.2"), entry(status="failed", cost="0")), Decimal("0.2")),
        ((entry(cost=None), entry(status="failed", cost="0")), None),
        ((entry(status="lost", cost=None), entry(status="failed", cost="0")), 0),
        ((), 0),
    ],
)
def test_a_prompt_that_a_model_declined_after_a_call_without_a_price_has_no_known_cost(
    entries: tuple[Entry, ...], cost: Decimal | None
) -> None:
    refused = replace(failed(entries=entries), failure=Failure(kind="refused", message="no", http=400))
    reply = _reply(refused, ModelRef("x", "m"))

    assert reply is not None
    assert (reply.answer.output, reply.answer.cost, reply.rejection) == ("", cost, "refused")
