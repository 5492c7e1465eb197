"""Whose price list a provider's calls are on: its own, a vendor's behind a gateway, or nobody's."""

from __future__ import annotations

from collections.abc import Callable

# What scrimp calls them, and what price tables do.
LISTS = {"gemini": "google", "helicone-openai": "openai"}
# They resell many vendors and report what a call cost, or pass the vendor's own bill on.
GATEWAYS = frozenset({"litellm", "portkey", "helicone"})
# Whose models a gateway means by a bare name; Google sells Claude too, so it is asked only when no other has the name.
VENDORS = ("openai", "anthropic", "deepseek", "mistral")
LAST_VENDOR = "google"
# Vendors as they are written before a model's name (LiteLLM, Portkey, OpenRouter).
PREFIXES = {
    "gemini": "google",
    "vertex_ai": "google",
    "vertex-ai": "google",
    "mistralai": "mistral",
    "mistral-ai": "mistral",
    "dashscope": "qwen",
    "alibaba": "qwen",
    "bedrock": "aws",
    "xai": "x-ai",
    "together_ai": "together",
    "together-ai": "together",
    "fireworks_ai": "fireworks",
    "fireworks-ai": "fireworks",
}
# Runs on the user's own machine: no call costs anything. What Ollama runs in its own cloud has no price we know.
LOCAL = frozenset({"local", "ollama"})
OLLAMA_CLOUD = ("-cloud", ":cloud")


def is_free(provider: str, model: str) -> bool:
    """Say whether the call is made to the user's own machine."""
    return provider in LOCAL and not (provider == "ollama" and model.endswith(OLLAMA_CLOUD))


def price_list(provider: str, model: str, known: Callable[[str, str], bool]) -> tuple[str, str] | None:
    """Return whose price list to look in and for which name; `known` says whether a list has a name.

    TokenMix sets its own prices, which no table of ours has: it is on nobody's list, least of all the vendor's.
    """
    if provider not in GATEWAYS:
        name = LISTS.get(provider, provider)
        # Google's own names come with or without a path: models/gemini-4-argon, publishers/google/models/...
        return name, model.rpartition("/")[2] if name == LAST_VENDOR else model
    if model.startswith("@"):  # Portkey: @slug-of-the-user's-own-choosing/model
        model = model.partition("/")[2]
    vendor, slash, rest = model.partition("/")
    if slash:
        return PREFIXES.get(vendor.lower(), vendor.lower()), rest
    sellers = [name for name in VENDORS if known(name, model)] or [LAST_VENDOR]
    return (sellers[0], model) if len(sellers) == 1 else None
