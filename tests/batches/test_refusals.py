"""What a provider refuses about batches is told in words of batches, and cancelling says what it did, however often."""

from __future__ import annotations

import pytest

from batch_servers import COMPLETED, RUNNING, VALIDATING, BatchServer, OpenAIBatches, OpenRouterBatches
from batches.preset_config import configure_preset
from command import Ran, Scrimp

PROMPTS = [f"prompt {number}" for number in range(7)]
LIVE_WORDS = ("top up", "change its parameters", "lower -j", "try again later", "shorten it")


def run(batched: Scrimp, *words: str) -> Ran:
    batched.file("rows.txt", "\n".join(PROMPTS))
    return batched(*words, "rows.txt", "--model", "fake/small")


@pytest.mark.parametrize(
    ("step", "status", "message", "told"),
    [
        ("create", 402, "activate billing", "fake makes no batches for this account (402: activate billing)"),
        ("create", 403, "not_available_for_plan", "fake makes no batches for this account (403: not_available_for"),
        ("create", 400, "is not supported by the Batch API", "fake makes no batches for this model (400: is not"),
        ("upload", 404, "no such url", "fake has nothing there (404: no such url)"),
        ("create", 404, "no such url", "fake has nothing there (404: no such url)"),
    ],
)
def test_what_makes_no_batches_is_called_live_and_told_so(
    batched: Scrimp, server: OpenAIBatches, step: str, status: int, message: str, told: str
) -> None:
    server.refuse(step, status, message=message, times=None)
    ran = run(batched, "run", "--batch")
    assert ran.status == 0, ran.err
    assert sorted(server.live_prompts) == PROMPTS
    assert f"fake/small is called live, at full price: {told}" in ran.err
    assert not [words for words in LIVE_WORDS if words in ran.err]


def test_a_batch_that_is_refused_as_a_whole_gives_each_row_its_reason(batched: Scrimp, server: OpenAIBatches) -> None:
    server.refuse("create", 400, message="Invalid completion_window")
    ran = run(batched, "run", "--batch")
    assert ran.status == 4, ran.err
    told = "fake refused the batch it was in (Invalid completion_window): without --batch, it is called live"
    assert {row["error"]["message"] for row in ran.rows} == {told}
    assert ran.err.count("Invalid completion_window") == 2  # the batch, and the first failed row
    assert not [words for words in LIVE_WORDS if words in ran.err]


def test_a_full_queue_and_trouble_are_told_without_advice_for_live_calls(
    batched: Scrimp, server: OpenAIBatches
) -> None:
    server.refuse("create", 429, message="too many tokens")
    server.refuse("upload", 503, times=4, headers={"retry-after": "0"})
    ran = run(batched, "run", "--batch")
    assert ran.status == 0, ran.err
    assert "fake has no room for batch" in ran.err, ran.err
    assert "will be sent again later: fake is in trouble (503: no)" in ran.err
    assert not [words for words in LIVE_WORDS if words in ran.err]


def test_a_provider_that_redirects_ends_the_command_and_loses_nothing(batched: Scrimp, server: OpenAIBatches) -> None:
    server.refuse("upload", 302, headers={"location": "https://login.example/"})
    ran = run(batched, "run", "--batch")
    assert (ran.status, ran.out) == (4, ""), ran.err
    assert "redirects from" in ran.err
    assert run(batched, "run", "--batch").status == 0
    assert server.billed == dict.fromkeys(PROMPTS, 1)


def test_a_key_that_is_revoked_meanwhile_ends_the_wait(batched: Scrimp, server: OpenAIBatches) -> None:
    server.refuse("poll", 401, times=None)
    ran = run(batched, "run", "--batch")
    assert (ran.status, {row["status"] for row in ran.rows}) == (6, {"pending"}), ran.err
    assert "refused the key" in ran.err
    server.relent()
    assert run(batched, "run", "--batch").status == 0
    assert server.billed == dict.fromkeys(PROMPTS, 1)


def test_cancelling_again_does_no_more_and_says_so(batched: Scrimp, server: OpenAIBatches) -> None:
    server.script = [VALIDATING, RUNNING]
    assert run(batched, "batch", "submit").status == 0
    for told in ("is cancelled: 1 batch asked to stop", "was cancelled before: no batch of it was open"):
        ran = batched("batch", "cancel")
        assert (ran.status, told in ran.err, "warning" in ran.err) == (0, True, False), ran.err
    assert server.count("cancel") == 1


@pytest.mark.parametrize("polls", [0, 2])
def test_what_ended_before_it_is_cancelled_is_kept_without_a_warning(
    batched: Scrimp, server: OpenAIBatches, polls: int
) -> None:
    server.script = [VALIDATING, COMPLETED]
    assert run(batched, "batch", "submit").status == 0
    server.advance(polls)
    ran = batched("batch", "cancel")
    assert (ran.status, "warning" in ran.err) == (0, False), ran.err
    fetched = batched("batch", "fetch")
    assert [row["status"] for row in fetched.rows] == (["ok"] if polls else ["pending"]) * 7, fetched.err


def test_a_batch_that_is_gone_is_said_to_be_and_given_up_by_cancel(batched: Scrimp, server: OpenAIBatches) -> None:
    assert run(batched, "batch", "submit").status == 0
    server.batches.clear()
    watched = batched("batch", "watch")
    assert watched.status == 6, watched.err
    assert "fake does not know the batch" in watched.err
    assert "scrimp batch cancel" in watched.err
    cancelled = batched("batch", "cancel")
    assert (cancelled.status, "is given up" in cancelled.err) == (0, True), cancelled.err
    ran = run(batched, "run", "--batch")
    assert (ran.status, {row["status"] for row in ran.rows}) == (0, {"ok"}), ran.err
    assert (len(server.batches), server.live_prompts) == (1, [])


def test_a_batch_that_cannot_be_stopped_goes_on_and_its_results_are_kept(scrimp: Scrimp) -> None:
    with OpenRouterBatches() as server:
        server.script = [VALIDATING, RUNNING, RUNNING, RUNNING, COMPLETED]
        openrouter(scrimp, server)
        assert scrimp("batch", "submit", "rows.txt", "--model", "openrouter/x/y").status == 0
        for state in ("is cancelled", "was cancelled before"):
            ran = scrimp("batch", "cancel")
            assert (ran.status, f"{state}: 1 batch cannot be stopped" in ran.err) == (0, True), ran.err
            assert "continues, and is billed: openrouter cannot cancel the batch" in ran.err
        assert {row["status"] for row in scrimp("batch", "fetch", "--wait").rows} == {"ok"}
        assert server.billed == dict.fromkeys(PROMPTS, 1)


def openrouter(scrimp: Scrimp, server: BatchServer) -> None:
    configure_preset(scrimp, server.url, "openrouter/x/y")
    scrimp.file("rows.txt", "\n".join(PROMPTS))


def test_a_shard_whose_file_is_gone_before_its_batch_was_made_is_collected_again(scrimp: Scrimp) -> None:
    with OpenRouterBatches() as server:
        openrouter(scrimp, server)
        server.drop("create")
        server.refuse("list", 500, times=None, headers={"retry-after": "0"})
        assert scrimp("batch", "submit", "rows.txt", "--model", "openrouter/x/y").status == 0
        server.relent()
        (file,) = (scrimp.home / "batches").glob("*-001.jsonl")
        file.unlink()
        ran = scrimp("batch", "fetch", "--wait")
        assert (ran.status, {row["status"] for row in ran.rows}) == (0, {"ok"}), ran.err
        assert "its requests are collected again" in ran.err
        assert server.billed == dict.fromkeys(PROMPTS, 1)


def test_what_a_flush_could_not_put_in_a_batch_is_not_said_to_be_in_one(batched: Scrimp, server: OpenAIBatches) -> None:
    batched.file("rows.txt", "\n".join(PROMPTS))
    assert batched("batch", "submit", "rows.txt", "--model", "fake/small", "--queue", "nightly").status == 0
    server.refuse("create", 402, message="activate billing")
    flushed = batched("batch", "flush")
    assert flushed.status == 0, flushed.err
    assert "7 requests in no batch, since the provider took none" in flushed.err
    assert "in 1 batch" not in flushed.err
    ran = batched("batch", "fetch")
    assert (ran.status, {row["status"] for row in ran.rows}) == (0, {"ok"}), ran.err
    assert sorted(server.live_prompts) == PROMPTS
