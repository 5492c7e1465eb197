"""A provider as configured: a preset with the user's table over it, or one of the table alone."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from scrimp.config.schema import ProviderTable
from scrimp.config.secret_patterns import redact_secrets
from scrimp.enums import Transport
from scrimp.errors import ConfigError
from scrimp.providers.endpoint import Endpoint
from scrimp.providers.presets import PRESETS

# These of a table's fields stand in the endpoint under the same name; keys do not stand in it at all.
_SHARED_FIELDS = (
    "dialect", "base_url", "flavour", "key_env", "auth_header", "auth_prefix", "price_provider", "rpm", "tpm",
)  # fmt: skip

_TRANSPORTS: Mapping[str, Transport] = {"http://": "http", "https://": "http", "local:": "local", "replay:": "replay"}


def endpoint_of(name: str, table: ProviderTable) -> Endpoint:
    """Return a provider's endpoint."""
    transport = None if table.base_url is None else _transport_of(name, table.base_url)
    base = PRESETS.get(name) or _own_provider(name, table, transport)
    given = {field: value for field in _SHARED_FIELDS if (value := getattr(table, field)) is not None}
    if table.key_env == "":
        given["key_env"] = None
    if transport is not None:
        given["transport"] = transport
    return replace(base, headers={**base.headers, **table.headers}, **given)


def _transport_of(name: str, base_url: str) -> Transport:
    """Return how a provider at this address is reached: the one place that looks at how an address begins."""
    for beginning, transport in _TRANSPORTS.items():
        if base_url.startswith(beginning):
            return transport
    raise ConfigError(f"providers.{name}: base_url '{redact_secrets(base_url)}' is not a URL: write https://HOST/PATH")


def _own_provider(name: str, table: ProviderTable, transport: Transport | None) -> Endpoint:
    """Return an endpoint that takes its key as the vendor of its dialect does."""
    dialect = "openai" if transport == "replay" else table.dialect  # recorded completions are answered in that form
    if dialect is None or table.base_url is None:
        from scrimp.config.validation_errors import nearest  # noqa: PLC0415 - only a misspelling needs it

        near = nearest(name, PRESETS)
        hint = f"did you mean {near}? A" if near else "a"
        raise ConfigError(
            f"providers.{name} is no preset: {hint} provider of your own needs dialect (openai, anthropic or gemini) "
            "and base_url"
        )
    vendor = PRESETS[dialect]
    return Endpoint(
        name=name, dialect=dialect, base_url=table.base_url, auth_header=vendor.auth_header,
        auth_prefix=vendor.auth_prefix, headers=vendor.headers,
    )  # fmt: skip
