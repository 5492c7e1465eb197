"""The cap of a run beside a provider whose usage is not what its price and the cap of a completion allow."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from command import Scrimp
from fake_provider import FakeProvider, Reply, completion, echo, fake_provider

CONFIG = """
[defaults]
retries = 0
progress = "none"
[providers.fake]
dialect = "openai"
flavour = "{flavour}"
base_url = "{url}"
key_env = "FAKE_KEY"
price_provider = "openai"
[models."fake/small"]
price = {{ input = 1, output = 10 }}
[models."fake/qwen3.8-max"]
price = {{ input = 1, output = 10 }}
"""
IN_FLIGHT, ROWS, CAP = 4, 60, Decimal("0.02")


def usage(prompt: int, out: int, hidden: int = 0, **more: Any) -> dict[str, Any]:
    counts = {"prompt_tokens": prompt, "completion_tokens": out, "total_tokens": prompt + out}
    return {"usage": counts | {"completion_tokens_details": {"reasoning_tokens": hidden}} | more}


# What each says of a call that can cost 0.00045 at most: 20 tokens out, and a prompt of some words.
LIES: dict[str, dict[str, Any]] = {
    "more out than the cap": usage(10, 400),
    "hidden thought in the count": usage(10, 400, 398),
    "hidden thought beside the count": {
        "usage": {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 412,
                  "completion_tokens_details": {"reasoning_tokens": 400}},
    },
    "a longer prompt than was sent": usage(4000, 2),
    "a dearer model": {"model": "gpt-6.2-sol", **usage(10, 20)},  # at a twentieth of its price
    "a cost of its own": usage(10, 2, cost=0.004),
}  # fmt: skip


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with fake_provider(echo) as provider:
        yield provider


def lies_after(honest: int, lie: dict[str, Any]) -> Callable[[dict[str, Any]], Reply]:
    """Answer some calls honestly, then lie about each."""
    lock, answered = threading.Lock(), 0

    def answer(body: dict[str, Any]) -> Reply:
        nonlocal answered
        with lock:
            answered += 1
            lying = answered > honest
        return completion("honk", **({"model": body["model"]} | (lie if lying else usage(10, 2))))

    return answer


@pytest.mark.parametrize(("lie", "honest"), [*((lie, 9) for lie in LIES), ("hidden thought beside the count", 0)])
def test_what_the_first_lies_cost_is_reserved_for_the_calls_that_follow(
    scrimp: Scrimp, provider: FakeProvider, lie: str, honest: int
) -> None:
    flavour = "openrouter" if "cost" in LIES[lie].get("usage", {}) else "openai"
    scrimp.config(CONFIG.format(url=provider.url, flavour=flavour))
    scrimp.env["FAKE_KEY"] = "sk-test-0123456789abcdef"
    provider.answer = lies_after(honest, LIES[lie])
    scrimp.file("rows.jsonl", "".join(json.dumps({"text": f"How many geese? {n}"}) + "\n" for n in range(ROWS)))
    model, cap = ("gpt-6-luna", CAP / 10) if lie == "a dearer model" else ("small", CAP)
    words = ("--model", f"fake/{model}", "--max-output", "20", "--max-cost", str(cap), "-j", str(IN_FLIGHT))
    ran = scrimp("run", "rows.jsonl", *words)
    entries = json.loads(scrimp("cost", "--json").out)
    paid = sum(Decimal(str(each["cost_usd"])) for each in entries)

    assert ran.status == 5, ran.err
    assert paid <= cap  # the first calls that lie leave room for others, which are reserved at what these cost
    assert len(provider.bodies) < ROWS
    assert "times as much is reserved for those that follow" in ran.err


def test_hidden_thought_that_no_cap_counts_is_limited_and_reserved(scrimp: Scrimp, provider: FakeProvider) -> None:
    scrimp.config(CONFIG.format(url=provider.url, flavour="qwen"))
    scrimp.env["FAKE_KEY"] = "sk-test-0123456789abcdef"
    scrimp.file("rows.txt", "How many geese?\n")
    words = ("rows.txt", "--model", "fake/qwen3.8-max", "--max-output", "20")
    # 1,044 tokens at $10 a million, and the prompt.
    refused = scrimp("run", *words, "--max-cost", "0.0104")
    assert (refused.status, provider.bodies) == (5, [])
    assert "1,044 output tokens" in refused.err
    assert scrimp("run", *words, "--max-cost", "0.011").status == 0
    assert (provider.bodies[0]["max_tokens"], provider.bodies[0]["thinking_budget"]) == (20, 1024)

    scrimp("run", *words, "--effort", "none", "--max-cost", "0.0104")
    assert (provider.bodies[1]["enable_thinking"], "thinking_budget" in provider.bodies[1]) == (False, False)
    scrimp("run", "rows.txt", "--model", "fake/qwen3.8-max")
    assert "thinking_budget" not in provider.bodies[2]
