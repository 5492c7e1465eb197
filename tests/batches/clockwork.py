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


_set = [datetime.now(UTC)]  # when the price was set: the minute may end while a test runs


def at(hours: float) -> str:
    """Return the minute so many hours after the price was set."""
    return f"{_set[0] + timedelta(hours=hours):%H:%M}"


def minute_since(hours: float) -> str:
    """Return a pattern of the minutes so many hours after any moment from then until now."""
    minutes = range(int((datetime.now(UTC) - _set[0]).total_seconds() / 60) + 2)
    return f"(?:{'|'.join(at(hours + minute / 60) for minute in minutes)})"


def double_between(scrimp: Scrimp, start: float, end: float) -> None:
    """Set a price that doubles between so many hours from now."""
    _set[0] = datetime.now(UTC)
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
