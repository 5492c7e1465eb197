"""Routes that were learned and certified: a file of scrimp's own beside the user's config, with the evidence for each.

The user's config is never rewritten. What stood in the file before is kept beside it, so that a change can be undone.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from scrimp.config.paths import ensure_private_dir
from scrimp.errors import ConfigError, UsageError

_HEADER = (
    "# Written by `scrimp tune apply`, taken back by `scrimp tune apply --undo`. Rules of config.toml go first.\n\n"
)


class TunedRoute(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where prompts of a task go, and what it rests on; shares are of 1."""

    signature: str
    steps: tuple[str, ...]  # provider/model, the last one the flagship unless one cheap model is enough
    signal: Literal["auto", "agreement", "backed"] = "auto"
    min_confidence: float = 0.9
    policy: str  # in words
    flagship: str
    target: float  # of the flagship's quality, certified
    risk: float
    bound: float  # what was certified to be kept
    pairs: int
    below: float  # share of rows that did not reach the flagship
    saved: float
    certified: str  # the moment in UTC, 2026-11-09T14:03:21Z
    drift: str | None = None  # why it no longer holds: it is not used then

    @property
    def day(self) -> str:
        """The day on which it was certified."""
        return self.certified.partition("T")[0]


class _TunedFile(Struct, frozen=True, forbid_unknown_fields=True):
    routes: tuple[TunedRoute, ...] = ()


def load_tuned(path: Path) -> tuple[TunedRoute, ...]:
    """Return the certified routes; none where there is no file."""
    try:
        return msgspec.toml.decode(path.read_bytes(), type=_TunedFile).routes
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}): check its permissions") from error
    except msgspec.MsgspecError as error:
        raise ConfigError(f"{path}: {error}: undo it with scrimp tune apply --undo, or remove the file") from error


def save_tuned(path: Path, routes: Sequence[TunedRoute]) -> None:
    """Write the routes in place of those there were, which are kept for `undo_tuned`."""
    before = _read(path)
    _write(_backup_path(path), before)
    update_tuned(path, routes)


def update_tuned(path: Path, routes: Sequence[TunedRoute]) -> None:
    """Write what became of the routes since they were saved; to undo still goes back to before that."""
    import tomli_w  # noqa: PLC0415 - only who writes needs it

    _write(path, (_HEADER + tomli_w.dumps({"routes": [msgspec.to_builtins(route) for route in routes]})).encode())


def undo_tuned(path: Path) -> int:
    """Put back what stood there before the last change; return how many routes that are. Twice is as it was.

    Raises UsageError where nothing was ever changed.
    """
    kept = _backup_path(path)
    if not kept.exists():
        raise UsageError(f"there is nothing to undo: scrimp tune apply has not written {path} yet")
    before, now = _read(kept), _read(path)
    if before:
        _write(path, before)
    else:
        path.unlink(missing_ok=True)
    _write(kept, now)
    return len(load_tuned(path))


def _read(path: Path) -> bytes:
    """Return what stands in a file, nothing where there is none."""
    try:
        return path.read_bytes() if path.exists() else b""
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}): check its permissions") from error


def _write(path: Path, content: bytes) -> None:
    """Write a file only its owner can read, whole or not at all."""
    ensure_private_dir(path.parent)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:  # noqa: PTH123 - of a mode
            file.write(content)
        fresh.replace(path)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written ({error.strerror}): check its permissions") from error


def _backup_path(path: Path) -> Path:
    return path.with_suffix(".before.toml")
