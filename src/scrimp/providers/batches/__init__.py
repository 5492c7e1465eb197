"""Batch APIs: what is sent to submit, follow, fetch and cancel a batch, and what the replies mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, cast

from scrimp.providers.endpoint import Endpoint

if TYPE_CHECKING:
    from scrimp.providers.batches.flow import BatchFlow

# The flow of each flavour of provider that has a batch API; those that are missing have none.
_MODULES: Mapping[str, str] = {
    "openai": "openai_files",
    "qwen": "openai_files",
    "groq": "openai_files",
    "together": "together_files",
    "litellm": "openai_files",
    "anthropic": "anthropic_messages",
    "mistral": "mistral_jobs",
    "gemini": "gemini_batches",
    "openrouter": "openrouter_batches",
    "xai": "xai_batches",
    "fireworks": "fireworks_jobs",
}


def _flow_of(module: str) -> Callable[[Endpoint], BatchFlow]:
    return cast("Callable[[Endpoint], BatchFlow]", import_module(f"scrimp.providers.batches.{module}").flow)


def batch_flow(endpoint: Endpoint) -> BatchFlow | None:
    """Return how batches are made at a provider; None if it has no batch API."""
    module = _MODULES.get(endpoint.flavour) if endpoint.transport == "http" else None
    return None if module is None else _flow_of(module)(endpoint)
