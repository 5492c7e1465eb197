"""Whether certified levels of compression still keep what they were certified to keep."""

from __future__ import annotations

import calendar
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.compress.version import CODE_CHANGED, VECTORS_IN, VECTORS_OUT, change_since, compression_version
from scrimp.config.resolved.tuned_levels import TunedLevel
from scrimp.config.resolved.tuned_routes import load_levels, update_levels
from scrimp.flows.tune.pairs.level_collector import side_of
from scrimp.flows.tune.pairs.level_pairs import level_pairs
from scrimp.store.tuning.level_replies import LevelReplyStore
from scrimp.tuning.level_claims import LevelPair, score_pairs
from scrimp.tuning.statistics.binomial import binomial_cdf
from scrimp.tuning.statistics.bounds import count_outcomes
from scrimp.units import format_percent, pluralize

if TYPE_CHECKING:
    from scrimp.flows.services import Services

_RISK = 0.025  # false alarm rate for a level that just keeps its target


def note_level_drift(services: Services) -> list[TunedLevel]:
    """Mark in the file the levels that no longer hold, and return those that were not marked yet.

    Raises ConfigError if the file cannot be read or written.
    """
    path = services.paths.tuned
    before = load_levels(path)
    if all(level.drift is not None for level in before):
        return []
    with LevelReplyStore(services.paths.ledger_db) as store:
        after = [level if level.drift is not None else _checked(level, store) for level in before]
    drifted = [level for level, old in zip(after, before, strict=True) if level.drift != old.drift]
    if drifted:
        update_levels(path, after)
    return drifted


def is_refuted(level: TunedLevel) -> bool:
    """Return whether a level was marked for what models answered, and not for another version of compression."""
    changes = {f"{change} since" for change in (CODE_CHANGED, VECTORS_IN, VECTORS_OUT)}
    return level.drift is not None and level.drift not in changes


def later_than(level: TunedLevel) -> float:
    """Return the moment after which pairs were not evidence for a level, in seconds since the epoch."""
    return calendar.timegm(time.strptime(level.certified, "%Y-%m-%dT%H:%M:%SZ")) + 1.0


def _checked(level: TunedLevel, store: LevelReplyStore) -> TunedLevel:
    version = compression_version()
    if level.version != version:
        return replace(level, drift=f"{change_since(level.version)} since")
    found = level_pairs(store, side_of(level.level, level.keep), version, since=later_than(level))
    pairs = [pair for pair in found.by_model.get(level.model, ()) if pair.signature == level.signature]
    return replace(level, drift=drift_of(pairs, level.target))


def drift_of(pairs: Sequence[LevelPair], target: float) -> str | None:
    """Return in words how much less than the target later pairs kept; None if chance may explain it.

    The exact test of losses that are not made up for by gains: however few pairs there are, a level that keeps its
    target is blamed with a probability of at most 2.5 % at each check.
    """
    outcomes = count_outcomes(score_pairs(pairs)) if pairs else None
    if outcomes is None or not outcomes.rows:
        return None
    losses = max(0, outcomes.losses - outcomes.gains)
    if not losses or 1 - binomial_cdf(losses - 1, outcomes.rows, 1 - target) > _RISK:
        return None
    kept = 1 - losses / outcomes.rows
    return f"it kept {format_percent(kept)} in {pluralize(outcomes.rows, 'pair')} collected since"
