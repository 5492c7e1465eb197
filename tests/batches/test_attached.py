"""Images and PDFs of rows go into batches as they go into live calls, where the batch API takes them."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from batch_servers import (
    AnthropicBatches,
    BatchServer,
    GeminiBatches,
    MistralBatches,
    OpenAIBatches,
    OpenRouterBatches,
)
from batch_servers.outcomes import Batch
from batches.preset_config import configure_preset
from command import Scrimp

SERVERS: dict[str, type[BatchServer]] = {
    "openai/gpt-6-luna": OpenAIBatches, "anthropic/claude-haiku-5-5": AnthropicBatches,
    "gemini/gemini-3.8-flash": GeminiBatches, "mistral/mistral-small-2603": MistralBatches,
}  # fmt: skip
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
GIF, PDF = b"GIF89a\x01\0\x01\0 gif", b"%PDF-1.7 pdf"


@pytest.fixture(params=SERVERS)
def model(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def server(model: str) -> Iterator[BatchServer]:
    with SERVERS[model]() as running:
        yield running


def configure(scrimp: Scrimp, url: str, model: str) -> None:
    configure_preset(scrimp, url, model)
    scrimp.file("dot.png", PNG)
    scrimp.file("g.gif", GIF)
    scrimp.file("paper.pdf", PDF)


@pytest.fixture
def batched(scrimp: Scrimp, server: BatchServer, model: str) -> Scrimp:
    configure(scrimp, server.url, model)
    return scrimp


def contents(value: object) -> list[bytes]:
    """All that stands in base64 anywhere in a body, beside its media type or in a data URL, as the APIs have it."""
    if isinstance(value, list):
        return [each for part in value for each in contents(part)]
    if isinstance(value, dict):
        own = [value["data"]] if isinstance(value.get("data"), str) else []
        return [*map(base64.b64decode, own), *(each for part in value.values() for each in contents(part))]
    if isinstance(value, str) and value.startswith("data:"):
        return [base64.b64decode(value.partition(";base64,")[2])]
    return []


def bodies(batches: Sequence[Batch]) -> list[dict[str, Any]]:
    return [item.body for batch in batches for item in batch.items]


def test_what_is_attached_to_rows_is_in_the_requests_of_one_batch(
    batched: Scrimp, server: BatchServer, model: str
) -> None:
    files = {"dot.png": PNG, "g.gif": GIF} | ({} if "mistral" in model else {"paper.pdf": PDF})
    batched.file("rows.csv", "photo\n" + "".join(f"{name}\n" for name in files))
    flags = ("rows.csv", "--attach-field", "photo", "--attach", "dot.png", "-t", "What is it?", "--model", model)
    ran = batched("run", *flags, "--batch")
    assert (ran.status, [row["status"] for row in ran.rows]) == (0, ["ok"] * len(files)), ran.err
    assert server.live_prompts == []
    sent = bodies(list(server.batches.values()))
    assert sorted(map(contents, sent)) == sorted([PNG, content] for content in files.values())

    hits = batched("run", *flags)
    assert ([row["cache"] for row in hits.rows], server.live_prompts) == (["hit"] * len(files), [])


def test_a_file_that_is_not_an_image_loses_its_row_alone(batched: Scrimp, server: BatchServer, model: str) -> None:
    batched.file("rows.csv", "photo\ndot.png\nmissing.png\nrows.csv\n")
    ran = batched("run", "rows.csv", "--attach-field", "photo", "-t", "What is it?", "--model", model, "--batch")
    assert (ran.status, [row["status"] for row in ran.rows]) == (3, ["ok", "error", "error"]), ran.err
    assert "'photo': missing.png cannot be read" in ran.rows[1]["error"]["message"]
    assert len(bodies(list(server.batches.values()))) == 1


def test_a_batch_that_takes_images_by_their_addresses_only_gets_no_others_which_is_said_once(scrimp: Scrimp) -> None:
    model = "openrouter/openai/gpt-6-luna"
    address = "https://example.com/x.png"
    scrimp.file("rows.csv", f"photo,id\ndot.png,a\n{address},b\npaper.pdf,c\n")
    with OpenRouterBatches() as server:
        configure(scrimp, server.url, model)
        ran = scrimp("run", "rows.csv", "--attach-field", "photo", "-t", "What is {id}?", "--model", model, "--batch")
        (sent,) = bodies(list(server.batches.values()))
        assert (ran.status, sorted(server.live_prompts)) == (0, ["What is a?", "What is c?"]), ran.err
    assert sent["messages"][0]["content"][0] == {"type": "image_url", "image_url": {"url": address}}
    said = "is called live, at full price: batches at openrouter take images by their public URLs only"
    assert ran.err.count(said) == 1


def test_what_is_attached_counts_under_the_cap(scrimp: Scrimp) -> None:
    model = "anthropic/claude-haiku-5-5"
    wide = PNG[:16] + (1500).to_bytes(4, "big") + (1000).to_bytes(4, "big")
    scrimp.file("wide.png", wide)
    scrimp.file("rows.txt", "one\ntwo\nthree\n")
    flags = ("rows.txt", "--model", model, "--max-output", "4", "--batch", "--max-cost", "0.004")
    with AnthropicBatches() as server:
        configure(scrimp, server.url, model)
        assert scrimp("batch", "submit", *flags, "--attach", "wide.png").status == 0
        assert [len(batch.items) for batch in server.batches.values()] == [1]
    with AnthropicBatches() as server:
        configure(scrimp, server.url, model)
        assert scrimp("batch", "submit", *flags, "--attach", "dot.png").status == 0
        assert [len(batch.items) for batch in server.batches.values()] == [3]
