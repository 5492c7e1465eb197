"""`scrimp run --batch` through each kind of batch API: the rows of a live run, whatever befalls the batches."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from batch_servers import (
    MISSING,
    AnthropicBatches,
    BatchServer,
    GeminiBatches,
    MistralBatches,
    OpenAIBatches,
    OpenRouterBatches,
    failed,
)
from batches.preset_config import configure_preset
from command import Scrimp

SERVERS: dict[str, type[BatchServer]] = {
    "openai/gpt-6-luna": OpenAIBatches, "anthropic/claude-haiku-5-5": AnthropicBatches,
    "gemini/gemini-3.8-flash": GeminiBatches, "mistral/mistral-small-2603": MistralBatches,
    "openrouter/openai/gpt-6-luna": OpenRouterBatches,
}  # fmt: skip
PROMPTS = [f"prompt {number}" for number in range(7)]


@pytest.fixture(params=SERVERS)
def model(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def server(model: str) -> Iterator[BatchServer]:
    with SERVERS[model]() as running:
        yield running


@pytest.fixture
def batched(scrimp: Scrimp, server: BatchServer, model: str) -> Scrimp:
    configure_preset(scrimp, server.url, model)
    scrimp.file("rows.txt", "\n".join(PROMPTS))
    return scrimp


def test_rows_are_answered_in_order_by_one_batch_and_are_hits_live(
    batched: Scrimp, server: BatchServer, model: str
) -> None:
    batched.file("rows.txt", "\n".join(f"<scrimp:keep>{prompt}</scrimp:keep>" for prompt in PROMPTS))  # without tags
    ran = batched("run", "rows.txt", "--model", model, "--batch", "--compress", "off")
    again = batched("run", "rows.txt", "--model", model, "--compress", "off")

    assert (ran.status, again.status) == (0, 0), ran.err + again.err
    assert [row["output"] for row in ran.rows] == [f"echo: {prompt}" for prompt in PROMPTS]
    assert [(row["output"], row["cache"]) for row in again.rows] == [(row["output"], "hit") for row in ran.rows]
    assert server.billed == dict.fromkeys(PROMPTS, 1)
    assert (len(server.batches), server.live_prompts) == (1, [])


def test_a_lost_reply_and_odd_results_lose_nothing_and_pay_for_nothing_twice(
    batched: Scrimp, server: BatchServer, model: str
) -> None:
    server.lose("create")
    server.hidden_polls, server.unknown_ids = 1, 1
    server.refuse("poll", 500)
    server.fates = {PROMPTS[1]: [failed(500)], PROMPTS[2]: [MISSING], PROMPTS[4]: failed(400)}
    ran = batched("run", "rows.txt", "--model", model, "--batch")

    assert ran.status == 3, ran.err
    assert [row["status"] for row in ran.rows] == ["error" if n == 4 else "ok" for n in range(7)]
    assert server.paid_twice == []
    assert server.billed == {prompt: 1 + (n == 2) for n, prompt in enumerate(PROMPTS) if n != 4}
    assert [len(batch.items) for batch in server.batches.values()] == [7, 2]  # the second of those without a result


def test_what_several_commands_left_in_a_queue_is_one_batch(batched: Scrimp, server: BatchServer, model: str) -> None:
    jobs = []
    for number in range(3):
        batched.file(f"{number}.txt", f"{number} ünder ,\n{number} ]}}\n{number}\nin all of them\n")
        left = batched("batch", "submit", f"{number}.txt", "--model", model, "--queue", "nightly")
        assert left.status == 0, left.err
        jobs.append(left.err.split("job ")[1].split()[0].rstrip(":"))
    assert not server.seen
    flushed = batched("batch", "flush")
    assert flushed.status == 0, flushed.err
    for number, job in enumerate(jobs):
        fetched = batched("batch", "fetch", job, "--wait")
        assert fetched.status == 0, fetched.err
        assert [row["output"] for row in fetched.rows] == [
            server.answer(model.partition("/")[2], text)
            for text in (f"{number} ünder ,", f"{number} ]}}", f"{number}", "in all of them")
        ]
    assert [len(batch.items) for batch in server.batches.values()] == [10]
    assert server.paid_twice == []


@pytest.mark.parametrize("off", [0, -1, 2])
def test_what_a_provider_counts_is_compared_with_what_came_back(
    batched: Scrimp, server: BatchServer, model: str, off: int
) -> None:
    name = model.partition("/")[0]
    server.fates = {PROMPTS[3]: failed(400)}
    server.counts_off = off
    batched("run", "rows.txt", "--model", model, "--batch", "--retries", "0")
    told = batched("batch", "reconcile")
    assert told.status == 0, told.err
    if off:
        assert f"{name} counts {6 + off} answers, 6 came back" in told.err
    else:
        assert "1 batch: nothing differs" in told.err


def test_what_was_counted_and_did_not_come_back_is_told_at_every_api(
    batched: Scrimp, server: BatchServer, model: str
) -> None:
    server.fates = {PROMPTS[3]: MISSING}
    batched("run", "rows.txt", "--model", model, "--batch", "--retries", "0")
    assert f"{model.partition('/')[0]} counts 7 answers, 6 came back" in batched("batch", "reconcile").err


TELL_TOKENS = ("openai", "openrouter")


def test_tokens_and_dollars_of_a_whole_batch_are_compared_where_they_are_told(
    batched: Scrimp, server: BatchServer, model: str
) -> None:
    name = model.partition("/")[0]
    if name == "openrouter":  # a price of one's own is not what it charges
        batched.config((batched.home / "config.toml").read_text().partition("[models")[0])
    server.usage_off = 1000
    batched("run", "rows.txt", "--model", model, "--batch")
    told = batched("batch", "reconcile").err
    assert ("tokens in, " in told) == (name in TELL_TOKENS), told
    assert ("the ledger has $" in told) == (name == "openrouter"), told
    server.usage_off = 0
    assert "1 batch: nothing differs" in batched("batch", "reconcile").err
