"""Which models are the flagships: those that a run without scrimp would have called for everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from scrimp.config.schema import DEFAULT_BASELINE

if TYPE_CHECKING:
    from scrimp.config.resolved.routes import Routes
    from scrimp.config.schema import Config
    from scrimp.values import ModelRef

_HIGHEST = "high"


def flagships(baseline: str | None, tiers: Mapping[str, Sequence[ModelRef]]) -> tuple[str, ...]:
    """Return the baseline of the config, else the default one, and the models of tier high that no other tier has."""
    others = {model.without_arm for name, models in tiers.items() if name != _HIGHEST for model in models}
    best = (model.without_arm for model in tiers.get(_HIGHEST, ()) if model.without_arm not in others)
    return tuple(dict.fromkeys((baseline or DEFAULT_BASELINE, *best)))


def configured_flagships(config: Config, routes: Routes) -> tuple[str, ...]:
    """Return the flagships of a config."""
    wanted = config.defaults.baseline
    baseline = None if wanted is None else routes.model(wanted).without_arm
    return flagships(baseline, routes.listed_tiers)
