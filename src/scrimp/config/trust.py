"""Which project files may run commands and choose where keys are sent: those the user trusted, until they change."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from scrimp.config.layers import leaves
from scrimp.config.paths import ensure_private_dir
from scrimp.errors import ConfigError

# A cloned repository must not run commands or send keys elsewhere. Headers can send keys elsewhere too (a gateway
# forwards to the host a header names), and so can key_env (another of the user's keys goes to this provider). A model's
# file is parsed in this process.
_GUARDED_FIELDS = {
    "providers": frozenset(
        ("key_cmd", "key_file", "key_env", "base_url", "headers", "auth_header", "auth_prefix")
    ),
    "models": frozenset(("path",)),
}  # fmt: skip


def guarded_keys(tree: Mapping[str, object]) -> list[str]:
    """Return the keys of a project file that need trust."""
    from scrimp.config.validation_errors import dotted  # noqa: PLC0415 - only where there is a project file

    return [
        dotted(path)
        for path, _ in leaves(tree)
        if len(path) > 2 and path[2] in _GUARDED_FIELDS.get(path[0], ())  # table, name, key
    ]


def require_trust(path: Path, tree: Mapping[str, object], record: Path) -> None:
    """Raise ConfigError if a project file sets keys that only a trusted one may set."""
    keys = guarded_keys(tree)
    if keys and not is_trusted(path, record):
        raise ConfigError(
            f"{path} sets {', '.join(keys)}, which only a project file you trust may set: read it, then run "
            f"`scrimp config trust {path.parent}`"
        )


def is_trusted(path: Path, record: Path) -> bool:
    """Return whether the user trusted this file with its present content."""
    return _trusted_digests(record).get(str(path.resolve())) == _digest(path)


def trust(path: Path, record: Path) -> None:
    """Record this file, with its present content, as trusted."""
    import json  # noqa: PLC0415 - a rare command

    digests = {**_trusted_digests(record), str(path.resolve()): _digest(path)}
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
    import msgspec  # noqa: PLC0415 - as json above

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


def _digest(path: Path) -> str:
    import hashlib  # noqa: PLC0415 - only where there is a project file to judge

    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read ({error.strerror}): name the directory of a project's scrimp.toml"
        ) from error
