"""`scrimp tune apply`: send the prompts of certified tasks along their routes, and undo that."""

from __future__ import annotations

from typing import Annotated

import typer

from scrimp.cli.printing import print_line
from scrimp.cli.session import open_session
from scrimp.cli.tune.certify import Risk, Target
from scrimp.cli.tune.dataset import LEDGER, Flagship, Pool, Since, load_dataset, since_time
from scrimp.config.resolved.tuned_routes import load_tuned, save_tuned, undo_tuned
from scrimp.errors import UsageError
from scrimp.flows.tune.certificates import certify_dataset, tuned_routes
from scrimp.render.certificate import claim_sentence
from scrimp.tuning.certify import Certificate
from scrimp.units import pluralize

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def apply(
    target: Target = 0.95,
    risk: Risk = 0.05,
    flagship: Flagship = None,
    pool: Pool = None,
    since: Since = None,
    pooled: Annotated[
        bool, typer.Option("--pooled", help="Also apply what is certified only on average over several tasks.")
    ] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Restore the routes from before the last change.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be written, and write nothing.")] = False,
) -> None:
    """Send the prompts of each task to the models certified for it.

    The routes are written to tuned.toml beside config.toml, each with its evidence; rules of the config and flags
    take precedence over them. Routes of other tasks stay, and prompts of tasks without one go to the flagship.
    scrimp cost watches them: a route whose rows reach the flagship much more or less often than certified is no
    longer used.
    """
    with open_session() as session:
        path = session.services.paths.tuned
        if undo:
            remaining = undo_tuned(path)
            session.messages.note(f"{path} is as it was before: {pluralize(remaining, 'route')}")
            return
        dataset = load_dataset(session, LEDGER, flagship, pool, None, since_time(since))
        certificate = certify_dataset(dataset, target, risk)
        for claim in certificate.claims:
            print_line(claim_sentence(claim, target, 1 - risk))
        routes = list(tuned_routes(certificate, session.services.clock(), pooled=pooled))
        if not routes:
            raise UsageError(_why_nothing(certificate))
        for route in routes:
            for step in route.steps:
                session.services.routes.model(step)  # an unknown model is an error before anything is written
        replaced = {route.signature for route in routes}
        others = [route for route in load_tuned(path) if route.signature not in replaced]
        if dry_run:
            for route in routes:
                print_line(f"task {route.signature} would go to {', then '.join(route.steps)}")
            return
        save_tuned(path, [*others, *routes])
        session.messages.note(
            f"{pluralize(len(routes), 'route')} written to {path}; prompts of tasks that are not certified go to "
            f"{routes[0].flagship}; scrimp tune apply --undo restores it"
        )


def _why_nothing(certificate: Certificate) -> str:
    if any(claim.certified for claim in certificate.claims):
        return (
            "nothing is certified of one task alone, so nothing is changed: collect more pairs of a task (scrimp tune "
            "shadow), or add --pooled where all of these tasks come in the same proportions as these pairs"
        )
    return "nothing is certified, so nothing is changed: collect more pairs (scrimp tune shadow) or lower --target"
