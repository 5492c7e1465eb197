"""What a shell offers for values that only this installation knows: tiers, chains, models, providers and runs."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scrimp.config.resolved.routes import Routes
    from scrimp.config.schema import Config
    from scrimp.store.run_log import RunRecord

_MOST_SEARCHED, _MOST_OFFERED = 500, 30  # runs
_HELP_WIDTH = 60
# The scripts of zsh and fish evaluate what they are given, and names may come from a project's file or a file's name.
_SAFE_IN_A_SHELL = r"\w./@%+=,-"


def tiers(incomplete: str) -> list[str]:
    """Return the tiers that may be meant, and auto."""
    found = _configured()
    return _matching(incomplete, ["auto", *(found[1].tiers if found else ())])


def chains(incomplete: str) -> list[str]:
    """Return the chains of the config; after a comma or instead, the tiers a chain may be made of."""
    found = _configured()
    if found is None:
        return []
    config, routes = found
    begun, comma, _ = incomplete.rpartition(",")
    steps = [f"{begun}{comma}{name}" for name in routes.tiers if name not in begun.split(",")]
    return _matching(incomplete, steps if comma else [*config.chains, *steps])


def models(incomplete: str) -> list[str]:
    """Return the models of the tiers whose provider can be called, then others known by name; after an @, efforts."""
    from scrimp.providers.models import known_models

    listed: list[str] = []
    if found := _configured():
        if arms := _arms(incomplete, found[1]):
            return _matching(incomplete, arms)
        _, routes = found
        tiers_models = [model for tier in routes.tiers.values() for model in tier]
        listed += [model.id for model in sorted(tiers_models, key=lambda each: each.provider not in routes.available)]
    return _matching(incomplete, [*listed, *known_models()])


def _arms(incomplete: str, routes: Routes) -> list[str]:
    """Return a model that is written out, with each effort that it takes, once an @ follows it."""
    from scrimp.errors import ConfigError
    from scrimp.providers.requests.capabilities import accepted_efforts

    name, at, _ = incomplete.rpartition("@")
    if not at:
        return []
    try:
        model = routes.model(name)
    except ConfigError:
        return []
    return [f"{name}@{effort}" for effort in accepted_efforts(routes.endpoints[model.provider], model.model)]


def providers(incomplete: str) -> list[str]:
    """Return the providers that can be configured or that have prices."""
    from scrimp.prices.table import SHIPPED, load_table  # for a shell that completes, not for a run

    found = _configured()
    return _matching(incomplete, [*(found[1].endpoints if found else ()), *load_table(SHIPPED).providers])


def runs(incomplete: str) -> list[tuple[str, str]]:
    """Return the latest runs, each with its date and how its command begins, and last."""
    return _runs(incomplete, lambda _: True)


def failed_runs(incomplete: str) -> list[tuple[str, str]]:
    """Return the latest runs in which rows failed, and those that did not end, as `runs` does."""
    return _runs(incomplete, lambda run: run.kind == "run" and (run.end is None or run.end.failed > 0))


def _runs(incomplete: str, wanted: Callable[[RunRecord], bool]) -> list[tuple[str, str]]:
    found = [run for run in _recorded_runs() if wanted(run)]
    last = [("last", "the latest that has ended")] if found else []
    offered = (*last, *((run.run, _description(run)) for run in found))
    names = set(_matching(incomplete, (name for name, _ in offered)))
    return [(name, about) for name, about in offered if name in names][:_MOST_OFFERED]


def _description(run: RunRecord) -> str:
    """Return the date and the first words of a run, without a character that a shell might act on."""
    from scrimp.units import format_moment  # for a shell that completes, not for a run

    date = format_moment(run.started, "%Y-%m-%d")
    words = " ".join(("", run.kind or "not recorded", *run.command))
    return re.sub(rf"[^ {_SAFE_IN_A_SHELL}]+", "_", date + words)[:_HELP_WIDTH].rstrip()


def _recorded_runs() -> list[RunRecord]:
    """Return the latest runs, none if the ledger is not there or cannot be read."""
    from scrimp.config.paths import paths_of  # for a shell that completes, not for a run
    from scrimp.errors import ScrimpError
    from scrimp.store.run_log import RunLog

    ledger = paths_of(os.environ).ledger_db
    try:
        if not ledger.exists():  # looking at it must not make it
            return []
        with RunLog(ledger) as log:
            return log.latest_known(_MOST_SEARCHED)
    except (ScrimpError, OSError):
        return []


def _matching(incomplete: str, words: Iterable[str]) -> list[str]:
    """Return the words that begin so, without those that a shell might act on."""
    begun = [word for word in dict.fromkeys(words) if word.startswith(incomplete)]
    return [word for word in begun if re.fullmatch(rf"[:{_SAFE_IN_A_SHELL}]+", word)]


def _configured() -> tuple[Config, Routes] | None:
    """Return the configuration and its routes; None if it cannot be read, which the command itself will say."""
    from scrimp.config.paths import paths_of
    from scrimp.config.resolved.api_keys import KeyRing  # for a shell that completes, not for a run
    from scrimp.config.resolved.routes import Routes
    from scrimp.config.sources.load import current_directory, load
    from scrimp.errors import ScrimpError

    try:
        config = load(env=os.environ, cwd=current_directory(), paths=paths_of(os.environ), flags={}).config
        return config, Routes(config, KeyRing(os.environ, config.providers))
    except (ScrimpError, OSError):
        return None
