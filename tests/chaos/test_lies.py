"""Whatever a provider says, its row fails or is answered, and the run goes on; what it bills is known, or unknown."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from chaos.damage import Reply as Sound
from chaos.damage import sound_reply
from chaos.lies import HEADERS, lie
from chaos.promises import rows_of
from command import Scrimp
from fake_provider import FakeProvider, Reply
from scrimp.providers import DIALECTS
from scrimp.providers.endpoint import HttpReply
from scrimp.providers.presets import PRESETS
from scrimp.transport.exchange import Exchange
from scrimp.values import Call, Completion, Failure, Parameters
from transport.wire import FakeObserver

PATHS = {"openai": "/v1", "anthropic": "", "gemini": "/v1beta"}
# None that a client waits for, or that says that all rows would fail.
STATUSES = (200, 200, 200, 200, 201, 299, 302, 400, 413, 422)
FLAVOURS = ("openai", "anthropic", "gemini", "openrouter", "litellm", "mistral", "deepseek")


def liar(dialect: str, seed: int) -> Callable[[dict[str, Any]], Reply]:
    """Return what answers every third prompt with lies, and the others soundly."""

    def answer(body: dict[str, Any]) -> Reply:
        prompt = json.dumps(body)
        number = int(prompt.split("row ")[1].split()[0])
        chance = Random(seed * 10_000 + number)
        sound = sound_reply(dialect, f"row {number}", streamed=False, chance=chance).body
        if number % 3:
            return 200, {"content-type": "application/json"}, sound
        headers = {"content-type": "application/json"} | dict(chance.sample(HEADERS, chance.randint(0, 3)))
        return chance.choice(STATUSES), headers, lie(json.loads(sound), chance)

    return answer


@pytest.mark.parametrize("dialect", PATHS)
def test_a_run_over_lies_answers_or_fails_each_row_and_every_command_survives_what_it_left(
    scrimp: Scrimp, provider: FakeProvider, dialect: str
) -> None:
    provider.answer = liar(dialect, 1)
    scrimp.env["LIAR_KEY"] = "sk-test-0123456789abcdef"
    scrimp.config(
        f'[providers.{dialect}]\nbase_url = "{provider.url.removesuffix("/v1")}{PATHS[dialect]}"\n'
        f'key_env = "LIAR_KEY"\n[models."{dialect}/m"]\nprice = {{ input = 1.0, output = 2.0 }}\n'
    )
    rows = 150
    scrimp.file("rows.jsonl", "".join(json.dumps({"text": f"row {number} of many"}) + "\n" for number in range(rows)))
    command = ("run", "rows.jsonl", "--model", f"{dialect}/m", "-j", "8", "--retries", "0", "--max-output", "50")
    ran = scrimp(*command)
    rows_ran = rows_of(ran)

    assert "Traceback" not in ran.err
    assert (ran.status, [row["index"] for row in rows_ran]) == (3, list(range(rows)))
    answered = {row["index"]: row for row in rows_ran if row["status"] in ("ok", "truncated")}
    assert all(number in answered for number in range(rows) if number % 3)
    assert all(row["error"]["message"] for row in rows_ran if row["status"] not in ("ok", "truncated"))
    assert all(row["cost_usd"] is None or 0 <= row["cost_usd"] < 1e9 for row in rows_ran)
    with closing(sqlite3.connect(scrimp.home / "ledger.db")) as db:
        assert db.execute("SELECT count(*) FROM entries").fetchone() == (len(provider.bodies),)
        assert db.execute("SELECT count(*) FROM entries WHERE cost_nano < 0 OR input < 0").fetchone() == (0,)
    kept = scrimp(*command, "--cache", "only")
    hits = {row["index"]: row["output"] for row in rows_of(kept) if row["status"] == "ok"}
    assert hits == {index: row["output"] for index, row in answered.items() if row["status"] == "ok"}
    for words in ("cost", "cost --by model --json", "cache stats", "cache export -", "runs list", "doctor"):
        seen = scrimp(*words.split())
        assert (seen.status, "Traceback" in seen.err) == (0, False), (words, seen.err)


def test_a_liar_passes_the_cap_by_nothing_but_calls_in_flight(scrimp: Scrimp, provider: FakeProvider) -> None:
    """What it bills is by its own words: those that cannot be true are unknown, and count as all that was reserved."""
    provider.answer = liar("openai", 2)
    scrimp.provider(provider.url)
    scrimp.file("rows.jsonl", "".join(json.dumps({"text": f"row {number} of many"}) + "\n" for number in range(300)))
    ran = scrimp(
        "run", "rows.jsonl", "-j", "8", "--retries", "0", "--max-output", "50", "--max-cost", "0.1",
        "--summary-file", "bill.json",
    )  # fmt: skip

    assert "Traceback" not in ran.err
    with closing(sqlite3.connect(scrimp.home / "ledger.db")) as db:
        costs = [
            Decimal(nano or 0) / 10**9 for (nano,) in db.execute("SELECT cost_nano FROM entries ORDER BY time, id")
        ]
    assert len(costs) == len(provider.bodies)
    dearest = sorted(costs, reverse=True)[:8]  # as many as may be in flight
    assert sum(costs) - sum(dearest) <= Decimal("0.1")


replies = st.tuples(
    st.sampled_from(FLAVOURS), st.integers(0, 2**32), st.sampled_from([*STATUSES, 204, 401, 402, 429, 500, 503, 529])
)


def exchange_with(preset: str, parameters: Parameters) -> Exchange:
    call = Call(provider=preset, model="m", text="hello", parameters=parameters)
    return Exchange(call, PRESETS[preset], FakeObserver(), None)


@settings(max_examples=300)
@given(replies, st.booleans())
def test_every_reply_is_a_completion_or_a_failure_that_can_be_kept(
    reply: tuple[str, int, int], structured: bool
) -> None:
    preset, seed, status = reply
    chance = Random(seed)
    schema: Any = {"type": "object", "properties": {"a": {"type": "string"}}}
    exchange = exchange_with(preset, Parameters(schema=schema) if structured else Parameters(max_output=9))
    sound = json.loads(sound_reply(exchange.endpoint.dialect, "x", streamed=False, chance=chance).body)
    body = chance.randbytes(chance.randint(0, 300)) if chance.random() < 0.1 else lie(sound, chance)
    check(exchange.completion(HttpReply(status=status, body=body, headers=dict(chance.sample(HEADERS, 4)))))


@settings(max_examples=150)
@given(replies)
def test_every_stream_is_a_completion_or_a_failure_that_can_be_kept(reply: tuple[str, int, int]) -> None:
    preset, seed, _ = reply
    chance = Random(seed)
    exchange = exchange_with(preset, Parameters())
    stream: Sound = sound_reply(exchange.endpoint.dialect, "x", streamed=True, chance=chance)
    reader = DIALECTS[exchange.endpoint.dialect]().stream_reader(exchange.call, exchange.endpoint)
    for event in stream.events:
        data = event.decode()
        if data != "[DONE]" and chance.random() < 0.3:
            data = lie(json.loads(data), chance).decode("utf-8", "replace")
        reader.feed(data)
    check(reader.completion())


def check(result: Completion | Failure) -> None:
    """Fail unless a result can be written down and read back."""
    assert isinstance(result, Completion | Failure)
    if isinstance(result, Failure):
        assert result.message
        assert result.retry_after is None or 0 <= result.retry_after < float("inf")
    else:
        assert result.text.encode("utf-8") is not None
        assert result.usage is None or min(result.usage.input, result.usage.output) >= 0
        assert result.reported_cost is None or result.reported_cost >= 0
    whole = replace(result, entry=None) if isinstance(result, Completion) else result
    assert msgspec.json.decode(msgspec.json.encode(whole), type=type(whole)) == whole
