"""What is wrong with a piece of config, in words: the key, what it takes, and what was found there."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterable, Mapping

import msgspec

from scrimp.config.schema import Config
from scrimp.config.secret_patterns import redact_secrets

Path = tuple[str | int, ...]

_LOCATION = re.compile(r"^(?P<what>.*?)(?: - at `\$\.?(?P<where>.*)`)?$", re.DOTALL)
_TOKEN = re.compile(r"\[(?P<index>\d+)\]|(?P<any>\[\.\.\.\])|(?P<name>[^.\[]+)")
_EXPECTED = re.compile(r"Expected `(?P<type>[^`]+)`(?P<bound> [<>]=? [\d.]+)?(?:, got `[^`]+`)?$")
_TYPE_NAMES = {
    "int": "a whole number", "float": "a number", "decimal": "a number", "bool": "true or false", "str": "text",
    "array": "a list", "object": "a table",
}  # fmt: skip
_ANY_NAME = "..."
_LONGEST_SHOWN = 60


class ConfigProblem(msgspec.Struct, frozen=True):
    """Where it is and the words; `key` is empty where the words say it all."""

    key: str
    words: str


def config_problem(error: msgspec.ValidationError, tree: Mapping[str, object], *, strict: bool) -> ConfigProblem:
    """Return msgspec's complaint about a tree in our words."""
    found = _LOCATION.match(str(error))
    what, where = (found["what"], found["where"] or "") if found else (str(error), "")
    path, value = _full_path(_tokens(where), tree, strict=strict)
    key, kind = dotted(path), _type_at(path)
    if unknown := re.search(r"unknown field `([^`]+)`", what):
        return ConfigProblem(dotted((*path, unknown[1])), _unknown_key_message(unknown[1], _fields(kind)))
    if missing := re.search(r"missing required field `([^`]+)`", what):
        return ConfigProblem(dotted((*path, missing[1])), "is missing")
    if options := _literal_values(kind):
        near = nearest(value, options) if isinstance(value, str) else None
        hint = f": did you mean {near}?" if near else ""
        return ConfigProblem(key, f"must be one of {', '.join(options)}, not {_shown(value)}{hint}")
    if expected := _EXPECTED.match(what):
        takes = " or ".join(_TYPE_NAMES.get(name, name) for name in expected["type"].split(" | ") if name != "null")
        return ConfigProblem(key, f"must be {takes}{expected['bound'] or ''}, not {_shown(value)}")
    if what == "Invalid decimal string":
        return ConfigProblem(key, f"must be a number, not {_shown(value)}")
    # A sentence of the schema's own; it names the key within its table.
    return ConfigProblem("", f"{key}: {what}" if path and path != ("defaults",) else what)


def _unknown_key_message(key: str, known: Iterable[str]) -> str:
    names = list(known)
    if any(word in key.lower() for word in ("api_key", "apikey", "secret", "token")) or key.lower() == "key":
        return "is unknown: keys are never written into a file; name key_env, key_cmd or key_file"
    near = nearest(key, names, cutoff=0.5)
    return f"is unknown: did you mean {near}?" if near else f"is unknown: known are {', '.join(names)}"


def _tokens(where: str) -> Path:
    return tuple(
        int(token["index"]) if token["index"] else _ANY_NAME if token["any"] else token["name"]
        for token in _TOKEN.finditer(where)
    )


def _full_path(tokens: Path, tree: Mapping[str, object], *, strict: bool) -> tuple[Path, object]:
    """Return the path with every name msgspec left out, and the value there."""
    path: Path = ()
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


def _tree_with(path: Path, name: str, value: object) -> dict[str, object]:
    """Return a tree with nothing but this value at its path."""
    pruned: object = {name: value}
    for part in reversed(path):
        pruned = [pruned] if isinstance(part, int) else {part: pruned}
    return typing.cast("dict[str, object]", pruned)


def _fails(tree: Mapping[str, object], *, strict: bool) -> bool:
    try:
        msgspec.convert(tree, Config, strict=strict)
    except msgspec.ValidationError:
        return True
    return False


def _type_at(path: Path) -> object:
    """Return what the schema wants at a path."""
    kind: object = Config
    for part in path:
        kind = _without_none(kind)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            kind = typing.get_type_hints(kind).get(str(part), object)
        elif args := typing.get_args(kind):
            kind = args[0] if isinstance(part, int) else args[-1]
    return _without_none(kind)


def _without_none(kind: object) -> object:
    """Return a type without its `| None`."""
    if typing.get_origin(kind) in (types.UnionType, typing.Union):
        return next(each for each in typing.get_args(kind) if each is not type(None))
    return kind


def _fields(kind: object) -> tuple[str, ...]:
    return kind.__struct_fields__ if isinstance(kind, type) and issubclass(kind, msgspec.Struct) else ()


def _literal_values(kind: object) -> tuple[str, ...]:
    return typing.get_args(kind) if typing.get_origin(kind) is typing.Literal else ()


def _shown(value: object) -> str:
    """Return a value as a person would recognise it; never a key, which may stand where it should not."""
    if isinstance(value, (dict, list, tuple)):
        return "a table" if isinstance(value, dict) else "a list"
    text = redact_secrets(str(value))
    if len(text) > _LONGEST_SHOWN:
        text = text[: _LONGEST_SHOWN - 1] + "…"
    if isinstance(value, bool):
        return text.lower()
    return f'"{text}"' if isinstance(value, str) else text


def dotted(path: Path) -> str:
    """Return a path as TOML writes it: models."openai/gpt-6-luna".price.input."""
    words = ""
    for part in path:
        if isinstance(part, int):
            words += f"[{part}]"
        else:
            bare = re.fullmatch(r"[\w-]+", part, re.ASCII)
            words += ("." if words else "") + (part if bare else f'"{part}"')
    return words


def nearest(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Return the known word most like this one."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a misspelling needs it

    return next(iter(get_close_matches(word, list(known), n=1, cutoff=cutoff)), None)
