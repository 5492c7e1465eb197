"""What a cheap tier asks of each family of models, by the vendors' references."""

from __future__ import annotations

import pytest

from scrimp.enums import Effort
from scrimp.providers.presets import PRESETS
from scrimp.providers.requests.capabilities import sent_effort
from scrimp.providers.requests.least_effort import least_effort


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("openai/gpt-6-luna", "none"),
        ("openai/gpt-6.2-sol", "low"),  # it always thinks
        ("openai/gpt-5-mini-2025-08-07", "minimal"),
        ("openai/o3-mini", "low"),
        ("openai/gpt-5.4-nano", None),  # it does not, unless asked
        ("openai/gpt-5-chat-latest", None),  # it takes no effort
        ("openai/gpt-5-pro", None),
        ("openai/gpt-4o-mini", None),
        ("anthropic/claude-haiku-5-5", "none"),
        ("anthropic/claude-opus-5-5", "low"),
        ("anthropic/claude-haiku-4-5", None),
        ("anthropic/of-somebody-else", None),
        ("gemini/gemini-2.5-flash-lite", "none"),
        ("gemini/gemini-2.5-pro", "minimal"),
        ("gemini/gemini-3.8-flash", "low"),
        ("deepseek/deepseek-v4-pro", "none"),
        ("qwen/qwen3.8-flash", "none"),
        ("qwen/qwen-flash", None),
        ("mistral/mistral-large-4", None),
        # A gateway takes every word; the model behind it does not.
        ("openrouter/openai/gpt-6.2-sol", "low"),
        ("openrouter/anthropic/claude-haiku-5.5", "none"),
        ("openrouter/google/gemini-3.8-flash", "low"),
        ("openrouter/qwen/qwen3.6-35b-a3b-thinking", None),
        ("openrouter/deepseek/deepseek-r1", None),
        ("openrouter/of/nobody-knows", None),
        ("tokenmix/gpt-5-mini", "minimal"),
        ("local/smollm2", None),
    ],
)
def test_the_least_effort_of_a_model_that_thinks_by_itself(name: str, least: Effort | None) -> None:
    provider, _, model = name.partition("/")
    endpoint = PRESETS[provider]

    assert least_effort(endpoint, model) == least
    assert least is None or sent_effort(endpoint, model, least) == least
