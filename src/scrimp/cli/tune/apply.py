"""`scrimp tune apply`: prompts go where the certificates allow, and back."""

from __future__ import annotations

from typing import Annotated

import typer

from scrimp.cli.printing import line
from scrimp.cli.session import session
from scrimp.cli.tune.certify import Risk, Target
from scrimp.cli.tune.dataset import LEDGER, Flagship, Pool, Since, begin_of, recording
from scrimp.config.tuned import load_tuned, save_tuned, undo_tuned
from scrimp.errors import UsageError
from scrimp.flows.tune.certificates import certificate, routes_of, sentence
from scrimp.render.shares import plural

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def apply(
    target: Target = 0.95,
    risk: Risk = 0.05,
    flagship: Flagship = None,
    pool: Pool = None,
    since: Since = None,
    undo: Annotated[bool, typer.Option("--undo", help="Put back what was there before the last change.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be written, and write nothing.")] = False,
) -> None:
    """Send the prompts of each task where what was gathered certifies it.

    The routes are written to tuned.toml beside config.toml, each with its evidence; a rule of the config and a flag go
    before them. Routes of tasks that are not in question stay. scrimp cost watches them: a route whose rows reach the
    flagship much more or less often than certified is no longer used.
    """
    with session() as here:
        path = here.services.paths.tuned
        if undo:
            left = undo_tuned(path)
            here.messages.say(f"{path} is as it was before: {plural(left, 'route')}")
            return
        found = certificate(recording(here, LEDGER, flagship, pool, None, begin_of(since)), target, risk)
        for claim in found.claims:
            line(sentence(claim, target, 1 - risk))
        fresh = list(routes_of(found, here.services.clock()))
        if not fresh:
            raise UsageError("nothing is certified, so nothing is changed: gather more pairs, or ask for less")
        for route in fresh:
            for step in route.steps:
                here.services.routes.model(step)  # a name that is no route is told before anything is written
        known = {route.signature for route in fresh}
        kept = [route for route in load_tuned(path) if route.signature not in known]
        if dry_run:
            for route in fresh:
                line(f"task {route.signature} would go to {', then '.join(route.steps)}")
            return
        save_tuned(path, [*kept, *fresh])
        here.messages.say(f"{plural(len(fresh), 'route')} written to {path}; scrimp tune apply --undo goes back")
