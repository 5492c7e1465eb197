"""Providers known by name: their addresses and conventions (providers' reference, section 1)."""

from __future__ import annotations

from collections.abc import Mapping

from scrimp.providers.endpoint import Endpoint


def _openai(name: str, base_url: str, key_env: str | None, **overrides: object) -> Endpoint:
    fields = {"flavour": name, **overrides}
    return Endpoint(name=name, dialect="openai", base_url=base_url, key_env=key_env, **fields)  # type: ignore[arg-type]  # fields by name, which tests check


_TITLE = {"x-openrouter-title": "scrimp"}
_ALL = (
    _openai("openai", "https://api.openai.com/v1", "OPENAI_API_KEY"),
    Endpoint(
        name="anthropic", dialect="anthropic", flavour="anthropic", base_url="https://api.anthropic.com",
        key_env="ANTHROPIC_API_KEY", bearer_env="ANTHROPIC_AUTH_TOKEN", auth_header="x-api-key", auth_prefix="",
        headers={"anthropic-version": "2026-10-21"},
    ),
    Endpoint(
        name="gemini", dialect="gemini", flavour="gemini",
        base_url="https://generativelanguage.googleapis.com/v1beta", key_env="GEMINI_API_KEY",
        auth_header="x-goog-api-key", auth_prefix="",
    ),
    _openai(
        "gemini-openai", "https://generativelanguage.googleapis.com/v1beta/openai", "GEMINI_API_KEY",
        price_provider="gemini",
    ),
    _openai("deepseek", "https://api.deepseek.com", "DEEPSEEK_API_KEY"),
    Endpoint(
        name="deepseek-anthropic", dialect="anthropic", flavour="deepseek",
        base_url="https://api.deepseek.com/anthropic", key_env="DEEPSEEK_API_KEY", auth_header="x-api-key",
        auth_prefix="", headers={"anthropic-version": "2023-06-01"}, price_provider="deepseek",
    ),
    _openai("mistral", "https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
    _openai("qwen", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1", "DASHSCOPE_API_KEY"),
    _openai(
        "qwen-cn", "https://dashscope.aliyuncs.com/compatible-mode/v1", "DASHSCOPE_CN_API_KEY", flavour="qwen",
    ),
    _openai(
        "qwen-us", "https://dashscope-us.aliyuncs.com/compatible-mode/v1", "DASHSCOPE_US_API_KEY", flavour="qwen",
    ),
    _openai("groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY"),
    _openai("together", "https://api.together.xyz/v1", "TOGETHER_API_KEY"),
    _openai("fireworks", "https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY"),
    _openai("xai", "https://api.x.ai/v1", "XAI_API_KEY"),
    _openai("openrouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY", headers=_TITLE),
    _openai("tokenmix", "https://api.tokenmix.ai/v1", "TOKENMIX_API_KEY"),
    _openai("litellm", "http://localhost:4000/v1", "LITELLM_API_KEY"),
    _openai("portkey", "https://api.portkey.ai/v1", "PORTKEY_API_KEY", auth_header="x-portkey-api-key", auth_prefix="",
        labels="portkey",
    ),
    _openai(
        "portkey-self-hosted", "http://localhost:8787/v1", "PORTKEY_PROVIDER_KEY", flavour="portkey",
        headers={"x-portkey-provider": "openai"}, labels="portkey",
    ),
    _openai(
        "helicone-openai", "https://oai.helicone.ai/v1", "OPENAI_API_KEY", flavour="openai", price_provider="openai",
        env_headers={"helicone-auth": ("HELICONE_API_KEY", "Bearer ")}, labels="helicone",
    ),
    _openai("ollama", "http://localhost:11434/v1", None),
    _openai("vllm", "http://localhost:8000/v1", None),
    _openai("llamacpp", "http://localhost:8080/v1", None),
    _openai("local", "local:", None, transport="local"),
)  # fmt: skip

PRESETS: Mapping[str, Endpoint] = {endpoint.name: endpoint for endpoint in _ALL}
