"""200 rows at servers written by others: rows, bill, ledger and what the server itself counted or charged agree."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from command import Scrimp
from fake_provider import Reply as UpstreamReply
from fake_provider import completion, error, fake_provider
from foreign_servers import Relay, Reply, installed, relay, serving, takes_time

pytestmark = [pytest.mark.foreign, takes_time]

ROWS = 200
KEY = "sk-test-0123456789abcdef"


def write_rows(scrimp: Scrimp) -> None:
    scrimp.file("rows.txt", "".join(f"row {n} of a list: {'word ' * (n % 23)}\n" for n in range(ROWS)))


def dollars_of_bill(scrimp: Scrimp) -> Fraction:
    return Fraction(json.loads((scrimp.cwd / "bill.json").read_bytes(), parse_float=Decimal)["cost_usd"])


def rows_bill_and_ledger(scrimp: Scrimp, model: str) -> Fraction:
    """Run 200 rows through a model; return what rows, bill and ledger say they cost; a rerun must cost nothing."""
    cost = run_rows(scrimp, model)
    assert scrimp.paid_calls() == (ROWS, cost)

    again = scrimp(*command_for(model))
    assert again.status == 0, again.err
    assert {row["cache"] for row in again.rows} == {"hit"}
    assert dollars_of_bill(scrimp) == 0
    assert scrimp.paid_calls() == (ROWS, cost)
    return cost


def run_rows(scrimp: Scrimp, model: str, *words: str) -> Fraction:
    """Run 200 rows through a model; return what rows and bill say they cost."""
    ran = scrimp(*command_for(model), *words, timeout=120)
    assert ran.status == 0, ran.err
    rows = [json.loads(line, parse_float=Decimal) for line in ran.out.splitlines()]
    assert [(row["index"], row["status"]) for row in rows] == [(n, "ok") for n in range(ROWS)]
    cost = sum((Fraction(row["cost_usd"]) for row in rows), Fraction())
    assert dollars_of_bill(scrimp) == cost
    return cost


def command_for(model: str) -> tuple[str, ...]:
    return ("run", "rows.txt", "--model", model, "-j", "8", "--retries", "8", "--summary-file", "bill.json")


def upstream(body: dict[str, Any]) -> UpstreamReply:
    """Answer as the vendor would, with cached tokens; each thirteenth prompt only when asked again."""
    content = body["messages"][-1]["content"]
    text = content if isinstance(content, str) else content[-1]["text"]
    number = int(text.split()[1])
    if number % 13 == 5 and (body["model"], text) not in refused:
        refused.add((body["model"], text))
        return error(503, "overloaded")
    return claude(body, text, number) if "claude" in body["model"] else gpt(body, text, number)


def gpt(body: dict[str, Any], text: str, number: int) -> UpstreamReply:
    prompt, output = 100 + len(text), 7 + number % 5
    usage = {
        "prompt_tokens": prompt, "completion_tokens": output, "total_tokens": prompt + output,
        "prompt_tokens_details": {"cached_tokens": 64 * (number % 2)},
        "completion_tokens_details": {"reasoning_tokens": number % 3},
    }  # fmt: skip
    return completion(f"echo: {text}", model=body["model"], usage=usage)


def claude(body: dict[str, Any], text: str, number: int) -> UpstreamReply:
    short, long = 40 * (number % 2), 300 * (number % 3)
    usage = {
        "input_tokens": 10 + len(text), "output_tokens": 7 + number % 5, "cache_read_input_tokens": 500 * (number % 4),
        "cache_creation_input_tokens": short + long,
        "cache_creation": {"ephemeral_5m_input_tokens": short, "ephemeral_1h_input_tokens": long},
    }  # fmt: skip
    reply = {
        "id": f"msg_{number}", "type": "message", "role": "assistant", "model": body["model"], "stop_sequence": None,
        "content": [{"type": "text", "text": f"echo: {text}"}], "stop_reason": "end_turn", "usage": usage,
    }  # fmt: skip
    return 200, {"content-type": "application/json"}, json.dumps(reply).encode()


refused: set[tuple[str, str]] = set()


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of LiteLLM's proxy, with its own price table and its own cache, before a provider that is ours."""
    command, place = installed("litellm") / "litellm", tmp_path_factory.mktemp("litellm")
    with fake_provider(upstream) as provider:
        common, root = "api_key: sk-upstream, max_retries: 0", provider.url.removesuffix("/v1")
        config = place / "litellm.yaml"
        config.write_text(
            "model_list:\n"
            "- model_name: gpt-4o-mini\n"
            f"  litellm_params: {{model: openai/gpt-4o-mini, api_base: '{provider.url}', {common}}}\n"
            "- model_name: claude-haiku-4-5\n"
            f"  litellm_params: {{model: anthropic/claude-haiku-4-5, api_base: '{root}', {common}}}\n"
            "litellm_settings: {cache: true, cache_params: {type: local}}\n"
            "router_settings: {num_retries: 0, disable_cooldowns: true}\n"
            f"general_settings: {{master_key: {KEY}}}\n"
        )
        words = [command, "--config", config, "--host", "127.0.0.1", "--port", "{port}", "--telemetry", "False"]
        env = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "NO_PROXY": "*"}  # or it asks the internet for prices
        with serving(words, health="/health/liveliness", log=place / "log", env=env) as port:
            yield port


@pytest.fixture
def litellm(proxy: int) -> Iterator[Relay]:
    refused.clear()
    with relay(proxy) as relayed:
        yield relayed


def test_litellm_s_proxy_charges_what_rows_bill_and_ledger_say(scrimp: Scrimp, litellm: Relay) -> None:
    scrimp.env["LITELLM_API_KEY"] = KEY
    scrimp.config(f'[providers.litellm]\nbase_url = "{litellm.url}/v1"\n')
    write_rows(scrimp)

    cost = rows_bill_and_ledger(scrimp, "litellm/gpt-4o-mini")

    assert cost == charged_by(litellm)
    # The header is believed; by OpenAI's list it is right, too.
    assert cost == sum(map(by_openai_s_list, litellm.answered()), Fraction())

    # What LiteLLM has in its own cache costs nothing, and it names no cost.
    assert run_rows(scrimp, "litellm/gpt-4o-mini", "--cache", "refresh") == 0
    assert scrimp.paid_calls() == (2 * ROWS, cost)
    assert all(reply.cost is None for reply in litellm.answered()[ROWS:])


def test_litellm_s_proxy_charges_the_same_in_anthropic_s_dialect(scrimp: Scrimp, litellm: Relay) -> None:
    scrimp.env["GATE_KEY"] = KEY
    scrimp.config(f'[providers.gate]\ndialect = "anthropic"\nbase_url = "{litellm.url}"\nkey_env = "GATE_KEY"\n')
    write_rows(scrimp)

    cost = rows_bill_and_ledger(scrimp, "gate/claude-haiku-4-5")

    assert cost == charged_by(litellm)
    assert cost == sum(map(by_anthropic_s_list, litellm.answered()), Fraction())


def charged_by(litellm: Relay) -> Fraction:
    """Return the dollars of the 200 replies by LiteLLM's header, some having failed before."""
    assert len(litellm.answered()) == ROWS
    assert len(litellm.replies) > ROWS
    charged = sum((reply.cost or Decimal(0) for reply in litellm.answered()), Decimal(0))
    assert charged > 0
    return Fraction(round(charged, 12))


def by_openai_s_list(reply: Reply) -> Fraction:
    """Return the dollars at 0.15, 0.075 cached and 0.60 out for a million."""
    usage = reply.body["usage"]
    cached = usage["prompt_tokens_details"]["cached_tokens"]
    thousandths = (usage["prompt_tokens"] - cached) * 150 + cached * 75 + usage["completion_tokens"] * 600
    return Fraction(thousandths, 10**9)


def by_anthropic_s_list(reply: Reply) -> Fraction:
    """Return the dollars at 1, 0.10 cached, 1.25 and 2 written for 5 minutes and an hour, and 5 out for a million."""
    usage = reply.body["usage"]
    written = usage["cache_creation"]
    hundredths = (
        usage["input_tokens"] * 100 + usage["cache_read_input_tokens"] * 10 + usage["output_tokens"] * 500
        + written["ephemeral_5m_input_tokens"] * 125 + written["ephemeral_1h_input_tokens"] * 200
    )  # fmt: skip
    return Fraction(hundredths, 10**8)


@pytest.fixture(scope="module")
def llmock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of llmock, which fails one call in twenty with a 500, and one with a 503."""
    command = installed("llmock") / "llmock"
    words = [command, "serve", "-p", "{port}", "--response-style", "varied", "--log-level", "warning",
             "--error-rate", "500=0.05", "--error-rate", "503=0.05"]  # fmt: skip
    with serving(words, health="/health", log=tmp_path_factory.mktemp("llmock") / "log") as port:
        yield port


def counts_of_chat(body: dict[str, Any]) -> tuple[int, int]:
    return body["usage"]["prompt_tokens"], body["usage"]["completion_tokens"]


def counts_of_message(body: dict[str, Any]) -> tuple[int, int]:
    return body["usage"]["input_tokens"], body["usage"]["output_tokens"]


def counts_of_content(body: dict[str, Any]) -> tuple[int, int]:
    return body["usageMetadata"]["promptTokenCount"], body["usageMetadata"]["candidatesTokenCount"]


@pytest.mark.parametrize(
    ("model", "base", "counts_of"),
    [
        ("openai/gpt-4o-mini", "/v1", counts_of_chat),
        ("anthropic/claude-haiku-4-5", "/anthropic", counts_of_message),
        ("gemini/gemini-2.5-flash", "/gemini/v1beta", counts_of_content),
        ("mistral/mistral-small-latest", "/mistral/v1", counts_of_chat),
    ],
)
def test_llmock_counts_what_rows_bill_and_ledger_say(
    scrimp: Scrimp, llmock: int, model: str, base: str, counts_of: Callable[[dict[str, Any]], tuple[int, int]]
) -> None:
    name = model.partition("/")[0]
    scrimp.env["MOCK_KEY"] = KEY
    with relay(llmock) as relayed:
        scrimp.config(
            f'[providers.{name}]\nbase_url = "{relayed.url}{base}"\nkey_env = "MOCK_KEY"\n'
            f'[models."{model}"]\nprice = {{ input = 0.3, output = 2.5 }}\n'
        )
        write_rows(scrimp)
        cost = rows_bill_and_ledger(scrimp, model)

    counted = [counts_of(reply.body) for reply in relayed.answered()]
    assert len(counted) == ROWS
    assert len(relayed.replies) > ROWS  # some failed first
    assert cost == sum((Fraction(read * 3 + written * 25, 10**7) for read, written in counted), Fraction())
