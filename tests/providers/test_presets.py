"""Providers known by name, against the providers' reference, section 1, copied by hand."""

from __future__ import annotations

import pytest

from providers.dialect_replies import request
from scrimp.providers.presets import PRESETS

BEARER = ("authorization", "Bearer ")
# name -> dialect, where a call is posted, the header and prefix of the key, and the variable that holds it
TABLE: dict[str, tuple[str, str, tuple[str, str], str | None]] = {
    "openai": ("openai", "https://api.openai.com/v1/chat/completions", BEARER, "OPENAI_API_KEY"),
    "anthropic": ("anthropic", "https://api.anthropic.com/v1/messages", ("x-api-key", ""), "ANTHROPIC_API_KEY"),
    "gemini": ("gemini", "https://generativelanguage.googleapis.com/v1beta/models/m:generateContent", ("x-goog-api-key", ""), "GEMINI_API_KEY"),
    "gemini-openai": ("openai", "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions", BEARER, "GEMINI_API_KEY"),
    "deepseek": ("openai", "https://api.deepseek.com/chat/completions", BEARER, "DEEPSEEK_API_KEY"),
    "deepseek-anthropic": ("anthropic", "https://api.deepseek.com/anthropic/v1/messages", ("x-api-key", ""), "DEEPSEEK_API_KEY"),
    "mistral": ("openai", "https://api.mistral.ai/v1/chat/completions", BEARER, "MISTRAL_API_KEY"),
    "qwen": ("openai", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1/chat/completions", BEARER, "DASHSCOPE_API_KEY"),
    "qwen-cn": ("openai", "https://dashscope.aliyuncs.com/compatible-mode/v1/chat/completions", BEARER, "DASHSCOPE_CN_API_KEY"),
    "qwen-us": ("openai", "https://dashscope-us.aliyuncs.com/compatible-mode/v1/chat/completions", BEARER, "DASHSCOPE_US_API_KEY"),
    "groq": ("openai", "https://api.groq.com/openai/v1/chat/completions", BEARER, "GROQ_API_KEY"),
    "together": ("openai", "https://api.together.xyz/v1/chat/completions", BEARER, "TOGETHER_API_KEY"),
    "fireworks": ("openai", "https://api.fireworks.ai/inference/v1/chat/completions", BEARER, "FIREWORKS_API_KEY"),
    "xai": ("openai", "https://api.x.ai/v1/chat/completions", BEARER, "XAI_API_KEY"),
    "openrouter": ("openai", "https://openrouter.ai/api/v1/chat/completions", BEARER, "OPENROUTER_API_KEY"),
    "tokenmix": ("openai", "https://api.tokenmix.ai/v1/chat/completions", BEARER, "TOKENMIX_API_KEY"),
    "litellm": ("openai", "http://localhost:4000/v1/chat/completions", BEARER, "LITELLM_API_KEY"),
    "portkey": ("openai", "https://api.portkey.ai/v1/chat/completions", ("x-portkey-api-key", ""), "PORTKEY_API_KEY"),
    "portkey-self-hosted": ("openai", "http://localhost:8787/v1/chat/completions", BEARER, "PORTKEY_PROVIDER_KEY"),
    "helicone-openai": ("openai", "https://oai.helicone.ai/v1/chat/completions", BEARER, "OPENAI_API_KEY"),
    "ollama": ("openai", "http://localhost:11434/v1/chat/completions", BEARER, None),
    "vllm": ("openai", "http://localhost:8000/v1/chat/completions", BEARER, None),
    "llamacpp": ("openai", "http://localhost:8080/v1/chat/completions", BEARER, None),
    "local": ("openai", "local:/chat/completions", BEARER, None),
}  # fmt: skip


def test_every_preset_is_in_the_table() -> None:
    assert set(PRESETS) == set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_a_call_goes_to_the_address_of_the_reference_with_the_key_where_it_belongs(name: str) -> None:
    dialect, url, auth, variable = TABLE[name]
    preset = PRESETS[name]

    assert (preset.name, preset.dialect, request(name).url) == (name, dialect, url)
    assert ((preset.auth_header, preset.auth_prefix), preset.key_env) == (auth, variable)


def test_a_key_goes_in_clear_only_to_this_machine() -> None:
    clear = {name for name, (_, url, _, _) in TABLE.items() if PRESETS[name].base_url.startswith("http://")}

    assert clear == {"litellm", "portkey-self-hosted", "ollama", "vllm", "llamacpp"}
    assert all("://localhost:" in PRESETS[name].base_url for name in clear)


# Whose rows of the price table apply, where they are those of another name.
PRICED_AS = {
    "gemini-openai": "gemini", "deepseek-anthropic": "deepseek", "helicone-openai": "openai",
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_a_second_address_of_a_provider_has_its_prices(name: str) -> None:
    assert PRESETS[name].price_provider == PRICED_AS.get(name)


# Whose quirks apply, where they are those of another name.
FLAVOURED_AS = {
    "deepseek-anthropic": "deepseek", "qwen-cn": "qwen", "qwen-us": "qwen", "portkey-self-hosted": "portkey", "helicone-openai": "openai",
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_a_second_address_of_a_provider_has_its_quirks(name: str) -> None:
    assert PRESETS[name].flavour == FLAVOURED_AS.get(name, name)


HEADERS = {
    "anthropic": {"anthropic-version": "2026-10-21"}, "deepseek-anthropic": {"anthropic-version": "2023-06-01"},
    "openrouter": {"x-openrouter-title": "scrimp"}, "portkey-self-hosted": {"x-portkey-provider": "openai"},
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_a_request_has_the_headers_its_provider_requires_and_no_others(name: str) -> None:
    assert dict(request(name).headers) == HEADERS.get(name, {})


def test_helicone_takes_a_second_secret() -> None:
    with_second = {name: dict(preset.env_headers) for name, preset in PRESETS.items() if preset.env_headers}

    assert with_second == {"helicone-openai": {"helicone-auth": ("HELICONE_API_KEY", "Bearer ")}}


def test_only_the_embedded_model_needs_no_socket() -> None:
    assert {name: preset.transport for name, preset in PRESETS.items() if preset.transport != "http"} == {
        "local": "local"
    }
