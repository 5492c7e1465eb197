"""The price list that applies to a provider's calls: its own, that of the vendor behind a gateway, or none."""

from __future__ import annotations

from collections.abc import Callable

# Providers whose name in price tables is not scrimp's.
LIST_NAMES = {"gemini": "google", "helicone-openai": "openai", "xai": "x-ai"}
SELLERS = {"google": "gemini", "x-ai": "xai"}  # who sells by a list that has another name
# Resell many vendors, and report what a call cost or pass on the vendor's own bill.
GATEWAYS = frozenset({"litellm", "portkey", "portkey-self-hosted", "helicone"})
# Vendors of models that a gateway names without a vendor; Google sells Claude too, so its list is tried last.
VENDORS = ("openai", "anthropic", "deepseek", "mistral")
GOOGLE = "google"
# Vendors by the prefix of a model's name (LiteLLM, Portkey, OpenRouter).
VENDOR_PREFIXES = {
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
# Run on the user's machine: calls are free. Models that Ollama runs in its cloud have no price we know.
LOCAL_PROVIDERS = frozenset({"local", "ollama"})
OLLAMA_CLOUD_SUFFIXES = ("-cloud", ":cloud")


def is_free(provider: str, model: str) -> bool:
    """Return whether the model runs on the user's own machine."""
    return provider in LOCAL_PROVIDERS and not (provider == "ollama" and model.endswith(OLLAMA_CLOUD_SUFFIXES))


def find_price_list(provider: str, model: str, has_model: Callable[[str, str], bool]) -> tuple[str, str] | None:
    """Return the price list to look in and the name to look for; `has_model` tells whether a list has a name.

    TokenMix sets its own prices, which are in no table of ours, and the vendors' prices do not apply to it.
    """
    if provider not in GATEWAYS:
        name = LIST_NAMES.get(provider, provider)
        # Google's own names come with or without a path: models/gemini-4-argon, publishers/google/models/...
        return name, model.rpartition("/")[2] if name == GOOGLE else model
    if model.startswith("@"):  # Portkey: @slug-of-the-user's-own-choosing/model
        model = model.partition("/")[2]
    vendor, slash, rest = model.partition("/")
    if slash:
        return VENDOR_PREFIXES.get(vendor.lower(), vendor.lower()), rest
    sellers = [name for name in VENDORS if has_model(name, model)] or [GOOGLE]
    return (sellers[0], model) if len(sellers) == 1 else None
