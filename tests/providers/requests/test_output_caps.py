"""The cap on a completion: its name where the target is known, and that of Claude, which needs one (reference 3.1, 5.2)."""

from __future__ import annotations

import json

import pytest

from providers.dialect_replies import body, request
from scrimp.providers.presets import PRESETS
from scrimp.providers.requests.output_caps import default_cap
from scrimp.values import Parameters

NEWER, OLDER = "max_completion_tokens", "max_tokens"


@pytest.mark.parametrize(
    ("preset", "model", "name"),
    [
        ("openai", "gpt-4o", NEWER), ("openai", "gpt-6-luna", NEWER), ("helicone-openai", "gpt-4o", NEWER),
        ("portkey", "gpt-4o", OLDER), ("portkey", "gpt-5-mini", NEWER), ("portkey", "@work/gpt-6.2-sol", NEWER),
        ("portkey-self-hosted", "o4-mini", NEWER), ("portkey", "openai/o3", NEWER), ("portkey", "mistral-large", OLDER),
        ("litellm", "gpt-6-luna", NEWER), ("litellm", "azure/gpt-5", NEWER), ("litellm", "olmo-2", OLDER),
        ("tokenmix", "gpt-6.1-terra", NEWER), ("tokenmix", "deepseek-flash", OLDER),
        ("openrouter", "openai/gpt-6-luna", OLDER), ("ollama", "gpt-oss", OLDER), ("vllm", "openai/gpt-oss-20b", OLDER),
        ("llamacpp", "gpt-5", OLDER), ("mistral", "mistral-small", OLDER), ("gemini-openai", "gemini-3.8-flash", OLDER),
    ],
)  # fmt: skip
def test_the_cap_has_the_name_that_the_target_knows(preset: str, model: str, name: str) -> None:
    sent = json.loads(request(preset, model=model, parameters=Parameters(max_output=400)).body)

    assert {field: sent[field] for field in (NEWER, OLDER) if field in sent} == {name: 400}


@pytest.mark.parametrize("preset", ["portkey", "portkey-self-hosted", "tokenmix", "litellm"])
def test_claude_has_its_cap_at_a_gateway_too(preset: str) -> None:
    assert body(preset, model="anthropic/claude-haiku-5-5")[OLDER] == 8192
    assert OLDER not in json.loads(request(preset, model="gpt-4o").body)


@pytest.mark.parametrize(
    ("model", "effort", "small"),
    [
        ("claude-haiku-4-5", None, True), ("claude-haiku-4-5", "high", True), ("claude-sonnet-4-6", None, True),
        ("claude-sonnet-4-6", "low", False), ("claude-haiku-5-5", None, False), ("claude-haiku-5-5", "none", True),
        ("claude-sonnet-5-5", "none", True), ("claude-sonnet-5-5", "low", False), ("claude-opus-5", "none", True),
        ("claude-opus-5-5", "none", False), ("claude-fable-5-1", "minimal", False), ("another", "none", False),
    ],
)  # fmt: skip
def test_the_cap_of_a_label_is_small_where_the_model_does_not_think_first(
    model: str, effort: str | None, small: bool
) -> None:
    labels = ("billing", "a very long label " * 10)
    cap = body("anthropic", model=model, choices=labels, effort=effort)[OLDER]

    assert cap == (256 + 180 if small else 8192)
    assert body("anthropic", model=model, choices=labels, effort=effort, max_output=7)[OLDER] == 7
    assert body("anthropic", model=model, effort=effort)[OLDER] == 8192


@pytest.mark.parametrize("model", ["claude-haiku-5-5", "anthropic/claude-sonnet-5-5", "gpt-6-luna", "deepseek-flash"])
@pytest.mark.parametrize("preset", ["anthropic", "openai", "portkey", "litellm", "tokenmix", "openrouter", "vllm"])
def test_the_cap_that_is_known_of_a_call_is_the_one_it_is_sent_with(preset: str, model: str) -> None:
    sent = json.loads(request(preset, model=model).body)

    assert default_cap(model, PRESETS[preset], Parameters()) == sent.get(OLDER, sent.get(NEWER))
