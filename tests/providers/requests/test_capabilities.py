"""What each family accepts besides effort, against the providers' reference, 2.4 and 3.2, copied by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.providers.presets import PRESETS
from scrimp.providers.requests.capabilities import (
    base_name,
    claude_version,
    gpt_version,
    openai_accepts_sampling,
    supports_logprobs,
)

ALWAYS, NEVER = "always", "never"
BY_DEFAULT, IF_NONE = "while effort is none, the default", "only with effort none sent explicitly"
# 3.2: when temperature, top_p and logprobs are accepted
SAMPLING = {
    ALWAYS: ("gpt-4o", "gpt-4o-mini", "gpt-4o-2024-08-06", "gpt-4.1", "gpt-4.1-mini", "gpt-4.1-mini-2025-04-14"),
    NEVER: (
        "gpt-5", "gpt-5-mini", "gpt-5-nano", "gpt-5-nano-2025-08-07", "gpt-6-astra", "gpt-6.1-sol", "gpt-6.2-astra",
        "gpt-6.2-sol", "gpt-6.2-sol-2026-11-17", "GPT-6.2-Sol", "openai/gpt-6.2-sol", "o3", "mystery-model",
    ),
    BY_DEFAULT: ("gpt-5.1", "gpt-5.1-2025-11-13", "gpt-5.2", "gpt-5.4", "gpt-5.4-mini", "gpt-5.4-nano", "openai/gpt-5.2"),
    IF_NONE: ("gpt-5.5", "gpt-5.6-luna", "gpt-5.6-terra", "gpt-5.6-sol", "gpt-6-luna", "gpt-6-sol", "gpt-6.1-terra", "gpt-7-nova"),
}  # fmt: skip
ACCEPTED_WITH = {ALWAYS: {None, "none", "low", "max"}, NEVER: set(), BY_DEFAULT: {None, "none"}, IF_NONE: {"none"}}


@pytest.mark.parametrize("effort", [None, "none", "low", "max"])
@pytest.mark.parametrize(("rule", "model"), [(rule, model) for rule, models in SAMPLING.items() for model in models])
def test_sampling_is_accepted_as_the_reference_says(rule: str, model: str, effort: str | None) -> None:
    accepted = effort in ACCEPTED_WITH[rule]

    assert openai_accepts_sampling(model, effort) == accepted
    assert supports_logprobs(PRESETS["openai"], model, effort) == accepted
    assert supports_logprobs(PRESETS["helicone-openai"], model, effort) == accepted


# 2.4: Anthropic never, Gemini answers with a 400, Mistral has no such field; gateways depend on an unknown endpoint.
NO_LOGPROBS = (
    "anthropic", "deepseek-anthropic", "gemini", "gemini-openai", "mistral", "qwen", "qwen-cn", "qwen-us", "openrouter",
    "tokenmix", "litellm", "portkey", "portkey-self-hosted", "ollama", "groq", "together", "fireworks", "xai",
)  # fmt: skip


@pytest.mark.parametrize("effort", [None, "none", "high"])
def test_other_providers_are_asked_for_logprobs_only_where_they_answer(effort: str | None) -> None:
    asked = {name for name, preset in PRESETS.items() if supports_logprobs(preset, "gpt-4o", effort)}
    thinking = set() if effort == "none" else {"deepseek"}  # it has none while it thinks, which is the default

    assert asked == set(PRESETS) - set(NO_LOGPROBS) - thinking


@pytest.mark.parametrize(
    ("model", "version"),
    [
        ("claude-haiku-5-5", (5, 5)), ("claude-fable-5-2", (5, 2)), ("claude-sonnet-5", (5, 0)), ("claude-opus-4-8", (4, 8)),
        ("claude-sonnet-4-20250514", (4, 0)), ("claude-opus-4-1-20250805", (4, 1)), ("claude-haiku-4-5@20251001", (4, 5)),
        ("claude-sonnet-4.6", (4, 6)), ("anthropic/claude-opus-5.5", (5, 5)), ("Claude-Opus-5-5", (5, 5)),
        ("claude-3-5-haiku-20241022", (3, 5)), ("claude-3-opus-20240229", (3, 0)), ("claude-sonnet-10-12", (10, 12)),
        ("claude", None), ("claude-next", None), ("gpt-5", None), ("not-claude-5", None),
    ],
)  # fmt: skip
def test_the_version_of_a_claude_model(model: str, version: tuple[int, int] | None) -> None:
    assert claude_version(model) == version


@pytest.mark.parametrize(
    ("model", "version"),
    [
        ("gpt-4o", (4, 0)), ("gpt-4.1-mini", (4, 1)), ("gpt-5", (5, 0)), ("gpt-5-2025-08-07", (5, 0)), ("gpt-5.4-nano", (5, 4)),
        ("gpt-6.2-sol-2026-11-17", (6, 2)), ("openai/gpt-6-luna", (6, 0)), ("GPT-6-Luna", (6, 0)), ("gpt-10.11", (10, 11)),
        ("gpt-oss-120b", None), ("chatgpt-4o-latest", None), ("o3", None), ("claude-haiku-5-5", None), ("", None),
    ],
)  # fmt: skip
def test_the_version_of_a_gpt_model(model: str, version: tuple[int, int] | None) -> None:
    assert gpt_version(model) == version


vendors = st.lists(st.sampled_from(["openai", "anthropic", "models", "~x"]), max_size=2).map(
    lambda names: "".join(f"{name}/" for name in names)
)


@given(vendors, st.integers(0, 99), st.integers(0, 99), st.booleans())
def test_a_version_does_not_depend_on_vendor_or_case(vendor: str, major: int, minor: int, upper: bool) -> None:
    gpt, claude = f"{vendor}gpt-{major}.{minor}-x", f"{vendor}claude-haiku-{major}-{minor}"

    assert gpt_version(gpt.upper() if upper else gpt) == (major, minor)
    assert claude_version(claude.upper() if upper else claude) == (major, minor)
    assert "/" not in base_name(gpt)
