"""Which project files may spend, run commands and choose where keys are sent: those the user trusted as they are.

A cloned repository must do none of these. So a project file that the user has not trusted may set what is listed here
and nothing else: which of the user's models answer, and how. It may lower the user's cap, never raise it, and add
alerts, never replace those of the user or send any; prices, the baseline and calls beside those of the run are the
user's own.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from decimal import Decimal
from pathlib import Path

from scrimp.config.paths import ensure_private_dir
from scrimp.config.sources.layers import Tree, leaves
from scrimp.errors import ConfigError

# By table; a table that is not here needs trust as a whole.
_HARMLESS_DEFAULTS = frozenset((
    "tier", "chain", "model", "buy", "min_confidence", "agreement", "max_output", "effort", "compress", "cache",
    "cache_ttl", "on_dear", "on_cliff", "concurrency", "rpm", "tpm", "retries", "timeout", "max_failures", "order",
    "provider_cache", "color", "progress",
))  # fmt: skip
_HARMLESS_OF_NAMED = {"providers": frozenset(("rpm", "tpm")), "models": frozenset(("effort", "max_output", "buy"))}
_HARMLESS_TABLES = frozenset(("tiers", "efforts", "chains", "rules"))
# Rules added to the user's own are harmless; rules that replace them, and who is notified, are not.
_HARMLESS_ALERTS = frozenset(("share", "errors", "spend", "escalation", "cache", "unpriced", "drift"))
_CAPS = (("defaults", "max_cost"), ("defaults", "max_cost_per_row"))


def guarded_keys(tree: Mapping[str, object], below: Mapping[str, object]) -> list[str]:
    """Return the keys of a project file that need trust; `below` is what the user's own files set."""
    from scrimp.config.validation_errors import dotted  # only where there is a project file

    users = dict(leaves(below))
    sinks = tree.get("sinks")
    # A table without a key turns a sink on, too.
    turned_on = [("sinks", name) for name, table in sinks.items() if not table] if isinstance(sinks, dict) else []
    return [dotted(path) for path in turned_on] + [
        dotted(path)
        for path, value in leaves(tree)
        if not (_lowers_cap(value, users.get(path)) if path in _CAPS else _is_harmless(path, users))
    ]


def _is_harmless(path: tuple[str, ...], users: Collection[tuple[str, ...]]) -> bool:
    table, *names = path
    if table == "alerts":
        return not names or (names[0] in _HARMLESS_ALERTS and path not in users)
    if table == "defaults":
        return path[1] in _HARMLESS_DEFAULTS
    if table in _HARMLESS_OF_NAMED:
        return len(names) == 1 or names[1] in _HARMLESS_OF_NAMED[table]  # [table.NAME] alone, or one of its keys
    return table in _HARMLESS_TABLES


def _lowers_cap(value: object, users: object) -> bool:
    """Return whether a cap in dollars is at most the user's; any cap is where the user has none."""
    return users is None or (value is not None and Decimal(str(value)) <= Decimal(str(users)))


def require_trust(path: Path, content: bytes, tree: Tree, below: Tree, record: Path) -> None:
    """Raise ConfigError if a project file sets keys that only a trusted one may set.

    `content` are the bytes that `tree` was read from: what is trusted is what is used.
    """
    keys = guarded_keys(tree, below)
    if keys and not is_trusted(path, content, record):
        raise ConfigError(
            f"{path} sets {', '.join(keys)}, which only a project file you trust may set: read it, then run "
            f"`scrimp config trust {path.parent}`"
        )


def is_trusted(path: Path, content: bytes, record: Path) -> bool:
    """Return whether the user trusted this file with this content."""
    return _trusted_digests(record).get(str(path.resolve())) == _digest(content)


def trust(path: Path, record: Path) -> None:
    """Record this file, with its present content, as trusted."""
    import json  # a rare command

    digests = {**_trusted_digests(record), str(path.resolve()): _digest(_content(path))}
    ensure_private_dir(record.parent)
    temporary = record.with_suffix(".new")
    try:
        with os.fdopen(os.open(temporary, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(digests, file, indent=1)
        temporary.replace(record)
    except OSError as error:
        raise ConfigError(f"{record} cannot be written ({error.strerror}): correct its permissions") from error


def _trusted_digests(record: Path) -> dict[str, str]:
    """Return the SHA-256 of each trusted file, by its path."""
    import msgspec  # as json above

    try:
        return msgspec.json.decode(record.read_bytes(), type=dict[str, str])
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigError(f"{record} cannot be read ({error.strerror}): correct its permissions") from error
    except msgspec.MsgspecError as error:
        raise ConfigError(
            f"{record} is damaged ({error}): delete it, and run `scrimp config trust` again for each project"
        ) from error


def _digest(content: bytes) -> str:
    import hashlib  # only where there is a project file to judge

    return hashlib.sha256(content).hexdigest()


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read ({error.strerror}): name the directory of a project's scrimp.toml"
        ) from error
