"""What the stored pairs prove of a level of compression, model by model."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.compress.version import compression_version
from scrimp.errors import InputError
from scrimp.flows.tune.level_pairs import level_pairs
from scrimp.store.level_replies import EVERYTHING, LevelReplyStore, Look, Side
from scrimp.tuning.claim_groups import ClaimGroup
from scrimp.tuning.level_claims import LevelClaim, LevelPair, claim_levels

if TYPE_CHECKING:
    from scrimp.flows.services import Services


class ModelClaims(Struct, frozen=True):
    """The claims about one model (provider/model)."""

    model: str
    claims: tuple[LevelClaim, ...]


class LevelCertificate(Struct, frozen=True):
    """What is proved of a side at a target; the claims of all models hold at once, but for the risk.

    `outdated` pairs are left out: other code than today's compressed their prompts.
    """

    side: Side
    target: float
    risk: float
    version: str
    models: tuple[ModelClaims, ...]
    outdated: int


def certify_level(
    services: Services, side: Side, *, target: float, risk: float, since: float = 0.0
) -> LevelCertificate:
    """Return what the pairs prove; InputError where there are none. The look at them is noted in the ledger's file."""
    version = compression_version()
    store = LevelReplyStore(services.paths.ledger_db)
    try:
        found = level_pairs(store, side, version, since=since)
        if not found.by_model:
            raise InputError(_nothing(side, [one for one in store.sides(side.level) if one != side], found.outdated))

        def claims(model: str, pairs: list[LevelPair]) -> ModelClaims:
            def look(group: ClaimGroup[LevelPair]) -> int:
                looked_at = Look("\n".join(group.signatures), model, side.level, side.keep, version)
                return store.look(looked_at, _digest(pair.id for pair in group.rows), services.clock())

            return ModelClaims(model, claim_levels(pairs, target, risk / len(found.by_model), look))

        models = tuple(claims(model, list(pairs)) for model, pairs in sorted(found.by_model.items()))
    finally:
        store.close()
    return LevelCertificate(side, target, risk, version, models, found.outdated)


def level_name(side: Side) -> str:
    """Return the words for a side: "focus 0.6"."""
    return side.level if side.keep == EVERYTHING else f"{side.level} {side.keep:g}"


def _nothing(side: Side, others: list[Side], outdated: int) -> str:
    flags = f"--compress {side.level}" + ("" if side.keep == EVERYTHING else f" --keep {side.keep:g}")
    collect = f"collect pairs with scrimp tune shadow {flags}"
    if outdated:
        return f"scrimp's compression has changed since the pairs of {level_name(side)} were collected: {collect}"
    recorded = f" (there are some of {', '.join(map(level_name, others))})" if others else ""
    return f"no pair of {level_name(side)} is recorded{recorded}: {collect}"


def _digest(ids: Iterable[str]) -> str:
    return blake2b("\n".join(sorted(ids)).encode(), digest_size=8).hexdigest()
