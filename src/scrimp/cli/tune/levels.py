"""What the commands of `tune` print of a level of compression: what is proved of it."""

from __future__ import annotations

from collections.abc import Iterator

from scrimp.cli.printing import print_json, print_line
from scrimp.cli.session import Session
from scrimp.cli.tune.tune_flags import PairFlags, ProofFlags
from scrimp.flows.tune.level_certificates import LevelCertificate, certify_level, level_name
from scrimp.render.level_claim import level_sentence
from scrimp.store.tuning.level_replies import EVERYTHING, Side
from scrimp.tuning.level_claims import LevelClaim
from scrimp.units import format_count, pluralize


def load_certificate(session: Session, side: Side, proof: ProofFlags, pairs: PairFlags) -> LevelCertificate:
    """Return what the stored pairs prove of a level, of one task where it is named; warn of those that are left out."""
    certificate = certify_level(
        session.services, side, target=proof.target, risk=proof.risk, since=pairs.start(), task=pairs.route
    )
    if certificate.outdated:
        session.messages.warn(
            f"{pluralize(certificate.outdated, 'pair')} left out: scrimp's compression has changed since; scrimp tune "
            "shadow collects them again"
        )
    return certificate


def print_certificate(certificate: LevelCertificate, *, as_json: bool = False) -> None:
    """Print what is proved, and what would help where answers are compared by their texts alone."""
    if as_json:
        print_json(_document(certificate))
        return
    for sentence in _sentences(certificate):
        print_line(sentence)


def _sentences(certificate: LevelCertificate) -> Iterator[str]:
    open_ended = 0
    for one in certificate.models:
        for claim in one.claims:
            open_ended += claim.open_ended
            yield level_sentence(claim, level_name(certificate.side), one.model, 1 - certificate.risk)
    if open_ended:
        yield (
            f"{format_count(open_ended)} answers assert nothing that can be compared, so their texts were: ask for "
            "--choices or a --schema, or give the right answers (scrimp tune shadow --gold)"
        )


def _document(certificate: LevelCertificate) -> dict[str, object]:
    side = certificate.side
    return {
        "v": 1, "level": side.level, "keep": None if side.keep == EVERYTHING else side.keep,
        "target": certificate.target, "risk": certificate.risk, "outdated": certificate.outdated,
        "claims": [_claim(claim, one.model, certificate) for one in certificate.models for claim in one.claims],
    }  # fmt: skip


def _claim(claim: LevelClaim, model: str, certificate: LevelCertificate) -> dict[str, object]:
    saving, name = claim.saving, level_name(certificate.side)
    known = saving.dollars is not None
    return {
        "group": claim.group, "signatures": claim.signatures, "model": model, "certified": claim.certified,
        "risk": claim.risk, "look": claim.look, "bound": claim.bound if claim.certified else None, "p": claim.p,
        "pairs": claim.pairs, "kept": claim.kept, "labeled": claim.labeled, "self_agreement": claim.self_agreement,
        "relative": claim.relative, "unchanged": claim.unchanged, "open_ended": claim.open_ended,
        "saved": saving.dollars, "saved_tokens": saving.tokens, "cost_usd": saving.spent if known else None,
        "cost_usd_without": saving.without if known else None, "next_target": claim.next_target,
        "pairs_needed": claim.pairs_needed,
        "sentence": level_sentence(claim, name, model, 1 - certificate.risk),
    }  # fmt: skip
