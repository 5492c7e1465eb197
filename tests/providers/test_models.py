"""Models by name, against the providers' reference, sections 18 and 20, copied by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.errors import ConfigError
from scrimp.providers.models import RETIREMENTS, SHIPPED_TIERS, known_models, resolve_name, retirement_of
from scrimp.providers.presets import PRESETS
from scrimp.values import ModelRef

# Section 20, with the vendors' snapshot names and the names that gateways use: what a user may have in a config.
RETIRED = {
    "on 11 December 2026": (
        "gpt-5", "gpt-5-2025-08-07", "openai/gpt-5", "gpt-5-mini", "gpt-5-mini-2025-08-07", "gpt-5-nano",
        "gpt-5-nano-2025-08-07", "openai/gpt-5-nano", "o3", "o3-2025-04-16",
    ),
    "on 23 October 2026": (
        "gpt-4.1-nano", "gpt-4.1-nano-2025-04-14", "o4-mini", "o4-mini-2025-04-16", "o3-mini", "o3-mini-2025-01-31",
        "gpt-4-turbo", "gpt-4-turbo-2024-04-09", "gpt-3.5-turbo", "gpt-3.5-turbo-0125", "openai/gpt-3.5-turbo",
    ),
    "on 30 November 2026": ("claude-sonnet-4-5", "claude-sonnet-4-5-20250929", "anthropic/claude-sonnet-4.5"),
    "on 24 July 2026": ("deepseek-chat", "deepseek-reasoner", "deepseek/deepseek-chat"),
    "in 2026": (
        "claude-sonnet-4", "claude-sonnet-4-0", "claude-sonnet-4-20250514", "claude-sonnet-4@20250514",
        "anthropic/claude-sonnet-4", "claude-opus-4", "claude-opus-4-0", "claude-opus-4-20250514", "claude-opus-4-1",
        "claude-opus-4-1-20250805", "anthropic/claude-opus-4.1", "gemini-2.0-flash", "gemini-2.0-flash-001",
        "google/gemini-2.0-flash-001", "deepseek-v3", "deepseek-v3-0324",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("when", "model"), [(when, model) for when, models in RETIRED.items() for model in models])
def test_a_retired_model_is_known_under_all_of_its_names(when: str, model: str) -> None:
    retirement = retirement_of(model)

    assert retirement is not None
    assert retirement.when == when


# Section 18: sold on 23 November 2026, some under names that begin like a retired one.
SOLD = {
    "openai": (
        "gpt-6-luna", "gpt-6.1-terra", "gpt-6.1-sol", "gpt-6.2-sol", "gpt-6.2-astra", "gpt-6-sol", "gpt-6-astra",
        "gpt-5.6-luna", "gpt-5.6-terra", "gpt-5.6-sol", "gpt-5.5", "gpt-5.4", "gpt-5.4-mini", "gpt-5.4-nano", "gpt-5.2",
        "gpt-5.1", "gpt-4.1", "gpt-4.1-mini", "gpt-4o-mini",
    ),
    "anthropic": (
        "claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5", "claude-fable-5-2", "claude-sonnet-5",
        "claude-opus-5", "claude-opus-4-8", "claude-opus-4-7", "claude-opus-4-6", "claude-haiku-4-5",
        "claude-sonnet-4-6",
    ),
    "gemini": (
        "gemini-2.5-flash-lite", "gemini-2.5-flash", "gemini-2.5-pro", "gemini-3.1-flash-lite", "gemini-3.5-flash-lite",
        "gemini-3.5-flash", "gemini-3.6-flash", "gemini-3.7-flash", "gemini-3.8-flash", "gemini-4-argon",
    ),
    "deepseek": ("deepseek-flash", "deepseek-v4-pro"),
    "mistral": (
        "mistral-large-4", "mistral-large-2512", "mistral-medium-3-5", "mistral-small-2603", "ministral-3b-2512",
        "ministral-8b-2512",
    ),
    "qwen": ("qwen3.8-flash", "qwen3.8-max", "qwen3.7-plus", "qwen3-max", "qwen-plus", "qwen-flash"),
}  # fmt: skip
ALL_SOLD = [(provider, model) for provider, models in SOLD.items() for model in models]


@pytest.mark.parametrize(("provider", "model"), ALL_SOLD)
def test_a_model_that_is_sold_is_found_by_its_bare_name(provider: str, model: str) -> None:
    found = resolve_name(model, PRESETS)

    assert (found.provider, found.model) == (provider, model)
    assert retirement_of(model) is None


@pytest.mark.parametrize(
    "model",
    [
        "gpt-5.1-2025-11-13",
        "claude-sonnet-4-6-20260217",
        "claude-opus-4-8",
        "anthropic/claude-haiku-4.5",
        "o30",
        "gpt-5-minimal",
        "",
    ],
)
def test_a_name_that_begins_like_a_retired_one_is_another_model(model: str) -> None:
    assert retirement_of(model) is None


@given(st.text(max_size=30) | st.from_regex(r"(gpt|claude|gemini|o)[-.0-9a-z/@]{0,20}", fullmatch=True))
def test_any_name_is_resolved_or_refused(name: str) -> None:
    assert retirement_of(name) is None or retirement_of(name) in RETIREMENTS.values()
    try:
        found = resolve_name(name, PRESETS)
    except ConfigError:
        return
    assert found.id.endswith(name)
    assert found.provider in PRESETS


def test_a_replacement_is_a_known_model_that_is_not_retired() -> None:
    for retirement in RETIREMENTS.values():
        assert retirement.replacement in known_models()
        assert retirement_of(retirement.replacement) is None


def test_known_models_are_listed_once_each_at_a_preset_and_none_is_retired() -> None:
    models = known_models()

    assert len(set(models)) == len(models)
    assert {model.partition("/")[0] for model in models} <= set(PRESETS)
    assert [model for model in models if retirement_of(model)] == []


def test_every_provider_of_a_tier_has_one_model_in_each() -> None:
    providers = {tier: [model.provider for model in models] for tier, models in SHIPPED_TIERS.items()}

    assert list(providers) == ["simple", "medium", "high"]
    assert [sorted(names) for names in providers.values()] == [sorted(providers["simple"])] * 3
    assert len(set(providers["simple"])) == len(providers["simple"])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gpt-6-luna", ModelRef("openai", "gpt-6-luna", effort="none")),
        ("openai/gpt-6-luna", ModelRef("openai", "gpt-6-luna", effort="none")),
        ("claude-sonnet-5-5", ModelRef("anthropic", "claude-sonnet-5-5", effort="low")),
        ("gemini/gemini-3.8-flash", ModelRef("gemini", "gemini-3.8-flash", effort="medium")),
        # In two tiers with two efforts: neither is meant.
        ("deepseek-v4-pro", ModelRef("deepseek", "deepseek-v4-pro")),
        # A slash may be part of the model's name, and any name is taken after a provider's.
        ("openrouter/openai/gpt-6.1-terra", ModelRef("openrouter", "openai/gpt-6.1-terra", effort="low")),
        ("openrouter/meta/llama-5", ModelRef("openrouter", "meta/llama-5")),
        ("openai/gpt-7", ModelRef("openai", "gpt-7")),
        # One vendor's name at another host is the other host's.
        ("tokenmix/gpt-4o-mini", ModelRef("tokenmix", "gpt-4o-mini")),
        # Retired, but the vendor is known: its own message names the replacement.
        ("claude-opus-4-1", ModelRef("anthropic", "claude-opus-4-1")), ("o3", ModelRef("openai", "o3")),
        ("o4-mini", ModelRef("openai", "o4-mini")), ("gpt-5-nano", ModelRef("openai", "gpt-5-nano")),
        ("gemini-2.0-flash", ModelRef("gemini", "gemini-2.0-flash")), ("deepseek-chat", ModelRef("deepseek", "deepseek-chat")),
        ("smollm2", ModelRef("local", "smollm2")),
    ],
)  # fmt: skip
def test_a_name_means_one_model(name: str, expected: ModelRef) -> None:
    assert resolve_name(name, PRESETS) == expected


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("gpt-6-lunar", "unknown model 'gpt-6-lunar': did you mean openai/gpt-6-luna?"),
        ("GPT-6-LUNA", "unknown model 'GPT-6-LUNA': did you mean openai/gpt-6-luna?"),
        ("OpenAI/gpt-6-luna", "there is no provider 'OpenAI', did you mean openai?"),
        ("claude-haiku-5.5", "did you mean anthropic/claude-haiku-5-5?"),
        ("opnai/gpt-6-luna", "there is no provider 'opnai', did you mean openai?"),
        ("zzz/gpt-6-luna", "there is no provider 'zzz'; see `scrimp models`"),
        ("zzzzzz", "write it as provider/model; `scrimp models` lists some"),
        ("openai/", "unknown model 'openai/'"), ("", "unknown model ''"), ("/", "there is no provider ''"),
    ],
)  # fmt: skip
def test_a_misspelled_name_is_refused_with_the_nearest_right_one(name: str, words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        resolve_name(name, PRESETS)

    assert words in str(refused.value)


def test_a_bare_name_needs_a_configured_provider() -> None:
    with pytest.raises(ConfigError):
        resolve_name("gpt-6-luna", ["anthropic"])
    assert resolve_name("gpt-4o-mini", ["tokenmix"]).provider == "tokenmix"
