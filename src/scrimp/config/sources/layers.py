"""The layers of config, each read and checked against the schema: a file, the environment, flags."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import msgspec

from scrimp.config.schema import DESTINATIONS, Config, Defaults
from scrimp.errors import ConfigError, closest_name

Tree = dict[str, object]

_PREFIX = "SCRIMP_"
# Variables of the vendors' own programs, for `vendor_variables`, and what each sets.
VENDOR_VARIABLES: Mapping[str, str] = {
    "OPENAI_BASE_URL": "The address of openai, as for its own SDK.",
    "OPENAI_ORG_ID": "The organization that openai bills, as for its own SDK.",
    "OPENAI_PROJECT_ID": "The project that openai bills, as for its own SDK.",
    "OPENAI_CUSTOM_HEADERS": "More headers for openai, as for its own SDK: NAME: VALUE on each line.",
    "ANTHROPIC_BASE_URL": "The address of anthropic, as for its own SDK.",
    "ANTHROPIC_CUSTOM_HEADERS": "More headers for anthropic, as for its own SDK: NAME: VALUE on each line.",
    "OLLAMA_HOST": "The address of ollama, as for its own client: host, host:port or a URL.",
}
CUSTOM_HEADERS = ("OPENAI_CUSTOM_HEADERS", "ANTHROPIC_CUSTOM_HEADERS")  # their values may hold secrets
_FORMER_LEVELS = {"terse": "dense"}
# Variables of scrimp that set no default.
_NOT_DEFAULTS = frozenset(("HOME", "TEST_MODEL", "OPENAPI"))


_LONGEST_FILE = 1 << 22  # bytes: a project's file may be anybody's
_MOST_PARTS = 64  # dotted parts of a key: the parser takes quadratic time


def file_content(path: Path) -> bytes | None:
    """Return the bytes of a file, None if there is none."""
    try:
        with path.open("rb") as file:
            content = file.read(_LONGEST_FILE + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}): correct its permissions") from error
    if len(content) > _LONGEST_FILE:
        raise ConfigError(f"{path} has more than {_LONGEST_FILE >> 20} MB, so it is not a scrimp config: move it away")
    return content


def file_layer(path: Path, content: bytes | None) -> Tree:
    """Return the checked tree of a TOML file with this content; an empty one if there is no file."""
    if content is None:
        return {}
    import tomllib  # most starts find no file

    if _has_deep_key(content):
        raise ConfigError(f"{path} cannot be used: a key of it has too many parts; correct it")
    try:
        tree: Tree = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 (byte {error.start}): save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not TOML: {error}") from error
    except (RecursionError, ValueError) as error:  # errors of the parser that are not TOMLDecodeError
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else "a number has too many digits"
        raise ConfigError(f"{path} cannot be used: {reason}; correct it") from error
    _rename_levels(tree)
    to_config(tree, str(path))
    return _unset_other_routes(tree)


def _has_deep_key(content: bytes) -> bool:
    lines = [line for line in content.splitlines() if line.count(b".") >= _MOST_PARTS]
    if not lines:
        return False
    import re  # as rare as such a line

    part = rb"""(?:[\w-]+|"[^"]*"|'[^']*')[ \t]*\.[ \t]*"""
    deep = re.compile(rb"""(?<![\w."'-])(?:%b){%d}""" % (part, _MOST_PARTS))
    return any(map(deep.search, lines))


def _rename_levels(tree: Tree) -> None:
    """Replace levels of compression by their present names in [defaults] and [[rules]]."""
    rules = tree.get("rules")
    for table in (tree.get("defaults"), *(rules if isinstance(rules, list) else ())):
        level = table.get("compress") if isinstance(table, dict) else None
        if isinstance(level, str) and level in _FORMER_LEVELS:  # what is of another type is told with its name
            table["compress"] = _FORMER_LEVELS[level]


def environment_layer(env: Mapping[str, str]) -> Tree:
    """Return the defaults that SCRIMP_* variables set; an empty variable sets nothing."""
    values: Tree = {}
    for variable, text in env.items():
        name = variable.removeprefix(_PREFIX)
        if name == variable or name in _NOT_DEFAULTS:
            continue
        if name.lower() in Defaults.__struct_fields__ and text:
            if not is_unicode(text):
                raise ConfigError(f"{variable} is not UTF-8: correct it or unset it")
            value = _FORMER_LEVELS.get(text, text) if name == "COMPRESS" else text
            values[name.lower()] = _checked_value(variable, name.lower(), value, strict=False)
    if not values:
        return {}
    to_config({"defaults": values}, "the environment")
    return _unset_other_routes({"defaults": values})


def flags_layer(flags: Mapping[str, object]) -> Tree:
    """Return the values of flags, under the names of the defaults they replace."""
    values = {name: _checked_value(_flag(name), name, value) for name, value in flags.items()}
    return _unset_other_routes({"defaults": values}) if values else {}


def variable_name(name: str) -> str:
    """Return the environment variable of a key of [defaults]."""
    return _PREFIX + name.upper()


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def is_unicode(text: str) -> bool:
    """Return whether a text has none of the bytes that are not UTF-8, as arguments and variables may."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _checked_value(origin: str, name: str, value: object, *, strict: bool = True) -> object:
    """Return one value of [defaults], checked on its own so that the error can name the variable or the flag."""
    tree: Tree = {"defaults": {name: value}}
    try:
        return getattr(msgspec.convert(tree, Config, strict=strict).defaults, name)
    except msgspec.ValidationError as error:
        from scrimp.config.validation_errors import config_problem  # only where something is wrong

        problem = config_problem(error, tree, strict=strict)
        raise ConfigError(f"{origin} {problem.message}" if problem.key else f"{origin}: {problem.message}") from error


def unknown_variables(env: Mapping[str, str], key_variables: Collection[str] = ()) -> Iterator[str]:
    """Yield a warning for each SCRIMP_ variable that scrimp does not know, unless it holds a key."""
    for variable in env:
        name = variable.removeprefix(_PREFIX)
        if name == variable or name in _NOT_DEFAULTS or variable in key_variables:
            continue
        if name.lower() not in Defaults.__struct_fields__:
            near = closest_name(name.lower(), (*Defaults.__struct_fields__, "home"))
            hint = f"did you mean {variable_name(near)}?" if near else "it changes nothing"
            yield f"the environment sets {variable}, which scrimp does not know: {hint}"


def _unset_other_routes(tree: Tree) -> Tree:
    """Return the tree so that each of tier, chain and model unsets the other two in the layers below."""
    defaults = tree.get("defaults")
    if not isinstance(defaults, dict) or not any(name in defaults for name in DESTINATIONS):
        return tree
    return tree | {"defaults": dict.fromkeys(DESTINATIONS) | defaults}


def to_config(tree: Mapping[str, object], origin: str) -> Config:
    """Return the tree as typed config; an error names the origin and the key."""
    try:
        return msgspec.convert(tree, Config)
    except msgspec.ValidationError as error:
        from scrimp.config.validation_errors import config_problem  # only where something is wrong

        problem = config_problem(error, tree, strict=True)
        location = f"{origin}: {problem.key}" if problem.key else f"{origin}:"
        raise ConfigError(f"{location} {problem.message}") from error


def deep_merge(below: Tree, above: Mapping[str, object]) -> Tree:
    """Return `below` with `above` merged over it: tables are merged, everything else is replaced."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = deep_merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def leaves(tree: Mapping[str, object], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield each value with its key path."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key), value
