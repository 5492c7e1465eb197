"""One layer of config at a time: a file, the environment or flags, checked against the schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from scrimp.config.schema import Config, Defaults
from scrimp.errors import ConfigError

Tree = dict[str, object]

_PREFIX = "SCRIMP_"
# Variables of ours that are no defaults.
_NOT_DEFAULTS = frozenset(("HOME", "TEST_MODEL", "OPENAPI"))
_ROUTES = ("tier", "chain", "model")


def file_layer(path: Path) -> Tree:
    """Return a TOML file's tree, checked; an empty one where there is no file."""
    try:
        text = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}): correct its permissions") from error
    import tomllib  # noqa: PLC0415 - most starts find no file

    try:
        tree: Tree = tomllib.loads(text.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 (byte {error.start}): save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not TOML: {error}") from error
    to_config(tree, str(path))
    return _unset_other_routes(tree)


def environment_layer(env: Mapping[str, str]) -> Tree:
    """Return what SCRIMP_* variables say; an empty variable says nothing."""
    known = Defaults.__struct_fields__
    values: Tree = {}
    for variable, text in env.items():
        name = variable.removeprefix(_PREFIX)
        if name == variable or name in _NOT_DEFAULTS:
            continue
        if name.lower() not in known:
            _reject_misspelling(variable)
        elif text:
            values[name.lower()] = _checked_value(variable, name.lower(), text, strict=False)
    if not values:
        return {}
    to_config({"defaults": values}, "the environment")
    return _unset_other_routes({"defaults": values})


def flags_layer(flags: Mapping[str, object]) -> Tree:
    """Return what flags say, under the names of the defaults they replace."""
    values = {name: _checked_value(_flag(name), name, value) for name, value in flags.items()}
    return _unset_other_routes({"defaults": values}) if values else {}


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _checked_value(origin: str, name: str, value: object, *, strict: bool = True) -> object:
    """Return one value of [defaults], checked on its own so that the sentence can name the variable or the flag."""
    tree: Tree = {"defaults": {name: value}}
    try:
        return getattr(msgspec.convert(tree, Config, strict=strict).defaults, name)
    except msgspec.ValidationError as error:
        from scrimp.config.validation_errors import config_problem  # noqa: PLC0415 - only where something is wrong

        words = config_problem(error, tree, strict=strict)
        raise ConfigError(f"{origin} {words.words}" if words.key else f"{origin}: {words.words}") from error


def _reject_misspelling(variable: str) -> None:
    """Complain about a variable that is nearly one of ours; others may mean something to somebody."""
    from scrimp.config.validation_errors import nearest  # noqa: PLC0415 - as above

    known = [_PREFIX + name.upper() for name in (*Defaults.__struct_fields__, "home")]
    if near := nearest(variable, known, cutoff=0.85):
        raise ConfigError(f"the environment sets {variable}, which means nothing: did you mean {near}?")


def _unset_other_routes(tree: Tree) -> Tree:
    """A layer that says where prompts go says all of it: --tier does not argue with a model of the file below."""
    defaults = tree.get("defaults")
    if not isinstance(defaults, dict) or not any(name in defaults for name in _ROUTES):
        return tree
    return tree | {"defaults": dict.fromkeys(_ROUTES) | defaults}


def to_config(tree: Mapping[str, object], origin: str) -> Config:
    """Return the tree as typed config; the sentence of an error names its origin and the key."""
    try:
        return msgspec.convert(tree, Config)
    except msgspec.ValidationError as error:
        from scrimp.config.validation_errors import config_problem  # noqa: PLC0415 - only where something is wrong

        words = config_problem(error, tree, strict=True)
        raise ConfigError(
            f"{origin}: {words.key} {words.words}" if words.key else f"{origin}: {words.words}"
        ) from error


def deep_merge(below: Tree, above: Mapping[str, object]) -> Tree:
    """Return one tree with another laid over it: tables are merged, everything else is replaced."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = deep_merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def leaves(tree: Mapping[str, object], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield each value with the keys that lead to it."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key), value
