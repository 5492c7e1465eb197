"""Validation errors of msgspec in plain words: the key, what it takes, and the value it has."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Collection, Iterable, Mapping

import msgspec

from scrimp.config.schema import Config
from scrimp.config.secret_patterns import redact_secrets
from scrimp.errors import closest_name

KeyPath = tuple[str | int, ...]

_LOCATION = re.compile(r"^(?P<reason>.*?)(?: - at `\$\.?(?P<location>.*)`)?$", re.DOTALL)
_TOKEN = re.compile(r"\[(?P<index>\d+)\]|(?P<any>\[\.\.\.\])|(?P<name>[^.\[]+)")
_EXPECTED = re.compile(r"Expected `(?P<type>[^`]+)`(?P<bound> [<>]=? [\d.]+)?(?:, got `[^`]+`)?$")
_TYPE_NAMES = {
    "date": "a day such as 2026-11-01",
    "int": "a whole number", "float": "a number", "decimal": "a number", "bool": "true or false", "str": "text",
    "array": "a list", "object": "a table",
}  # fmt: skip
_UNREADABLE = {"Invalid decimal string": "decimal", "Invalid RFC3339 encoded date": "date"}
_ANY_NAME = "..."  # msgspec names no key of a mapping
_LONGEST_SHOWN = 60  # characters of a value


class ConfigProblem(msgspec.Struct, frozen=True):
    """The key, and what is wrong with it; `key` is empty if the message names it."""

    key: str
    message: str


def config_problem(error: msgspec.ValidationError, tree: Mapping[str, object], *, strict: bool) -> ConfigProblem:
    """Return the error of msgspec about a tree in plain words."""
    parts = _LOCATION.match(str(error))
    reason, location = (parts["reason"], parts["location"] or "") if parts else (str(error), "")
    path, value = _full_path(_tokens(location), tree, strict=strict)
    key, expected_type = dotted(path), _type_at(path)
    if unknown := re.search(r"unknown field `([^`]+)`", reason):
        is_table = isinstance(value, dict) and isinstance(value.get(unknown[1]), dict)
        message = _unknown_key_message(unknown[1], _field_names(expected_type), at_top=not path, is_table=is_table)
        return ConfigProblem(dotted((*path, unknown[1])), message)
    if missing := re.search(r"missing required field `([^`]+)`", reason):
        return ConfigProblem(dotted((*path, missing[1])), "is missing")
    if choices := _literal_values(expected_type):
        near = closest_name(value, choices) if isinstance(value, str) else None
        hint = f": did you mean {near}?" if near else ""
        return ConfigProblem(key, f"must be one of {', '.join(choices)}, not {_shown(value)}{hint}")
    if expected := _EXPECTED.match(reason):
        types_taken = [_TYPE_NAMES.get(name, name) for name in expected["type"].split(" | ") if name != "null"]
        wrong = f"must be {' or '.join(types_taken)}{expected['bound'] or ''}, not {_shown(value)}"
        return ConfigProblem(key, wrong + _rewritten(value, types_taken))
    if wanted := _UNREADABLE.get(reason):
        return ConfigProblem(key, f"must be {_TYPE_NAMES[wanted]}, not {_shown(value)}")
    # A message of the schema itself; it names the key within its table.
    return ConfigProblem("", f"{key}: {reason}" if path and path != ("defaults",) else reason)


def _unknown_key_message(key: str, known: Iterable[str], *, at_top: bool, is_table: bool) -> str:
    names = list(known)
    if at_top and key in _field_names(_type_at(("defaults",))):
        also = " or, for several machines, under [shared]" if key in _field_names(_type_at(("shared",))) else ""
        return f"is not {'a' if is_table else 'in a'} table: write it under [defaults]{also}"
    if any(word in key.lower() for word in ("api_key", "apikey", "secret", "token")) or key.lower() == "key":
        return "is unknown: scrimp reads no API key from a config file; set key_env, key_cmd or key_file"
    near = closest_name(key, names, cutoff=0.5)
    return f"is unknown: did you mean {near}?" if near else f"is unknown: use one of {', '.join(names)}"


def _tokens(location: str) -> KeyPath:
    return tuple(
        int(token["index"]) if token["index"] else _ANY_NAME if token["any"] else token["name"]
        for token in _TOKEN.finditer(location)
    )


def _full_path(tokens: KeyPath, tree: Mapping[str, object], *, strict: bool) -> tuple[KeyPath, object]:
    """Return the path with the names msgspec left out, and the value there."""
    path: KeyPath = ()
    node: object = tree
    for token in tokens:
        name = token
        if token == _ANY_NAME and isinstance(node, dict):
            name = next((name for name in node if _fails(_tree_with(path, name, node[name]), strict=strict)), token)
        path = (*path, name)
        if isinstance(node, dict) and isinstance(name, str):
            node = node.get(name)
        elif isinstance(node, (list, tuple)) and isinstance(name, int):
            node = node[name]
    return path, node


def _tree_with(path: KeyPath, name: str, value: object) -> dict[str, object]:
    """Return a tree that contains only this value, under `name` at the path."""
    tree: object = {name: value}
    for part in reversed(path):
        tree = [tree] if isinstance(part, int) else {part: tree}
    return typing.cast("dict[str, object]", tree)


def _fails(tree: Mapping[str, object], *, strict: bool) -> bool:
    try:
        msgspec.convert(tree, Config, strict=strict)
    except msgspec.ValidationError:
        return True
    return False


def _type_at(path: KeyPath) -> object:
    """Return the type the schema expects at a path."""
    expected: object = Config
    for part in path:
        expected = _without_none(expected)
        if isinstance(expected, type) and issubclass(expected, msgspec.Struct):
            expected = typing.get_type_hints(expected).get(str(part), object)
        elif args := typing.get_args(expected):
            expected = args[0] if isinstance(part, int) else args[-1]
    return _without_none(expected)


def _without_none(annotation: object) -> object:
    """Return a type without its `| None`."""
    if typing.get_origin(annotation) in (types.UnionType, typing.Union):
        return next(member for member in typing.get_args(annotation) if member is not type(None))
    return annotation


def _field_names(annotation: object) -> tuple[str, ...]:
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return annotation.__struct_fields__
    return ()


def _literal_values(annotation: object) -> tuple[str, ...]:
    return typing.get_args(annotation) if typing.get_origin(annotation) is typing.Literal else ()


def _rewritten(value: object, types_taken: Collection[str]) -> str:
    """Return how to write a value as what it should be, where that is sure."""
    if "text" in types_taken and isinstance(value, int | float) and not isinstance(value, bool):
        return f': write it in quotes, "{_shown(value)}"'
    if types_taken == ["a list"] and isinstance(value, str):
        return f": write [{_shown(value)}]"
    return ""


def _shown(value: object) -> str:
    """Return a value as the user would recognize it, without secrets, which may be in the wrong place."""
    if isinstance(value, (dict, list, tuple)):
        return "a table" if isinstance(value, dict) else "a list"
    text = redact_secrets(str(value))
    if len(text) > _LONGEST_SHOWN:
        text = text[: _LONGEST_SHOWN - 1] + "…"
    if isinstance(value, bool):
        return text.lower()
    return f'"{text}"' if isinstance(value, str) else text


def dotted(path: KeyPath) -> str:
    """Return a key path as TOML writes it, such as models."openai/gpt-6-luna".price.input."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            is_bare = re.fullmatch(r"[\w-]+", part, re.ASCII)
            text += ("." if text else "") + (part if is_bare else f'"{part}"')
    return text
