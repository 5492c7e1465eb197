"""Every setting in force as a line of TOML, with where it comes from; what may hold a secret is not shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from msgspec import Struct

from scrimp.config.load import LoadedConfig
from scrimp.config.schema import Defaults
from scrimp.config.secret_patterns import redact_secrets
from scrimp.config.validation_errors import dotted

# A header can carry a key, and so can a command's words.
_HIDDEN_FIELDS = frozenset(("headers", "key_cmd"))
_PLACEHOLDER = '"[set]"'


class Setting(Struct, frozen=True):
    """A key, its value as TOML (None: not set, and no default), and its origin."""

    key: str
    value: str | None
    origin: str


def settings(loaded: LoadedConfig) -> Iterator[Setting]:
    """Yield [defaults] in the schema's order, then all else that some layer sets, by key."""
    values = loaded.config.defaults
    for name in Defaults.__struct_fields__:
        here = ("defaults", name)
        yield Setting(dotted(here), _as_toml(getattr(values, name)), loaded.origin(here))
    for path, value in sorted(loaded.values.items()):
        if path[0] != "defaults":
            yield Setting(dotted(path), _shown_value(path, value), loaded.origin(path))


def _shown_value(path: tuple[str, ...], value: object) -> str | None:
    if path[0] == "providers" and len(path) > 2 and path[2] in _HIDDEN_FIELDS:
        return _PLACEHOLDER
    return _as_toml(value)


def _as_toml(value: object) -> str | None:
    """Return a value in TOML's words, on one line."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{dotted((name,))} = {_as_toml(each)}" for name, each in value.items())
        return f"{{ {pairs} }}"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return f"[{', '.join(str(_as_toml(each)) for each in value)}]"
    return _toml_string(redact_secrets(str(value)))


def _toml_string(text: str) -> str:
    import json  # noqa: PLC0415 - a basic string of TOML is written as one of JSON

    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
