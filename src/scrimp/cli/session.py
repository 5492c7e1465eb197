"""What every command begins with: the merged config, the services, and messages on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from msgspec import Struct

from scrimp.config.paths import paths_of
from scrimp.config.schema import Config, Defaults
from scrimp.config.sources.layers import unknown_variables
from scrimp.config.sources.load import current_directory, load
from scrimp.errors import UsageError
from scrimp.flows.services import Services
from scrimp.render.streams import Messages, StreamStyle, stream_style


class Session(Struct, frozen=True):
    """What one command works with."""

    services: Services
    defaults: Defaults
    messages: Messages
    out: StreamStyle
    err: StreamStyle


@contextmanager
def open_session(
    flags: Mapping[str, object] | None = None, *, quiet: bool = False, may_be_idle: bool = False,
    shard: str | None = None,
) -> Iterator[Session]:  # fmt: skip
    """Load the config with these flags on top and open services, closed at the end.

    `quiet` prints errors and alerts only. A flag without effect is refused, unless it `may_be_idle`: in a command that
    goes on with what was begun under another config. `shard` is in the name of a run that answers one.
    """
    env = os.environ
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    paths = paths_of(env)
    loaded = load(env=env, cwd=current_directory(), paths=paths, flags=given)
    defaults = loaded.config.defaults
    if not may_be_idle:
        _refuse_idle_flags(given, loaded.config)
    out, err = stream_style(sys.stdout, defaults.color, env), stream_style(sys.stderr, defaults.color, env)
    messages = Messages(sys.stderr, err, quiet=quiet)
    shared = loaded.config.shared
    named = {table.key_env or "" for table in loaded.config.providers.values()}
    named |= {shared.cache_env or "", shared.limits_env or ""}
    for warning in unknown_variables(env, named):
        messages.warn(warning)
    services = Services(
        loaded, paths, env=env, warn=messages.warn, note=messages.note, alert=messages.alert, shard=shard
    )  # fmt: skip
    try:
        yield Session(services, defaults, messages, out, err)
    finally:
        services.close()


def _refuse_idle_flags(given: Mapping[str, object], config: Config) -> None:
    """Raise UsageError for a flag that has no effect, as what it is about is neither a flag nor in the config."""
    defaults = config.defaults
    if "on_dear" in given and not _limits_rows(config):
        raise UsageError("--on-dear says what becomes of a row above --max-cost-per-row: add that, or leave it out")
    if "allow_unshared" in given and not defaults.budget:
        raise UsageError("--allow-unshared is for a --budget that runs share: add that, or leave it out")
    if "min_confidence" in given and defaults.model is not None:
        raise UsageError(
            f"--min-confidence says when a chain calls its next step, and {defaults.model} is alone: give --chain, or "
            "leave it out"
        )
    if "cache_ttl" in given and defaults.cache in ("off", "refresh"):
        raise UsageError(f"--cache-ttl is for what is read from the cache, and --cache {defaults.cache} reads nothing")


def _limits_rows(config: Config) -> bool:
    """Return whether any row has a most it may be expected to cost."""
    limits = [config.defaults.max_cost_per_row, *(rule.max_cost_per_row for rule in config.rules)]
    return any(limit is not None for limit in limits)
