"""Where scrimp keeps what it must not lose: platformdirs' places, or everything under SCRIMP_HOME."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct


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
    def trust(self) -> Path:
        """Project files the user trusts."""
        return self.data / "trusted.json"

    @property
    def prices(self) -> Path:
        """A newer price table than the shipped one."""
        return self.data / "prices.json.gz"


def paths_of(env: Mapping[str, str]) -> Paths:
    """Return the places; completions are paid for, so data lives in the data directory and never in a cache's."""
    if home := env.get("SCRIMP_HOME"):
        root = Path(home).expanduser()
        return Paths(config=root / "config.toml", data=root)
    import platformdirs  # noqa: PLC0415 - not needed under SCRIMP_HOME

    return Paths(
        config=platformdirs.user_config_path("scrimp") / "config.toml", data=platformdirs.user_data_path("scrimp")
    )
