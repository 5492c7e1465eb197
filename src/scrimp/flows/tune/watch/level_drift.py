"""Whether certified levels of compression still keep what they were certified to keep."""

from __future__ import annotations

import calendar
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.compression_version import CODE_CHANGED, VECTORS_IN, VECTORS_OUT, change_since, compression_version
from scrimp.config.resolved.tuned_levels import TunedLevel
from scrimp.config.resolved.tuned_routes import load_levels, update_levels
from scrimp.flows.tune.pairs.level_collector import side_of
from scrimp.flows.tune.pairs.level_pairs import level_pairs
from scrimp.store.tuning.level_replies import LevelReplyStore
from scrimp.tuning.level_claims import LevelPair, answers_kept
from scrimp.tuning.statistics.change_point import find_fall, lower_limit
from scrimp.units import format_count, format_percent, format_percent_briefly, pluralize

if TYPE_CHECKING:
    from scrimp.flows.services import Services

DRIFT_RISK = 0.025  # false alarm rate for a level that just keeps its target, over all looks


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
    return replace(level, drift=drift_of(pairs, level))


def drift_of(pairs: Sequence[LevelPair], level: TunedLevel) -> str | None:
    """Return in words how rarely a level kept the answer in later pairs, which come oldest first; None if it holds.

    A level that keeps its target is blamed with a probability of at most 2.5 %, however often it is looked at. Later
    pairs may have no label and no second answer. So a level that was certified by labels or second answers is blamed
    where it keeps the answer less often than the certificate's pairs did: than their share, but for half of the risk,
    less what was certified beyond the target.
    """
    floor, risk, expected = level.target, DRIFT_RISK, f"{format_percent_briefly(level.target)} should"
    if level.compared:
        spare = max(0.0, level.bound - level.target)
        floor, risk = lower_limit(level.agreed, level.compared, DRIFT_RISK / 2) - spare, DRIFT_RISK / 2
        expected = f"{format_percent(level.agreed / level.compared)} did when it was certified"
    fall = find_fall(answers_kept(pairs), floor, risk)
    if fall is None:
        return None
    return f"{format_count(fall.good)} of the newest {pluralize(fall.rows, 'pair')} kept the answer, where {expected}"
