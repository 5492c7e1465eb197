"""Where scrimp keeps its files: the directories platformdirs names, or everything under SCRIMP_HOME."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from scrimp.errors import ConfigError


class Paths(Struct, frozen=True, kw_only=True):
    """Files and directories; none of them need exist."""

    config: Path
    data: Path

    @property
    def cache_db(self) -> Path:
        """The completion cache."""
        return self.data / "cache.db"

    @property
    def conversation(self) -> Path:
        """The last conversation, for `ask --continue`."""
        return self.data / "conversation.json"

    @property
    def ledger_db(self) -> Path:
        """The ledger of every call, and the record of runs."""
        return self.data / "ledger.db"

    @property
    def cost_sums_db(self) -> Path:
        """Sums of the ledger, for `scrimp cost`: rebuilt from it where they are missing."""
        return self.data / "cost-sums.db"

    @property
    def failed_rows(self) -> Path:
        """The input rows that failed, a file for each run, for 30 days."""
        return self.data / "failed-rows"

    @property
    def batches_db(self) -> Path:
        """Batches that were sent, and the replies that came back."""
        return self.data / "batches.db"

    @property
    def batch_files(self) -> Path:
        """What is on its way to a batch: files of requests, and copies of stdin."""
        return self.data / "batches"

    @property
    def claims(self) -> Path:
        """Empty files, on which runs lock the rows they are calling for."""
        return self.data / "claims"

    @property
    def budget_shares(self) -> Path:
        """The runs that have a part of a shared budget, a file for each."""
        return self.data / "budget-shares"

    @property
    def credit_uses(self) -> Path:
        """What runs use of providers' credits at this moment, a file for each."""
        return self.data / "credit-uses"

    @property
    def known_budgets(self) -> Path:
        """The last known state of shared budgets."""
        return self.data / "budgets.json"

    @property
    def tuned(self) -> Path:
        """The certified routes, beside the user's config."""
        return self.config.parent / "tuned.toml"

    @property
    def task_gains(self) -> Path:
        """What the prior reads of the pairs in the ledger, which are its source."""
        return self.data / "task-gains.json"

    @property
    def told_alerts(self) -> Path:
        """Which alerts were sent, and when."""
        return self.data / "alerts.json"

    @property
    def trust(self) -> Path:
        """The record of project files the user trusts."""
        return self.data / "trusted.json"

    @property
    def prices(self) -> Path:
        """A price table newer than the shipped one."""
        return self.data / "prices.json.gz"

    @property
    def last_prices(self) -> Path:
        """The price table that the newer one replaced; empty if there was none."""
        return self.data / "prices.last.json.gz"

    @property
    def own_prices(self) -> Path:
        """The prices that were set by hand."""
        return self.data / "own-prices.json"


def paths_of(env: Mapping[str, str], platform: str = sys.platform) -> Paths:
    """Return the paths; completions are paid for, so they go in the data directory, never in a cache directory."""
    if home := env.get("SCRIMP_HOME"):
        root = expanded(home, "SCRIMP_HOME")
        return Paths(config=root / "config.toml", data=root)
    if platform == "linux":
        return _xdg_paths(env)
    import platformdirs  # takes 5 ms, as long as the rest of config together

    return Paths(
        config=platformdirs.user_config_path("scrimp", appauthor=False) / "config.toml",
        data=platformdirs.user_data_path("scrimp", appauthor=False),
    )


def expanded(path: str, name: str) -> Path:
    """Return a path with ~ and ~user replaced; `name` is the setting that has it."""
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise ConfigError(f"{name} is {path}, and there is no such home directory: write the whole path") from error


def _xdg_paths(env: Mapping[str, str]) -> Paths:
    """Return what platformdirs returns on Linux (a test compares them), without the time it takes to import."""

    def base(variable: str, default: str) -> Path:
        directory = Path(env.get(variable, "").strip())
        return directory if directory.is_absolute() else _home(env) / default

    return Paths(
        config=base("XDG_CONFIG_HOME", ".config") / "scrimp" / "config.toml",
        data=base("XDG_DATA_HOME", ".local/share") / "scrimp",
    )


def _home(env: Mapping[str, str]) -> Path:
    if home := env.get("HOME"):
        return Path(home)
    import pwd  # HOME is nearly always set

    try:
        return Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError as error:
        raise ConfigError("no home directory to keep completions in: set HOME or SCRIMP_HOME") from error


def ensure_private_dir(path: Path) -> None:
    """Create a directory only its owner can read, unless it exists."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{path} cannot be created ({error.strerror}): create it, or set SCRIMP_HOME") from error
