"""Every setting in force as TOML, with its origin; values that may contain a secret are not shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from msgspec import Struct

from scrimp.config.schema import Defaults
from scrimp.config.secret_patterns import redact_secrets
from scrimp.config.shared_tables import shown_address
from scrimp.config.sources.load import LoadedConfig
from scrimp.config.validation_errors import dotted
from scrimp.providers.endpoint import without_secrets

# A header can contain a key, and so can a command.
_HIDDEN_FIELDS = frozenset(("headers", "key_cmd", "admin_key_cmd"))
_HIDDEN_ALERTS = frozenset(("command", "webhook"))  # an address that lets one post is a secret
_ADDRESSES = (("providers", "base_url"), ("sinks", "endpoint"))
_PLACEHOLDER = '"[set]"'


class Setting(Struct, frozen=True):
    """A key, its value as TOML (None if it is not set and has no default), and its origin."""

    key: str
    value: str | None
    origin: str


def settings(loaded: LoadedConfig) -> Iterator[Setting]:
    """Yield [defaults] in the order of the schema, then everything else a layer sets, by key."""
    for name in Defaults.__struct_fields__:
        default_path = ("defaults", name)
        value = getattr(loaded.config.defaults, name)
        yield Setting(dotted(default_path), _as_toml(value), loaded.origin(default_path))
    for key_path, value in sorted(loaded.values.items()):
        if key_path[0] != "defaults":
            yield Setting(dotted(key_path), _shown_value(key_path, value), loaded.origin(key_path))


def _shown_value(path: tuple[str, ...], value: object) -> str | None:
    table, name = path[0], path[-1]
    if table in ("providers", "sinks") and _HIDDEN_FIELDS & {*path[2:]}:
        return _PLACEHOLDER
    if table == "alerts" and path[1] in _HIDDEN_ALERTS:
        return _PLACEHOLDER
    if path in (("shared", "cache"), ("shared", "limits")):
        return _as_toml(shown_address(str(value)))
    if (table, name) in _ADDRESSES and str(value).startswith("http"):
        return _as_toml(without_secrets(str(value)))
    return _as_toml(value)


def _as_toml(value: object) -> str | None:
    """Return a value as TOML, on one line; None if it is not set."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{dotted((name,))} = {_as_toml(item)}" for name, item in value.items())
        return f"{{ {pairs} }}"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return f"[{', '.join(str(_as_toml(item)) for item in value)}]"
    return _toml_string(redact_secrets(str(value)))


def _toml_string(text: str) -> str:
    import json  # a JSON string is a TOML basic string, but for DEL

    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
