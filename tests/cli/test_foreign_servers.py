"""200 rows at servers written by others: rows, bill, ledger and what the server itself counted or charged agree."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from command import Scrimp
from fake_provider import Reply as UpstreamReply
from fake_provider import completion, error, fake_provider
from foreign_servers import Relay, Reply, installed, relay, serving

pytestmark = pytest.mark.foreign

LITELLM = "litellm[proxy]==1.108.7"
LLMOCK = "llmock==0.2.2"
ROWS = 200


def write_rows(scrimp: Scrimp) -> None:
    scrimp.file("rows.txt", "".join(f"row {n} of a list: {'word ' * (n % 23)}\n" for n in range(ROWS)))


def dollars_of_rows(rows: list[dict[str, Any]]) -> Fraction:
    return sum((Fraction(row["cost_usd"]) for row in rows), Fraction())


def dollars_of_bill(scrimp: Scrimp) -> Fraction:
    return Fraction(json.loads((scrimp.cwd / "bill.json").read_bytes(), parse_float=Decimal)["cost_usd"])


def rows_bill_and_ledger(scrimp: Scrimp, model: str) -> Fraction:
    """Run 200 rows through a model; return what rows, bill and ledger say they cost; a rerun must cost nothing."""
    command = ("run", "rows.txt", "--model", model, "-j", "8", "--retries", "8", "--summary-file", "bill.json")
    ran = scrimp(*command, timeout=120)
    assert ran.status == 0, ran.err
    rows = [json.loads(line, parse_float=Decimal) for line in ran.out.splitlines()]
    assert [(row["index"], row["status"]) for row in rows] == [(n, "ok") for n in range(ROWS)]

    cost = dollars_of_rows(rows)
    assert dollars_of_bill(scrimp) == cost
    assert scrimp.paid_calls() == (ROWS, cost)

    again = scrimp(*command)
    assert again.status == 0, again.err
    assert {row["cache"] for row in again.rows} == {"hit"}
    assert dollars_of_bill(scrimp) == 0
    assert scrimp.paid_calls() == (ROWS, cost)
    return cost


def upstream(body: dict[str, Any]) -> UpstreamReply:
    """Answer as OpenAI would, with cached tokens and hidden reasoning; each thirteenth prompt only when asked again."""
    text = body["messages"][-1]["content"]
    number = int(text.split()[1])
    if number % 13 == 5 and text not in refused:
        refused.add(text)
        return error(503, "overloaded")
    prompt, output = 100 + len(text), 7 + number % 5
    usage = {
        "prompt_tokens": prompt, "completion_tokens": output, "total_tokens": prompt + output,
        "prompt_tokens_details": {"cached_tokens": 64 * (number % 2)},
        "completion_tokens_details": {"reasoning_tokens": number % 3},
    }  # fmt: skip
    return completion(f"echo: {text}", model=body["model"], usage=usage)


refused: set[str] = set()


@pytest.fixture
def litellm(tmp_path: Path) -> Iterator[Relay]:
    """LiteLLM's proxy before a provider that is ours, with its own price table."""
    command = installed(LITELLM) / "litellm"
    refused.clear()
    with fake_provider(upstream) as provider:
        config = tmp_path / "litellm.yaml"
        config.write_text(
            "model_list:\n- model_name: gpt-4o-mini\n  litellm_params:\n"
            f"    {{model: openai/gpt-4o-mini, api_base: '{provider.url}', api_key: sk-upstream, max_retries: 0}}\n"
            "router_settings: {num_retries: 0, disable_cooldowns: true}\n"
            "general_settings: {master_key: sk-test-0123456789abcdef}\n"
        )
        words = [command, "--config", config, "--host", "127.0.0.1", "--port", "{port}", "--telemetry", "False"]
        env = {"LITELLM_LOCAL_MODEL_COST_MAP": "True"}  # or it asks the internet for prices
        with (
            serving(words, health="/health/liveliness", log=tmp_path / "litellm.log", env=env) as port,
            relay(port) as relayed,
        ):
            yield relayed


def test_litellm_s_proxy_charges_what_rows_bill_and_ledger_say(scrimp: Scrimp, litellm: Relay) -> None:
    scrimp.env["LITELLM_API_KEY"] = "sk-test-0123456789abcdef"
    scrimp.config(f'[providers.litellm]\nbase_url = "{litellm.url}/v1"\n')
    write_rows(scrimp)

    cost = rows_bill_and_ledger(scrimp, "litellm/gpt-4o-mini")

    answered = litellm.answered()
    assert len(answered) == ROWS
    assert len(litellm.replies) > ROWS  # some failed first
    charged = sum((reply.cost or Decimal(0) for reply in answered), Decimal(0))
    assert charged > 0
    assert cost == Fraction(round(charged, 12))
    # The header is believed; by OpenAI's list it is right, too: 0.15, 0.075 cached and 0.60 out for a million.
    assert cost == sum(map(by_openai_s_list, answered), Fraction())


def by_openai_s_list(reply: Reply) -> Fraction:
    usage = reply.body["usage"]
    cached = usage["prompt_tokens_details"]["cached_tokens"]
    thousandths = (usage["prompt_tokens"] - cached) * 150 + cached * 75 + usage["completion_tokens"] * 600
    return Fraction(thousandths, 10**9)


@pytest.fixture(scope="module")
def llmock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of llmock, which fails one call in twenty with a 500, and one with a 503."""
    command = installed(LLMOCK) / "llmock"
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
    scrimp.env["MOCK_KEY"] = "sk-test-0123456789abcdef"
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
