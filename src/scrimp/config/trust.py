"""Which project files may run commands and say where keys are sent: those the user named, as they were then."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from scrimp.config.layers import leaves
from scrimp.errors import ConfigError

# A cloned repository must not run commands or send keys elsewhere.
GUARDED = frozenset(("key_cmd", "key_file", "base_url"))


def guarded_keys(tree: Mapping[str, object]) -> list[str]:
    """Return the keys of a project file that need trust."""
    return [".".join(path) for path, _ in leaves(tree) if path[0] == "providers" and path[-1] in GUARDED]


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
    return _known(trusted).get(str(path.resolve())) == _digest(path)


def trust(path: Path, trusted: Path) -> None:
    """Remember this file, as it is now."""
    import json  # noqa: PLC0415 - a rare command

    known = {**_known(trusted), str(path.resolve()): _digest(path)}
    trusted.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = trusted.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(known, file, indent=1)
    fresh.replace(trusted)


def _known(trusted: Path) -> dict[str, str]:
    import msgspec  # noqa: PLC0415 - as json above

    try:
        return msgspec.json.decode(trusted.read_bytes(), type=dict[str, str])
    except FileNotFoundError:
        return {}
    except msgspec.MsgspecError as error:
        raise ConfigError(f"{trusted} is damaged ({error}): remove it, and trust your projects again") from error


def _digest(path: Path) -> str:
    import hashlib  # noqa: PLC0415 - only where there is a project file to judge

    return hashlib.sha256(path.read_bytes()).hexdigest()
