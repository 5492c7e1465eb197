"""A provider's endpoint as configured: a preset with the user's table over it, or the table alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from msgspec.structs import replace

from scrimp.config.schema import ProviderTable
from scrimp.config.secret_patterns import redact_secrets
from scrimp.enums import Dialect, Transport
from scrimp.errors import ConfigError, closest_name
from scrimp.providers.endpoint import Endpoint
from scrimp.providers.presets import PRESETS

# Fields of a table that the endpoint has under the same name; the key itself is not in the endpoint.
_SHARED_FIELDS = (
    "dialect", "base_url", "flavour", "key_env", "auth_header", "auth_prefix", "price_provider", "labels", "rpm", "tpm",
)  # fmt: skip

# The only place that looks at how an address begins.
_TRANSPORTS: Mapping[str, Transport] = {"http://": "http", "https://": "http", "local:": "local", "replay:": "replay"}


def endpoint_of(name: str, table: ProviderTable) -> Endpoint:
    """Return a provider's endpoint."""
    transport = None if table.base_url is None else _transport_of(name, table.base_url)
    base = PRESETS.get(name) or _own_provider(name, table, transport)
    changes = {field: value for field in _SHARED_FIELDS if (value := getattr(table, field)) is not None}
    if table.key_env == "":
        changes["key_env"] = None
    if table.key_env is not None:
        changes["bearer_env"] = None
    if transport is not None:
        changes["transport"] = transport
    return replace(base, headers=_merged(base.headers, table.headers), **changes)


def _merged(below: Mapping[str, str], above: Mapping[str, str]) -> dict[str, str]:
    """Return headers with others over them; the same name in capitals is the same header."""
    return {name.lower(): value for name, value in (*below.items(), *above.items())}


def _transport_of(name: str, base_url: str) -> Transport:
    """Return how a provider at this address is reached."""
    for prefix, transport in _TRANSPORTS.items():
        if base_url.startswith(prefix):
            return transport
    raise ConfigError(f"providers.{name}: base_url '{redact_secrets(base_url)}' is not a URL: write https://HOST/PATH")


def _own_provider(name: str, table: ProviderTable, transport: Transport | None) -> Endpoint:
    """Return the endpoint of a provider that is not a preset; it takes its key as the vendor of its dialect does."""
    dialect = "openai" if transport == "replay" else table.dialect  # the form of recorded completions
    if dialect is None or table.base_url is None:
        near = closest_name(name, PRESETS)
        hint = f"did you mean {near}? A" if near else "a"
        *others, last = get_args(Dialect)
        raise ConfigError(
            f"providers.{name}: '{name}' is not a preset: {hint} provider of your own needs dialect "
            f"({', '.join(others)} or {last}) and base_url"
        )
    vendor = PRESETS[dialect]
    return Endpoint(
        name=name, dialect=dialect, base_url=table.base_url, auth_header=vendor.auth_header,
        auth_prefix=vendor.auth_prefix, headers=vendor.headers,
    )  # fmt: skip
