"""What a row is compared with: which model, and the usage it would have had there.

Nothing but the choice of the model may look like a saving of routing. So the baseline has no provider's cache, which is
a cause of its own, no hidden reasoning of another model, and where the user named the model it is that model.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.config.schema import DEFAULT_BASELINE
from scrimp.prices.model_names import is_same_model
from scrimp.tokens.tokenizer_factors import tokenizer_factor
from scrimp.values import Compression, Usage

if TYPE_CHECKING:
    from scrimp.enums import Effort
    from scrimp.values import Entry, ModelRef, Route


def baseline_of(route: Route, entry: Entry, *, wanted: str | None, available: Collection[str]) -> str:
    """Return the model that a call is compared with, as provider/model.

    `wanted` is the user's baseline for every row. Without one: the flagship of a certified route, the last step of a
    chain that the user gave (its first model with a key), the model itself where the user named it.
    """
    called = f"{entry.provider}/{entry.model}"
    if wanted is not None:
        return wanted
    if route.choice == "routing":
        return route.flagship or DEFAULT_BASELINE
    last = route.chain.steps[-1]
    if route.choice == "named model":
        return called_as(last.candidates, called)
    members = (model.id for model in last.candidates if is_model_of(model.id, called, entry.effort))
    return (
        next(members, "")
        or next((model for model in last.candidates if model.provider in available), last.candidates[0]).id
    )


def called_as(candidates: Sequence[ModelRef], called: str) -> str:
    """Return the model by the name it was given, even if it was bought from another provider."""
    if any(model.without_arm == called for model in candidates):
        return called
    return next((model.id for model in _bought(candidates, called)), called)


def sold_as(candidates: Sequence[ModelRef], called: str) -> str | None:
    """Return the named model if it was bought elsewhere; None if it was not, or if several could be meant."""
    bought = _bought(candidates, called)
    if not bought or any(model.without_arm == called for model in candidates):
        return None
    names = {model.without_arm for model in bought}
    return names.pop() if len(names) == 1 else None


def _bought(candidates: Sequence[ModelRef], called: str) -> Sequence[ModelRef]:
    """Return the models that may have been bought as this one: by name, unless the seller uses another."""
    bought = [model for model in candidates if model.buy == "cheapest"]
    return [model for model in bought if is_same_model(model.model, called.partition("/")[2])] or bought


def is_model_of(baseline: str, called: str, effort: Effort | None) -> bool:
    """Return whether a baseline is the model that was called, at the same effort if it names one."""
    return baseline == called or (effort is not None and baseline == f"{called}@{effort}")


def uncompressed(usage: Usage, compression: Compression | None, provider: str, model: str) -> tuple[Usage, bool]:
    """Return the usage of the prompt as it was given, and whether its tokens are an estimate.

    What was left out is counted in o200k_base, for others by their factor.
    """
    removed = 0 if compression is None else compression.before - compression.after
    if compression is None or removed <= 0 or not usage.input:
        return usage, False
    factor = tokenizer_factor(provider, model)
    changed = with_input(usage, removed if factor is None else removed * factor // 100)
    parts = changed.cache_read, changed.cache_write
    return changed, bool(factor or any(parts) or compression.estimated)


def with_input(usage: Usage, more: int) -> Usage:
    """Return the usage with more or less input; the cached share of the input stays the same."""
    parts = {
        name: getattr(usage, name) + _share(more, getattr(usage, name), usage.input)
        for name in ("cache_read", "explicit_read", "cache_write", "cache_write_long")
        if getattr(usage, name)
    }
    return replace(usage, input=usage.input + more, **parts)


def _share(tokens: int, part: int, whole: int) -> int:
    return tokens * part // whole


def without_provider_cache(usage: Usage) -> Usage:
    """Return the usage of the same call without a provider's cache: all input is fresh."""
    if not (usage.cache_read or usage.cache_write or usage.cache_read_audio):
        return usage
    return replace(usage, cache_read=0, explicit_read=0, cache_write=0, cache_write_long=0, cache_read_audio=0)


def usage_at(baseline: str, usage: Usage, answered_by: str) -> Usage:
    """Return what the baseline would have used: another model's hidden reasoning is not part of its completion."""
    if not usage.reasoning or is_same_model(baseline.partition("/")[2], answered_by):
        return usage
    return replace(usage, output=usage.output - min(usage.reasoning, usage.output), reasoning=0)
