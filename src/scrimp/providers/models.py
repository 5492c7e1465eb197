"""Models by name: those in the shipped tiers, those retired, and what a misspelled name may mean.

Available on 23 November 2026 (providers' reference, sections 8 to 12, 18 and 20).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from msgspec import Struct

from scrimp.errors import ConfigError, closest_name
from scrimp.values import ModelRef


class Retirement(Struct, frozen=True):
    """When a model was or will be retired, and what its vendor or scrimp recommends instead."""

    when: str
    replacement: str


# Each tier's first model costs clearly less than the next tier's, and so does each vendor's own, where it has three.
# Why these: Artificial Analysis' Intelligence Index 4.3 (October 2026, by effort; the best has 57.6), then dollars per
# million tokens in and out.
# - simple, labels and extraction without thinking: gpt-6-luna 18.5 for 0.10/0.50, deepseek-flash 24.7 for 0.15/0.60,
#   gemini-3.5-flash-lite 22.2 for 0.30/2.50; claude-haiku-5-5 reaches 43.4 with all its effort, for 0.10/0.50.
# - medium: gpt-6.1-terra for 1/5, 48 on their Coding Agent Index; gpt-6.1-sol has 54 for 2/10;
#   gemini-3.8-flash 39.8 for 0.75/3.75 (double from 2027); claude-sonnet-5-5 35.9 at low effort for 2/10.
# - high: claude-opus-5-5 57.6 for 4/20; gemini-4-argon 52.6 for 2/10 (double from December); qwen3.8-max 45.4 for 2/6.
#   gpt-6.2-sol, for 2/10, has no figure yet: its predecessor at this price, gpt-6.1-sol, has 51.8.
# The rest are there because their provider has nothing nearer: deepseek-v4-pro 36.0 (deepseek-flash has 39.5 with all
# its effort, at a quarter of the price), qwen3.7-plus 25.2, gpt-4o-mini 6.7. Mistral's models have no index of this
# version; mistral-large-4 is both its best and cheaper than its medium model.
# The effort is set where the vendor's default is to think at length, which multiplies the cost of a simple task.
SHIPPED_TIERS: Mapping[str, tuple[ModelRef, ...]] = {
    "simple": (
        ModelRef("openai", "gpt-6-luna", effort="none"),
        ModelRef("anthropic", "claude-haiku-5-5", effort="none"),
        ModelRef("deepseek", "deepseek-flash", effort="none"),
        ModelRef("qwen", "qwen3.8-flash", effort="none"),
        ModelRef("mistral", "mistral-small-2603", effort="none"),
        ModelRef("gemini", "gemini-3.5-flash-lite", effort="low"),
        ModelRef("openrouter", "openai/gpt-6-luna", effort="none"),
        ModelRef("tokenmix", "gpt-4o-mini"),
    ),
    "medium": (
        ModelRef("openai", "gpt-6.1-terra", effort="low"),
        ModelRef("gemini", "gemini-3.8-flash", effort="medium"),
        ModelRef("anthropic", "claude-sonnet-5-5", effort="low"),
        ModelRef("deepseek", "deepseek-v4-pro", effort="low"),
        ModelRef("mistral", "mistral-large-4"),
        ModelRef("qwen", "qwen3.7-plus", effort="none"),
        ModelRef("openrouter", "openai/gpt-6.1-terra", effort="low"),
        ModelRef("tokenmix", "claude-haiku-4.5"),
    ),
    "high": (
        ModelRef("openai", "gpt-6.2-sol"),
        ModelRef("anthropic", "claude-opus-5-5"),
        ModelRef("gemini", "gemini-4-argon"),
        ModelRef("qwen", "qwen3.8-max"),
        ModelRef("deepseek", "deepseek-v4-pro", effort="high"),
        ModelRef("mistral", "mistral-large-4"),
        ModelRef("openrouter", "anthropic/claude-opus-5.5"),
        ModelRef("tokenmix", "claude-sonnet-4.6"),
    ),
}

# Models outside the tiers that are found by their bare name.
_OTHER_MODELS = (
    "openai/gpt-6-sol", "openai/gpt-6-astra", "openai/gpt-6.1-sol", "openai/gpt-6.2-astra", "openai/gpt-5.6-luna",
    "openai/gpt-5.6-terra", "openai/gpt-5.6-sol", "openai/gpt-5.5", "openai/gpt-5.4", "openai/gpt-5.4-mini",
    "openai/gpt-5.4-nano", "openai/gpt-5.2", "openai/gpt-5.1", "openai/gpt-4.1", "openai/gpt-4.1-mini",
    "openai/gpt-4o", "openai/gpt-4o-mini", "anthropic/claude-fable-5-2", "anthropic/claude-opus-5",
    "anthropic/claude-sonnet-5", "anthropic/claude-opus-4-8", "anthropic/claude-opus-4-7", "anthropic/claude-opus-4-6",
    "anthropic/claude-sonnet-4-6", "anthropic/claude-haiku-4-5", "gemini/gemini-2.5-flash",
    "gemini/gemini-2.5-flash-lite", "gemini/gemini-2.5-pro", "gemini/gemini-3.1-flash-lite", "gemini/gemini-3.5-flash",
    "gemini/gemini-3.6-flash", "gemini/gemini-3.7-flash", "mistral/mistral-medium-3-5",
    "mistral/mistral-large-2512", "mistral/ministral-3b-2512", "mistral/ministral-8b-2512", "qwen/qwen3-max",
    "qwen/qwen-plus", "qwen/qwen-flash", "local/smollm2",
)  # fmt: skip

RETIREMENTS: Mapping[str, Retirement] = {
    "gpt-5": Retirement("on 11 December 2026", "openai/gpt-6-sol"),
    "gpt-5-mini": Retirement("on 11 December 2026", "openai/gpt-5.4-mini"),
    "gpt-5-nano": Retirement("on 11 December 2026", "openai/gpt-6-luna"),
    "o3": Retirement("on 11 December 2026", "openai/gpt-6-sol"),
    "o3-mini": Retirement("on 23 October 2026", "openai/gpt-6.1-terra"),
    "o4-mini": Retirement("on 23 October 2026", "openai/gpt-6.1-terra"),
    "gpt-4.1-nano": Retirement("on 23 October 2026", "openai/gpt-6-luna"),
    "gpt-4-turbo": Retirement("on 23 October 2026", "openai/gpt-6.1-terra"),
    "gpt-3.5-turbo": Retirement("on 23 October 2026", "openai/gpt-6-luna"),
    "claude-sonnet-4": Retirement("in 2026", "anthropic/claude-sonnet-5-5"),
    "claude-sonnet-4-0": Retirement("in 2026", "anthropic/claude-sonnet-5-5"),
    "claude-sonnet-4-5": Retirement("on 30 November 2026", "anthropic/claude-sonnet-5-5"),
    "claude-opus-4": Retirement("in 2026", "anthropic/claude-opus-5-5"),
    "claude-opus-4-0": Retirement("in 2026", "anthropic/claude-opus-5-5"),
    "claude-opus-4-1": Retirement("in 2026", "anthropic/claude-opus-5-5"),
    "gemini-2.0-flash": Retirement("in 2026", "gemini/gemini-3.8-flash"),
    "deepseek-chat": Retirement("on 24 July 2026", "deepseek/deepseek-flash"),
    "deepseek-reasoner": Retirement("on 24 July 2026", "deepseek/deepseek-v4-pro"),
    "deepseek-v3": Retirement("in 2026", "deepseek/deepseek-flash"),
}
_RESELLERS = ("openrouter", "tokenmix")  # a bare name means its vendor, unless only a reseller is configured
_SNAPSHOT = re.compile(r"[-@](?:\d{4}-\d\d-\d\d|\d{8}|\d{3,4})$")  # 2025-08-07, 20250514, 0613, 001
_VENDORS = {
    "gpt": "openai",
    "o3": "openai",
    "o4": "openai",
    "claude": "anthropic",
    "gemini": "gemini",
    "deepseek": "deepseek",
}


def known_models() -> tuple[str, ...]:
    """Return every model known by name, as provider/model."""
    listed = (model.id for models in SHIPPED_TIERS.values() for model in models)
    return tuple(dict.fromkeys((*listed, *_OTHER_MODELS)))


def retirement_of(model: str) -> Retirement | None:
    """Return the retirement of a model, with or without vendor prefix and snapshot date; None if it is not known."""
    name = (
        model.rpartition("/")[2].lower().replace("4.5", "4-5").replace("4.1", "4-1")
        if "claude" in model
        else model.rpartition("/")[2]
    )
    return RETIREMENTS.get(name) or RETIREMENTS.get(_SNAPSHOT.sub("", name))


def resolve_name(name: str, providers: Collection[str]) -> ModelRef:
    """Return the model named as provider/model, or by a bare name that a provider is known for.

    Any model name is accepted after a provider's: new models appear, and old ones live on at other hosts.
    """
    provider, slash, model = name.partition("/")
    if slash and provider in providers and model:
        return _with_shipped_effort(ModelRef(provider, model))
    if not slash:
        ids = (known.partition("/") for known in known_models())
        sellers = [seller for seller, _, known in ids if known == name and seller in providers]
        if sellers:
            return _with_shipped_effort(ModelRef(min(sellers, key=lambda seller: seller in _RESELLERS), name))
        if name in RETIREMENTS and (
            vendor := next((_VENDORS[start] for start in _VENDORS if name.startswith(start)), None)
        ):
            return ModelRef(vendor, name)
    raise ConfigError(f"unknown model '{name}'{_suggestion(name, providers)}")


def _with_shipped_effort(model: ModelRef) -> ModelRef:
    """Return a model with the effort its tier gives it, if only one tier lists it."""
    listed = [shipped for models in SHIPPED_TIERS.values() for shipped in models if shipped.id == model.id]
    return listed[0] if len(listed) == 1 else model


def _suggestion(name: str, providers: Collection[str]) -> str:
    provider, slash, _ = name.partition("/")
    if slash and provider not in providers:
        near = closest_name(provider, providers)
        return f": there is no provider '{provider}'" + (f", did you mean {near}?" if near else "; see `scrimp models`")
    names = {known.partition("/")[2]: known for known in known_models()} | {known: known for known in known_models()}
    near = closest_name(name, names, cutoff=0.5)
    return f": did you mean {names[near]}?" if near else ": write it as provider/model; `scrimp models` lists some"
