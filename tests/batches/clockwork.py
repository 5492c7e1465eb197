"""A model whose price changes by time of day, at hours from now."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from command import Scrimp

CONFIG = """
[providers.clock]
dialect = "openai"
flavour = "deepseek"
base_url = "{url}"
key_env = "FAKE_KEY"
price_provider = "clockwork"
[tiers]
simple = ["clock/hourly"]
medium = ["clock/hourly"]
high = ["clock/hourly"]
[batch]
poll = "0.01s"
"""


def at(hours: float) -> str:
    return f"{datetime.now(UTC) + timedelta(hours=hours):%H:%M}"


def double_between(scrimp: Scrimp, start: float, end: float) -> None:
    """Set a price that doubles between so many hours from now."""
    row: dict[str, Any] = {
        "prices": [
            {"bands": [{"rates": {"input": "1", "output": "10"}}]},
            {
                "condition": {"start": at(start), "end": at(end)},
                "bands": [{"rates": {"input": "2", "output": "20"}}],
            },
        ]
    }
    table = {
        "date": "2030-01-01", "source": "a test", "licence": "MIT", "form": 2,
        "providers": {"clockwork": {"rows": {"hourly": row}}},
    }  # fmt: skip
    (scrimp.home / "prices.json.gz").write_bytes(gzip.compress(json.dumps(table).encode()))
