"""What a row of the cache would cost now goes by the prices of the config first."""

from __future__ import annotations

import msgspec

from scrimp.config.schema import Config
from scrimp.flows.spend.cost_now import price_overrides


def test_configured_prices_keep_their_digits() -> None:
    config = msgspec.convert(
        {"models": {"openai/x": {"price": {"input": 0.1, "output": 3}}, "openai/y": {"effort": "low"}}}, Config
    )

    ((name, rates),) = price_overrides(config).items()
    assert (name, str(rates.input), str(rates.output), rates.cached_input) == ("openai/x", "0.1", "3", None)
