"""`scrimp tune apply`: send the prompts of certified tasks along their routes, and undo that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from scrimp.cli.flags.flag_groups import grouped
from scrimp.cli.printing import print_line
from scrimp.cli.session import Session, open_session
from scrimp.cli.tune.dataset import load_dataset
from scrimp.cli.tune.levels import load_certificate, print_certificate
from scrimp.cli.tune.run_command import run_lines
from scrimp.cli.tune.tune_flags import (
    MIXTURE_OF_MODELS,
    AsMixture,
    LevelFlags,
    PairFlags,
    ProofFlags,
    refuse_models,
)
from scrimp.cli.tune.watched import how_to_watch
from scrimp.config.resolved.tuned_routes import load_levels, load_tuned, save_levels, save_tuned, undo_tuned
from scrimp.errors import UsageError
from scrimp.flows.tune.certificates import certify_dataset, tuned_routes
from scrimp.flows.tune.level_certificates import LevelCertificate, tuned_levels, why_no_level
from scrimp.render.certificate import certificate_sentences
from scrimp.store.tuning.level_replies import LevelReplyStore
from scrimp.store.tuning.pairs import PairStore
from scrimp.tuning.certify import Certificate
from scrimp.tuning.recorded_row import RecordedRow
from scrimp.units import pluralize

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
@grouped()
def apply(
    *,
    proof: ProofFlags,
    pairs: PairFlags,
    pooled: Annotated[
        bool, typer.Option("--pooled", help="Also apply what is certified only on average over several tasks.")
    ] = False,
    mixture: AsMixture = False,
    level: LevelFlags,
    undo: Annotated[
        bool, typer.Option("--undo", help="Restore routes and levels from before the last change.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be written, and write nothing.")] = False,
) -> None:
    """Send the prompts of each task to the models certified for it.

    The routes are written to tuned.toml beside config.toml, each with its evidence; rules of the config and flags
    take precedence over them. Routes of other tasks stay, and prompts of tasks without one go to the flagship.
    With --mixture each task gets its policy of those certified together (scrimp tune certify --mixture), which holds as
    long as tasks come in the proportions of the pairs.
    The last lines are the commands that run the certified tasks. A run finds a task by its name (--route) or, where all
    its pairs were made by one --template of at least four words, by that: with the same system text, labels and schema.
    Every run and scrimp cost watch them: a route whose rows reach the flagship much more or less often than certified
    is no longer used. With certified = "1%" under [shadow] in the config, that share of their rows also goes to the
    flagship, and a route whose answers get worse is no longer used either.

    With --compress, prompts of each task are sent to its model at the level certified for it instead (scrimp tune
    certify --compress). A level that you choose, by --compress, a rule or the config, overrides it.
    """
    with open_session() as session:
        if undo:
            _undo(session)
        elif (side := level.side()) is not None:
            if mixture:
                raise UsageError(MIXTURE_OF_MODELS)
            refuse_models(pairs)
            certificate_of_level = load_certificate(session, side, proof, pairs)
            print_certificate(certificate_of_level)
            _apply_level(session, certificate_of_level, pooled=pooled, dry_run=dry_run)
        else:
            dataset = load_dataset(session, pairs)
            certificate = certify_dataset(dataset, proof.target, proof.risk, session.services, mixture=mixture)
            for sentence in certificate_sentences(certificate):
                print_line(sentence)
            _apply_routes(session, certificate, dataset.rows, pooled=pooled, dry_run=dry_run, since=pairs.start())


def _undo(session: Session) -> None:
    path = session.services.paths.tuned
    remaining, levels = undo_tuned(path), len(load_levels(path))
    session.messages.note(
        f"{path} is as it was before: {pluralize(remaining, 'route')}"
        + (f" and {pluralize(levels, 'level')} of compression" if levels else "")
    )


def _apply_routes(
    session: Session, certificate: Certificate, rows: Sequence[RecordedRow], *, pooled: bool, dry_run: bool,
    since: float,
) -> None:  # fmt: skip
    path, now = session.services.paths.tuned, session.services.clock()
    with PairStore(session.services.paths.ledger_db) as pairs:
        templates, commands = pairs.templates(since=since), pairs.commands()
    routes = list(tuned_routes(certificate, rows, now, pooled=pooled, templates=templates))
    if not routes:
        raise UsageError(_why_nothing(certificate))
    for route in routes:
        for step in route.steps:
            session.services.routes.model(step)  # an unknown model is an error before anything is written
    if dry_run:
        for route in routes:
            print_line(f"task {route.signature} would go to {', then '.join(route.steps)}")
        return
    replaced = {route.signature for route in routes}
    others = [route for route in load_tuned(path) if route.signature not in replaced]
    save_tuned(path, [*others, *routes])
    session.messages.note(
        f"{pluralize(len(routes), 'route')} written to {path}; prompts of tasks that are not certified go to "
        f"{routes[0].flagship}; scrimp tune apply --undo restores it"
    )
    if (advice := how_to_watch(session, routes)) is not None:
        session.messages.note(advice)
    for line in run_lines([*others, *routes], [route.signature for route in routes], commands):
        print_line(line)


def _apply_level(session: Session, certificate: LevelCertificate, *, pooled: bool, dry_run: bool) -> None:
    path, now = session.services.paths.tuned, session.services.clock()
    with LevelReplyStore(session.services.paths.ledger_db) as store:
        templates = store.templates()
    levels = list(tuned_levels(certificate, now, pooled=pooled, templates=templates))
    if not levels:
        raise UsageError(why_no_level(certificate))
    for level in levels:
        if dry_run:
            print_line(f"task {level.signature} would go to {level.model} at {level.name}")
    if dry_run:
        return
    replaced = {(level.signature, level.model) for level in levels}
    others = [level for level in load_levels(path) if (level.signature, level.model) not in replaced]
    save_levels(path, [*others, *levels])
    tasks = ", ".join(level.signature for level in levels)
    session.messages.note(
        f"{levels[0].name} applied to {tasks}: written to {path}; scrimp tune apply --undo restores it"
    )
    if (origin := session.services.level_origin) is not None:
        session.messages.warn(f"compress is set in {origin}, which overrides certified levels: remove it there")
    with PairStore(session.services.paths.ledger_db) as pairs:
        commands = pairs.commands()
    for line in run_lines([*others, *levels], [level.signature for level in levels], commands):
        print_line(line)


def _why_nothing(certificate: Certificate) -> str:
    if any(claim.certified for claim in certificate.claims):
        return (
            "nothing is certified of one task alone, so nothing is changed: collect more pairs of a task (scrimp tune "
            "shadow), or add --pooled where all of these tasks come in the same proportions as these pairs"
        )
    return "nothing is certified, so nothing is changed: collect more pairs (scrimp tune shadow) or lower --target"
