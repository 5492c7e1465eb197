"""What a shell offers for values that depend on the configuration: tiers, chains and models."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scrimp.config.routes import Routes
    from scrimp.config.schema import Config


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
    """Return the models of the tiers whose provider can be called, then others known by name."""
    from scrimp.providers.models import known_models  # noqa: PLC0415 - as below

    listed: list[str] = []
    if found := _configured():
        _, routes = found
        tiers_models = [model for tier in routes.tiers.values() for model in tier]
        listed += [model.id for model in sorted(tiers_models, key=lambda each: each.provider not in routes.available)]
    return _matching(incomplete, [*listed, *known_models()])


def _matching(incomplete: str, words: Iterable[str]) -> list[str]:
    return [word for word in dict.fromkeys(words) if word.startswith(incomplete)]


def _configured() -> tuple[Config, Routes] | None:
    """Return the configuration and its routes; None where it cannot be read, which the command itself will say."""
    from scrimp.config.api_keys import KeyRing  # noqa: PLC0415 - for a shell that completes, not for a run
    from scrimp.config.load import current_directory, load  # noqa: PLC0415 - as above
    from scrimp.config.paths import paths_of  # noqa: PLC0415 - as above
    from scrimp.config.routes import Routes  # noqa: PLC0415 - as above
    from scrimp.errors import ScrimpError  # noqa: PLC0415 - as above

    try:
        config = load(env=os.environ, cwd=current_directory(), paths=paths_of(os.environ), flags={}).config
        return config, Routes(config, KeyRing(os.environ, config.providers))
    except (ScrimpError, OSError):
        return None
