"""One layer of config at a time: a file, the environment, or flags, checked against the schema and laid over the last."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from scrimp.config.schema import Config, Defaults
from scrimp.errors import ConfigError
from scrimp.prices.rates import Rates

Tree = dict[str, object]

_PREFIX = "SCRIMP_"
# Variables of ours that are no defaults.
_OTHERS = frozenset(("HOME", "TEST_MODEL", "OPENAPI"))
_UNKNOWN = re.compile(r"unknown field `(?P<key>[^`]+)`(?: - at `\$\.?(?P<where>[^`]*)`)?")
_WRONG = re.compile(r"(?P<what>.*?) - at `\$\.?(?P<where>[^`]+)`")


def file_layer(path: Path) -> Tree:
    """Return a TOML file's tree, checked; an empty one where there is no file."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}): correct its permissions") from error
    import tomllib  # noqa: PLC0415 - most starts find no file

    try:
        tree: Tree = tomllib.loads(text.decode())
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 (byte {error.start}): save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not TOML: {error}") from error
    convert(tree, str(path))
    return tree


def environment_layer(env: Mapping[str, str]) -> Tree:
    """Return what SCRIMP_* variables say, each checked on its own so that the sentence can name it."""
    known = Defaults.__struct_fields__
    values: Tree = {}
    for variable, text in env.items():
        name = variable.removeprefix(_PREFIX)
        if name == variable or name in _OTHERS:
            continue
        if name.lower() not in known:
            _misspelt(variable, [_PREFIX + each.upper() for each in known])
            continue
        value = convert({"defaults": {name.lower(): text}}, variable, strict=False)
        values[name.lower()] = getattr(value.defaults, name.lower())
    return {"defaults": values} if values else {}


def _misspelt(variable: str, known: Iterable[str]) -> None:
    """Complain about a variable that is nearly one of ours; others may mean something to somebody."""
    if near := nearest(variable, known, cutoff=0.85):
        raise ConfigError(f"the environment sets {variable}, which means nothing: did you mean {near}?")


def convert(tree: Mapping[str, object], origin: str, *, strict: bool = True) -> Config:
    """Return the tree as typed config; the sentence of an error names its origin and the key."""
    try:
        return msgspec.convert(tree, Config, strict=strict)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{origin}: {_in_words(str(error))}") from error


def _in_words(message: str) -> str:
    if unknown := _UNKNOWN.search(message):
        where = unknown["where"] or ""
        key = ".".join(filter(None, (where.replace("[...]", ".NAME"), unknown["key"])))
        near = nearest(unknown["key"], _fields_at(where), cutoff=0.5)
        return f"unknown key '{key}'" + (
            f", did you mean '{near}'?" if near else f": known are {', '.join(_fields_at(where))}"
        )
    if wrong := _WRONG.search(message):
        return f"{wrong['where'].replace('[...]', '.NAME')}: {wrong['what'][0].lower()}{wrong['what'][1:]}"
    return message


def _fields_at(where: str) -> tuple[str, ...]:
    """Return the keys that are known where msgspec says the unknown one was."""
    from scrimp.config import schema  # noqa: PLC0415 - a cold path

    tables: Mapping[str, type[msgspec.Struct]] = {
        "": schema.Config, "defaults": schema.Defaults, "providers": schema.ProviderTable, "models": schema.ModelTable,
        "chains": schema.ChainTable, "rules": schema.RuleTable,
    }  # fmt: skip
    if where.endswith("price"):
        return Rates.__struct_fields__
    return tables.get(re.split(r"[.\[]", where)[0], schema.Config).__struct_fields__


def nearest(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Return the known word most like this one."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a misspelling needs it

    return next(iter(get_close_matches(word, list(known), n=1, cutoff=cutoff)), None)


def overlay(below: Tree, above: Mapping[str, object]) -> Tree:
    """Return one tree with another laid over it: tables are merged, everything else is replaced."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = overlay(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def leaves(tree: Mapping[str, object], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield each value with the keys that lead to it."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key), value
