"""What the stored pairs prove of a level of compression, model by model."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.compression_version import compression_version
from scrimp.config.resolved.tuned_levels import TunedLevel
from scrimp.config.resolved.tuned_routes import load_levels
from scrimp.errors import InputError
from scrimp.flows.tune.certificates import NO_TEMPLATES
from scrimp.flows.tune.pairs.level_collector import side_of
from scrimp.flows.tune.pairs.level_pairs import LevelPairs, level_pairs
from scrimp.flows.tune.watch.level_drift import is_refuted, later_than
from scrimp.store.tuning.level_replies import EVERYTHING, LevelReplyStore, Side
from scrimp.store.tuning.looks import LookStore, digest, of_level
from scrimp.tuning.claim_groups import ClaimGroup
from scrimp.tuning.level_claims import Agreement, LevelClaim, LevelPair, claim_levels, what_is_kept

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
    services: Services, side: Side, *, target: float, risk: float, since: float = 0.0, task: str | None = None
) -> LevelCertificate:
    """Return what the pairs prove, of one task where it is named; InputError if there are none.

    The look at them is noted in the ledger's file.
    """
    version, ledger = compression_version(), services.paths.ledger_db
    with LevelReplyStore(ledger) as store:
        found = _without_refuted(level_pairs(store, side, version, since=since), side, services)
        if not found.by_model:
            raise InputError(_nothing(side, [one for one in store.sides(side.level) if one != side], found.outdated))
    if task is not None:
        tasks, found = found.tasks, found.of_task(task)
        if not found.by_model:
            raise InputError(f"no pair of {level_name(side)} is of task {task}: they are of {', '.join(sorted(tasks))}")
    with LookStore(ledger) as looks:

        def claims(model: str, pairs: list[LevelPair]) -> ModelClaims:
            def look(group: ClaimGroup[LevelPair]) -> int:
                named, evidence = "\n".join(group.signatures), digest(pair.id for pair in group.rows)
                return looks.look(named, model, of_level(side, version), evidence, services.clock())

            return ModelClaims(model, claim_levels(pairs, target, risk / len(found.by_model), look))

        models = tuple(claims(model, list(pairs)) for model, pairs in sorted(found.by_model.items()))
    return LevelCertificate(side, target, risk, version, models, found.outdated)


def _without_refuted(found: LevelPairs, side: Side, services: Services) -> LevelPairs:
    """Leave out the pairs by which a level was certified that answers contradict: those since then must do it alone."""
    begin = {
        (level.signature, level.model): later_than(level)
        for level in load_levels(services.paths.tuned)
        if is_refuted(level) and side_of(level.level, level.keep) == side
    }
    if not begin:
        return found
    kept = {
        model: [pair for pair in pairs if pair.time >= begin.get((pair.signature, model), 0.0)]
        for model, pairs in found.by_model.items()
    }
    return LevelPairs({model: pairs for model, pairs in kept.items() if pairs}, found.outdated)


def tuned_levels(
    certificate: LevelCertificate, now: float, *, pooled: bool = False, templates: Mapping[str, str] = NO_TEMPLATES
) -> Iterator[TunedLevel]:
    """Yield the level of each task for which one is certified and saves; `now` is in seconds since the epoch.

    `templates` are the fingerprints of the tasks whose prompts all have the same template.

    What is certified of several tasks on average says nothing of one of them: those only where `pooled`.
    """
    side = certificate.side
    for model, claim in _worthwhile(certificate, pooled=pooled):
        for signature in claim.signatures:
            agreement = claim.agreements.get(signature, Agreement())
            yield TunedLevel(
                signature=signature, model=model, level=side.level,
                keep=None if side.keep == EVERYTHING else side.keep, target=certificate.target, risk=certificate.risk,
                bound=round(claim.bound, 4), pairs=claim.pairs, kept=what_is_kept(claim),
                self_agreement=_rounded(claim.self_agreement), saved=_rounded(claim.saving.dollars),
                saved_tokens=_rounded(claim.saving.tokens), version=certificate.version,
                certified=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),
                template=templates.get(signature, ""), agreed=agreement.agreed, compared=agreement.compared,
            )  # fmt: skip


def why_no_level(certificate: LevelCertificate) -> str:
    """Return why no level can be applied, and what to do."""
    if list(_worthwhile(certificate, pooled=True)):
        return (
            "nothing is certified of one task alone, so nothing is changed: collect more pairs of a task, or add "
            "--pooled where all of these tasks come in the same proportions as these pairs"
        )
    if any(claim.certified for one in certificate.models for claim in one.claims):
        return f"{level_name(certificate.side)} saves nothing here, so nothing is changed: try another level"
    return "nothing is certified, so nothing is changed: collect more pairs (scrimp tune shadow) or lower --target"


def _worthwhile(certificate: LevelCertificate, *, pooled: bool) -> Iterator[tuple[str, LevelClaim]]:
    for one in certificate.models:
        for claim in one.claims:
            saved = claim.saving.tokens if claim.saving.dollars is None else claim.saving.dollars
            if claim.certified and (saved or 0) > 0 and (pooled or len(claim.signatures) == 1):
                yield one.model, claim


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)


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
