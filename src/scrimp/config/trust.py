"""Which project files may run commands and say where keys are sent: those the user named, as they were then."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from scrimp.config.layers import leaves
from scrimp.config.paths import ensure_private_dir
from scrimp.errors import ConfigError

# A cloned repository must not run commands or send keys elsewhere. Headers can do the latter too (a gateway forwards to
# the host a header names), and so can a key's name (another key of yours goes to this provider). A model's file is
# read by a parser in this process.
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


def require_trust(path: Path, tree: Mapping[str, object], trusted: Path) -> None:
    """Raise ConfigError where a project file sets what only a trusted one may."""
    keys = guarded_keys(tree)
    if keys and not is_trusted(path, trusted):
        raise ConfigError(
            f"{path} sets {', '.join(keys)}, which a project file may do only where you trust it: read it, then run "
            f"`scrimp config trust {path.parent}`"
        )


def is_trusted(path: Path, trusted: Path) -> bool:
    """Say whether the user trusted this file with the content it has now."""
    return _trusted_digests(trusted).get(str(path.resolve())) == _digest(path)


def trust(path: Path, trusted: Path) -> None:
    """Remember this file, as it is now."""
    import json  # noqa: PLC0415 - a rare command

    known = {**_trusted_digests(trusted), str(path.resolve()): _digest(path)}
    ensure_private_dir(trusted.parent)
    fresh = trusted.with_suffix(".new")
    try:
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(known, file, indent=1)
        fresh.replace(trusted)
    except OSError as error:
        raise ConfigError(f"{trusted} cannot be written ({error.strerror}): correct its permissions") from error


def _trusted_digests(trusted: Path) -> dict[str, str]:
    import msgspec  # noqa: PLC0415 - as json above

    try:
        return msgspec.json.decode(trusted.read_bytes(), type=dict[str, str])
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigError(f"{trusted} cannot be read ({error.strerror}): correct its permissions") from error
    except msgspec.MsgspecError as error:
        raise ConfigError(f"{trusted} is damaged ({error}): remove it, and trust your projects again") from error


def _digest(path: Path) -> str:
    import hashlib  # noqa: PLC0415 - only where there is a project file to judge

    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}): name a project's scrimp.toml") from error
