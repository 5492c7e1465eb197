"""Tuned routes and levels, certified from recorded completions: a file beside the user's config, with the evidence.

The user's config is never rewritten. The previous content of the file is kept beside it, so a change can be undone.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from scrimp.config.paths import ensure_private_dir
from scrimp.config.resolved.tuned_levels import Count, Finite, Share, TunedLevel
from scrimp.enums import PolicySignal
from scrimp.errors import ConfigError, UsageError

_HEADER = (
    "# Written by `scrimp tune apply`, undone by `scrimp tune apply --undo`. Rules in config.toml take precedence.\n\n"
)


class TunedRoute(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where the prompts of a task go, and the evidence for it; shares are from 0 to 1."""

    signature: str
    steps: tuple[str, ...]  # provider/model; the last is the flagship, unless one cheap model is enough
    signal: PolicySignal = "auto"
    min_confidence: Share = 0.9
    policy: str  # description, for people to read
    flagship: str
    target: Share  # share of the flagship's quality to keep
    risk: Share
    bound: Finite  # share of it that is certified to be kept
    pairs: Count
    below: Share  # share of rows that do not reach the flagship
    saved: Finite
    certified: str  # UTC, such as 2026-11-09T14:03:21Z
    # The fingerprint of its prompts' template; empty if they have none in common, so that only its name finds the
    # task. Files written before lack it: there the signature alone finds it.
    template: str | None = None
    agreed: Count = 0  # compared pairs on which its answer equals the flagship's
    compared: Count = 0  # pairs that it answers below the flagship, which asserts something
    unread: Share | None = None  # one-model routes: share of pairs without an answer
    drift: str | None = None  # why it no longer holds; such a route is not used

    @property
    def stays(self) -> bool:
        """Whether the task stays with the flagship, as one of a mixture may: there is nothing that could get worse."""
        return self.steps == (self.flagship,)

    @property
    def day(self) -> str:
        """The day on which it was certified."""
        return self.certified.partition("T")[0]


class _TunedFile(Struct, frozen=True, forbid_unknown_fields=True):
    routes: tuple[TunedRoute, ...] = ()
    levels: tuple[TunedLevel, ...] = ()


def load_tuned(path: Path) -> tuple[TunedRoute, ...]:
    """Return the certified routes; none if there is no file."""
    return _load(path).routes


def load_levels(path: Path) -> tuple[TunedLevel, ...]:
    """Return the certified levels of compression; none if there is no file."""
    return _load(path).levels


def _load(path: Path) -> _TunedFile:
    try:
        return msgspec.toml.decode(path.read_bytes(), type=_TunedFile)
    except FileNotFoundError:
        return _TunedFile()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}): correct its permissions") from error
    except msgspec.MsgspecError as error:
        raise ConfigError(f"{path}: {error}: run `scrimp tune apply --undo`, or delete the file") from error


def save_tuned(path: Path, routes: Sequence[TunedRoute]) -> None:
    """Replace the routes; `undo_tuned` brings the previous ones back. Levels stay."""
    _save(path, _TunedFile(tuple(routes), load_levels(path)))


def save_levels(path: Path, levels: Sequence[TunedLevel]) -> None:
    """Replace the levels of compression; `undo_tuned` brings the previous ones back. Routes stay."""
    _save(path, _TunedFile(load_tuned(path), tuple(levels)))


def update_tuned(path: Path, routes: Sequence[TunedRoute]) -> None:
    """Rewrite the routes with what became of them since they were saved; `undo_tuned` undoes the save anyway."""
    _write_tuned(path, _TunedFile(tuple(routes), load_levels(path)))


def update_levels(path: Path, levels: Sequence[TunedLevel]) -> None:
    """Rewrite the levels in the same way."""
    _write_tuned(path, _TunedFile(load_tuned(path), tuple(levels)))


def _save(path: Path, tuned: _TunedFile) -> None:
    _write(_backup_path(path), _read(path))
    _write_tuned(path, tuned)


def _write_tuned(path: Path, tuned: _TunedFile) -> None:
    import tomli_w  # only needed to write

    tables = {name: rows for name, rows in msgspec.to_builtins(tuned).items() if rows}
    _write(path, (_HEADER + tomli_w.dumps(tables)).encode())


def disable_tuned(path: Path, route: TunedRoute) -> None:
    """Write down why a route is no longer used, unless it was certified again meanwhile."""
    name = route.signature, route.certified
    update_tuned(path, [route if (each.signature, each.certified) == name else each for each in load_tuned(path)])


def disable_level(path: Path, level: TunedLevel) -> None:
    """Write down why a level is no longer used, unless it was certified again meanwhile."""

    def name(one: TunedLevel) -> tuple[str, str, str]:
        return one.signature, one.model, one.certified

    update_levels(path, [level if name(each) == name(level) else each for each in load_levels(path)])


def no_longer_used(route: TunedRoute) -> str:
    """Return the sentence on a route that has drifted."""
    return (
        f"the route certified for task {route.signature} on {route.day} is no longer used: {route.drift}; collect "
        "pairs again (scrimp tune shadow) and certify it again"
    )


def undo_tuned(path: Path) -> int:
    """Swap the file with its backup, so that a second undo redoes; return how many routes there are now.

    Raises UsageError if there is no backup.
    """
    backup = _backup_path(path)
    if not backup.exists():
        raise UsageError(f"there is nothing to undo: scrimp tune apply has not written {path} yet")
    previous, current = _read(backup), _read(path)
    if previous:
        _write(path, previous)
    else:
        path.unlink(missing_ok=True)
    _write(backup, current)
    return len(load_tuned(path))


def _read(path: Path) -> bytes:
    """Return the content of a file; empty if there is no file."""
    try:
        return path.read_bytes() if path.exists() else b""
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}): correct its permissions") from error


def _write(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, atomically."""
    ensure_private_dir(path.parent)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        temporary.replace(path)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written ({error.strerror}): correct its permissions") from error


def _backup_path(path: Path) -> Path:
    return path.with_suffix(".before.toml")
