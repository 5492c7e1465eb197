"""Replies damaged on the wire, at random: no completion lacks text, and nothing is paid that was not answered whole."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from chaos.damage import ALTERED, BROKEN, DAMAGES, PIECE, Server, damaging_server, text_of, tokens_of
from chaos.promises import rows_of, write_rows
from command import Scrimp
from scrimp.providers.presets import PRESETS
from scrimp.transport.http.client import HttpClient, build_engine
from scrimp.values import Call, Completion, Failure
from transport.wire import ClientHarness, FakeObserver

PATHS = {"openai": "/v1", "anthropic": "", "gemini": "/v1beta"}


class Impatient(ClientHarness):
    """A client that does not wait between retries."""

    async def _sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


class Asked(Struct):
    """A prompt, and what came of each request for it."""

    prompt: str
    streamed: bool
    results: Sequence[Completion | Failure]
    shown: str


async def ask_all(server: Server, prompts: Sequence[str]) -> list[Asked]:
    """Ask every prompt in a dialect of its own, streamed or not, over sockets, with two retries."""
    http, places = HttpClient(build_engine({}, timeout=60)), asyncio.Semaphore(16)

    async def ask(number: int, prompt: str) -> Asked:
        preset, streamed = sorted(PATHS)[number % 3], number % 2 == 0
        endpoint = replace(PRESETS[preset], base_url=f"http://127.0.0.1:{server.port}{PATHS[preset]}")
        call, observer, shown = Call(provider=preset, model="m", text=prompt, stream=streamed), FakeObserver(), []
        async with places:
            client = Impatient(http, retries=2, timeout=60).client  # type: ignore[arg-type]  # a real one
            await client.complete(call, endpoint, observer, client.retry_state(), show=shown.append)
        return Asked(prompt, streamed, observer.ended, "".join(shown))

    try:
        return await asyncio.gather(*(ask(number, prompt) for number, prompt in enumerate(prompts)))
    finally:
        await http.close()


@settings(max_examples=4)
@given(st.integers(0, 2**32))
def test_a_completion_of_a_damaged_reply_has_all_of_its_text_and_its_own_tokens(seed: int) -> None:
    with damaging_server() as server:
        outcomes = asyncio.run(ask_all(server, [f"seed {seed} row {number}" for number in range(500)]))
    for asked in outcomes:
        sent = server.sent[asked.prompt]
        assert len(asked.results) == len(sent), sent  # no request that nobody recorded
        for damage, result in zip(sent, asked.results, strict=True):
            if isinstance(result, Completion) and result.stop_reason == "stop":
                assert is_whole(result, asked.prompt, damage, streamed=asked.streamed), (damage, result)
        completions = [result for result in asked.results if isinstance(result, Completion)]
        assert len(completions) <= min(1, server.wholes(asked.prompt)), sent  # retried only where none was paid
        if completions and asked.streamed:
            assert asked.shown == completions[0].text  # of one reply, and not the beginning of another


def is_whole(completion: Completion, prompt: str, damage: str, *, streamed: bool) -> bool:
    """Return whether nothing of a text is missing; what no reader can tell is allowed."""
    text, usage = text_of(prompt), completion.usage
    if damage == "compressed_and_flipped" and streamed:
        return True  # the checksum comes after the end of the stream, and what was shown cannot be taken back
    if usage is None and damage not in BROKEN:  # a stream that broke between its text and its usage
        return False
    if usage is not None and (usage.input, usage.output) != tokens_of(prompt):
        return False
    if damage == "a_bit_flipped_in_the_text":
        return len(completion.text) in range(len(text) - 1, len(text) + 2)
    if damage in ALTERED:
        return all(text[at : at + PIECE] in completion.text for at in range(0, len(text), PIECE))
    return completion.text == text


def test_every_damage_was_met_and_those_that_a_client_can_repair_were() -> None:
    """Or the test above has shown nothing."""
    with damaging_server() as server:
        asked = asyncio.run(ask_all(server, [f"one of {number}" for number in range(1000)]))
    ends = Counter(
        (damage, isinstance(result, Completion))
        for each in asked
        for damage, result in zip(server.sent[each.prompt], each.results, strict=True)
    )

    assert {damage for damage, _ in ends} == set(DAMAGES)
    for damage in ("none", "without_a_length", "in_chunks", "compressed", "interim_replies", "odd_type", "sent_twice",
                   "other_line_ends", "noise_between_events", "a_blank_line_lost", "an_event_repeated"):  # fmt: skip
        assert not ends[damage, False], damage
    for damage in ("cut", "compressed_and_cut", "a_page", "no_reply", "an_event_cut", "an_event_lost_to_an_error"):
        assert ends[damage, False] > ends[damage, True], damage


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Leave out statuses that a client waits for, and let most replies be sound: the breaker would wait, too."""
    with damaging_server(tuple(name for name in DAMAGES if name != "odd_status"), every=3) as running:
        yield running


@pytest.mark.parametrize("preset", sorted(PATHS))
def test_a_run_over_damaged_replies_caches_whole_texts_and_pays_what_was_answered(
    scrimp: Scrimp, server: Server, preset: str
) -> None:
    scrimp.env["DAMAGE_KEY"] = "sk-test-0123456789abcdef"
    scrimp.config(
        f'[providers.{preset}]\nbase_url = "http://127.0.0.1:{server.port}{PATHS[preset]}"\nkey_env = "DAMAGE_KEY"\n'
        f'[models."{preset}/m"]\nprice = {{ input = 0.25, output = 2.0 }}\n'
    )
    prompts = [f"{preset} row {number}" for number in range(200)]
    write_rows(scrimp, prompts)
    command = ("run", "rows.jsonl", "--model", f"{preset}/m", "-j", "8", "--retries", "0")

    first = scrimp(*command, "--summary-file", "bill.json")
    sent = {prompt: list(server.sent[prompt]) for prompt in prompts}
    kept = scrimp(*command, "--cache", "only")
    bill = json.loads((scrimp.cwd / "bill.json").read_bytes(), parse_float=Decimal)

    rows = rows_of(first)
    answered = [row for row in rows if row["status"] == "ok"]
    assert len(rows) == len(prompts)
    assert answered
    assert len(answered) < len(prompts)
    for row in answered:
        prompt = prompts[row["index"]]
        assert row["output"] == text_of(prompt) or set(sent[prompt]) & ALTERED, (row, sent[prompt])
        assert (row["usage"]["input"], row["usage"]["output"]) == tokens_of(prompt)
    # What is cached is what was ok, and nothing else.
    assert {row["index"] for row in rows_of(kept) if row["status"] == "ok"} == {row["index"] for row in answered}
    # One whole reply was paid for each row that is ok, and none for a row that is not.
    cost = sum((price_of(prompts[row["index"]]) for row in answered), Fraction())
    assert sum((Fraction(row["cost_usd"] or 0) for row in rows), Fraction()) == cost
    assert Fraction(bill["cost_usd"]) == cost
    assert scrimp.paid_calls() == (len(answered), cost)


def price_of(prompt: str) -> Fraction:
    read, written = tokens_of(prompt)
    return Fraction(read * 25 + written * 200, 100 * 10**6)


# What happens to a stream, and whether `ask` can have all of it.
STREAMS = {
    "a_length_too_long": True, "noise_between_events": True, "cut": False, "an_event_cut": False,
    "an_event_lost_to_an_error": False, "compressed_and_cut": False,
}  # fmt: skip


@pytest.mark.parametrize(("damage", "whole"), STREAMS.items())
def test_a_streamed_text_is_kept_only_if_it_was_whole(scrimp: Scrimp, damage: str, *, whole: bool) -> None:
    scrimp.env["SCRIMP_RETRIES"] = "0"
    with damaging_server((damage,)) as server:
        scrimp.provider(f"http://127.0.0.1:{server.port}/v1")
        first = scrimp("ask", "what is it?")
        kept = scrimp("ask", "what is it?", "--cache", "only")
        sent = server.sent["what is it?"]

    assert sent == [damage]
    assert (first.status == 0) is whole, first.err
    assert (kept.status == 0) is whole
    if whole:
        assert first.out == kept.out == text_of("what is it?") + "\n"
    assert scrimp.paid_calls()[0] == whole
