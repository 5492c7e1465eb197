"""Variables that people have set for other programs: obeyed as the official SDKs obey them, and shown."""

from __future__ import annotations

import json
from contextlib import suppress

import anthropic
import openai
import pytest

from command import Scrimp
from fake_provider import FakeProvider

KEY = "sk-test-0123456789abcdef"


def test_openai_is_called_where_and_as_its_own_sdk_calls_it(
    scrimp: Scrimp, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = {
        "OPENAI_BASE_URL": provider.url + "/mine/", "OPENAI_ORG_ID": "org-1", "OPENAI_PROJECT_ID": "proj_1",
        "OPENAI_API_KEY": KEY,
    }  # fmt: skip
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    openai.OpenAI().chat.completions.create(model="gpt-6-luna", messages=[{"role": "user", "content": "hi"}])
    scrimp.env |= env
    ran = scrimp("ask", "hi", "--model", "openai/gpt-6-luna")

    assert (ran.status, ran.out) == (0, "echo: hi\n")
    assert provider.paths == ["/v1/mine/chat/completions"] * 2
    for name in ("openai-organization", "openai-project", "authorization"):
        assert provider.headers[0][name] == provider.headers[1][name]


def test_anthropic_is_called_where_its_own_sdk_calls_it(
    scrimp: Scrimp, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = {"ANTHROPIC_BASE_URL": provider.url.removesuffix("/v1") + "/proxy", "ANTHROPIC_API_KEY": KEY}
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    with suppress(Exception):  # the reply is none of its dialect
        anthropic.Anthropic(max_retries=0).messages.create(
            model="claude-opus-5-5", max_tokens=9, messages=[{"role": "user", "content": "hi"}]
        )
    scrimp.env |= {**env, "SCRIMP_RETRIES": "0"}
    scrimp("ask", "hi", "--model", "anthropic/claude-opus-5-5")

    assert provider.paths == ["/proxy/v1/messages"] * 2


def test_ollama_is_called_at_its_host(scrimp: Scrimp, provider: FakeProvider) -> None:
    scrimp.env["OLLAMA_HOST"] = provider.url.removesuffix("/v1").removeprefix("http://").replace("127.0.0.1", "0.0.0.0")

    assert scrimp("ask", "hi", "--model", "ollama/llama3").out == "echo: hi\n"
    assert provider.paths == ["/v1/chat/completions"]


def test_a_config_file_comes_before_the_variables(scrimp: Scrimp, provider: FakeProvider) -> None:
    scrimp.env |= {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1", "OPENAI_API_KEY": KEY}
    scrimp.config(f'[providers.openai]\nbase_url = "{provider.url}"\n')

    assert scrimp("ask", "hi", "--model", "openai/gpt-6-luna").status == 0


def test_where_a_setting_comes_from_is_shown_without_its_credentials(scrimp: Scrimp) -> None:
    scrimp.env |= {
        "OPENAI_BASE_URL": "https://ann:hunter2@llm.example/v1?token=hunter3", "OPENAI_ORG_ID": "org-1",
        "HTTPS_PROXY": "http://ann:hunter4@proxy.example", "OPENAI_API_KEY": KEY,
    }  # fmt: skip
    shown = scrimp("config", "show", "--origin")
    doctor = scrimp("doctor")

    assert '"https://llm.example/v1"' in shown.out
    assert "OPENAI_BASE_URL" in shown.out
    assert "environment: OPENAI_BASE_URL, OPENAI_ORG_ID, HTTPS_PROXY" in doctor.out
    for ran in (shown, doctor, scrimp("config", "show"), scrimp("config", "check")):
        assert "hunter" not in ran.out + ran.err


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_a_proxy_is_used_but_for_the_hosts_of_no_proxy(scrimp: Scrimp, provider: FakeProvider, variable: str) -> None:
    scrimp.provider("http://provider.test/v1")
    scrimp.env |= {variable: provider.url.removesuffix("/v1"), "NO_PROXY": "127.0.0.1"}

    assert scrimp("ask", "hi").out == "echo: hi\n"
    assert provider.paths == ["http://provider.test/v1/chat/completions"]

    scrimp.provider(provider.url)
    assert scrimp("ask", "direct").out == "echo: direct\n"
    assert provider.paths[1:] == ["/v1/chat/completions"]


def test_an_unknown_variable_is_a_warning_and_the_run_goes_on(scrimp: Scrimp, provider: FakeProvider) -> None:
    scrimp.provider(provider.url)
    scrimp.env["SCRIMP_MODLE"] = "x"
    ran = scrimp("run", "-", "--fields", "output", stdin="hi\n")

    assert (ran.status, json.loads(ran.out)) == (0, {"output": "echo: hi"})
    assert ran.err.count("SCRIMP_MODLE, which scrimp does not know: did you mean SCRIMP_MODEL?") == 1
