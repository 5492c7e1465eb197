from __future__ import annotations

from collections.abc import Iterator

import pytest

from batch_servers import OpenAIBatches
from batches.clockwork import CONFIG as CLOCKWORK
from command import Scrimp

CONFIG = """
[providers.fake]
dialect = "openai"
flavour = "openai"
base_url = "{url}"
key_env = "FAKE_KEY"
[tiers]
simple = ["fake/small"]
medium = ["fake/small"]
high = ["fake/large"]
[chains.climb]
steps = ["fake/small", "fake/large"]
[models."fake/small"]
price = {{ input = 1.0, output = 10.0 }}
[models."fake/large"]
price = {{ input = 10.0, output = 100.0 }}
[batch]
poll = "0.01s"
"""


@pytest.fixture
def server() -> Iterator[OpenAIBatches]:
    with OpenAIBatches() as running:
        yield running


@pytest.fixture
def batched(scrimp: Scrimp, server: OpenAIBatches) -> Scrimp:
    """A scrimp whose provider has a batch API."""
    scrimp.env["FAKE_KEY"] = "sk-test-0123456789abcdef"
    scrimp.config(CONFIG.format(url=server.url))
    return scrimp


@pytest.fixture
def hourly(scrimp: Scrimp, server: OpenAIBatches) -> Scrimp:
    """A scrimp whose model has no batch API, and a price that changes by time of day."""
    scrimp.env["FAKE_KEY"] = "sk-test-0123456789abcdef"
    scrimp.config(CLOCKWORK.format(url=server.url))
    scrimp.file("rows.txt", "one\ntwo\n")
    return scrimp
