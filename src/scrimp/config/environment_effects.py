"""What the vendors' variables change in this configuration: a sentence for each that is set, without a secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scrimp.config.schema import ProviderTable
from scrimp.config.sources.layers import leaves
from scrimp.config.sources.load import LoadedConfig
from scrimp.config.sources.vendor_variables import vendor_layers
from scrimp.config.validation_errors import dotted
from scrimp.providers.endpoint import without_secrets
from scrimp.providers.presets import PRESETS


def vendor_effects(loaded: LoadedConfig, env: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each variable of a vendor's own programs that is set, with its effect."""
    for variable, layer in vendor_layers(env):
        yield variable, _effect(variable, dict(leaves(layer)), loaded)
    for endpoint in PRESETS.values():
        if endpoint.bearer_env and env.get(endpoint.bearer_env, "").strip():
            table = loaded.config.providers.get(endpoint.name, ProviderTable())
            yield endpoint.bearer_env, _bearer_effect(endpoint.name, endpoint.key_env or "", table, env)


def _effect(variable: str, values: Mapping[tuple[str, ...], object], loaded: LoadedConfig) -> str:
    in_force = [path for path in values if loaded.origin(path) == variable]
    if not in_force:
        path = next(iter(values))
        return f"no effect: {loaded.origin(path)} sets {dotted(path)}"
    _, provider, field, *_ = in_force[0]
    if field == "base_url":
        return f"{provider} is called at {without_secrets(str(values[in_force[0]]))}"
    names = [path[-1] for path in in_force]
    return f"{provider} is sent the header{'s' if len(names) > 1 else ''} {', '.join(names)}"


def _bearer_effect(provider: str, key_env: str, table: ProviderTable, env: Mapping[str, str]) -> str:
    for field in ("key_cmd", "key_file", "key_env"):
        if getattr(table, field) is not None:
            return f"no effect: providers.{provider}.{field} says where the key is"
    if env.get(key_env, "").strip():
        return f"no effect: {key_env} goes first"
    return f"its token authorizes calls to {provider}"
