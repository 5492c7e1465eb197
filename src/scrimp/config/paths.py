"""Where scrimp keeps what it must not lose: platformdirs' places, or everything under SCRIMP_HOME."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from scrimp.errors import ConfigError


class Paths(Struct, frozen=True, kw_only=True):
    """Files and directories; none need exist."""

    config: Path
    data: Path

    @property
    def cache_db(self) -> Path:
        """Completions by what was asked."""
        return self.data / "cache.db"

    @property
    def ledger_db(self) -> Path:
        """Every call that was sent."""
        return self.data / "ledger.db"

    @property
    def tuned(self) -> Path:
        """Routes that were certified, beside the user's config."""
        return self.config.parent / "tuned.toml"

    @property
    def trust(self) -> Path:
        """Project files the user trusts."""
        return self.data / "trusted.json"

    @property
    def prices(self) -> Path:
        """A newer price table than the shipped one."""
        return self.data / "prices.json.gz"


def paths_of(env: Mapping[str, str], platform: str = sys.platform) -> Paths:
    """Return the places; completions are paid for, so data lives in the data directory and never in a cache's."""
    if home := env.get("SCRIMP_HOME"):
        root = Path(home).expanduser()
        return Paths(config=root / "config.toml", data=root)
    if platform == "linux":
        return _xdg_paths(env)
    import platformdirs  # noqa: PLC0415 - takes 5 ms, as long as all the rest of the config

    return Paths(
        config=platformdirs.user_config_path("scrimp", appauthor=False) / "config.toml",
        data=platformdirs.user_data_path("scrimp", appauthor=False),
    )


def _xdg_paths(env: Mapping[str, str]) -> Paths:
    """Return what platformdirs would on Linux (a test holds them together), without the time it takes to import it."""

    def base(variable: str, default: str) -> Path:
        given = Path(env.get(variable, "").strip())
        return given if given.is_absolute() else _home(env) / default

    return Paths(
        config=base("XDG_CONFIG_HOME", ".config") / "scrimp" / "config.toml",
        data=base("XDG_DATA_HOME", ".local/share") / "scrimp",
    )


def _home(env: Mapping[str, str]) -> Path:
    try:
        return Path(env.get("HOME") or Path.home())
    except RuntimeError as error:
        raise ConfigError("there is no home directory to keep completions in: set HOME or SCRIMP_HOME") from error


def ensure_private_dir(path: Path) -> None:
    """Make a directory nobody else can look into, unless it is there."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{path} cannot be made ({error.strerror}): make it, or set SCRIMP_HOME") from error
