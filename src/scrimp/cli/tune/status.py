"""`scrimp tune status`: what is applied, and whether it still holds."""

from __future__ import annotations

import typer

from scrimp.cli.printing import print_json, print_table
from scrimp.cli.results.drift import check_drift
from scrimp.cli.session import Session, open_session
from scrimp.cli.tune.dataset import AsJson
from scrimp.cli.tune.drift import warn_of_level_drift
from scrimp.config.resolved.tuned_levels import TunedLevel
from scrimp.config.resolved.tuned_routes import TunedRoute, load_levels, load_tuned
from scrimp.store.ledger import Ledger
from scrimp.units import UNKNOWN, format_count, format_percent, format_percent_briefly

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def status(as_json: AsJson = False) -> None:
    """Show the routes and levels of compression that are applied, and whether they still hold.

    Checks them as scrimp cost does, and disables those that do not. Calls no API.
    """
    with open_session() as session:
        path = session.services.paths.tuned
        if path.exists():
            ledger = Ledger(session.services.paths.ledger_db)
            try:
                check_drift(session, ledger)
            finally:
                ledger.close()
            warn_of_level_drift(session)
        routes, levels = load_tuned(path), load_levels(path)
        if as_json:
            print_json({
                "v": 1, "routes": [_route_json(route) for route in routes],
                "levels": [_level_json(level, session) for level in levels],
            })  # fmt: skip
            return
        rows = [*map(_route_row, routes), *(_level_row(level, session) for level in levels)]
        headers = ("task", "goes to", "keeps at least", "pairs", "saves", "certified", "state")
        print_table(headers, rows, "llrrrll", session.out, empty="nothing is applied: scrimp tune apply does that")


def _route_row(route: TunedRoute) -> tuple[str, ...]:
    return (
        route.signature, ", then ".join(route.steps), f"{format_percent_briefly(route.bound)} of quality",
        format_count(route.pairs), format_percent(route.saved), route.day, _state(route.drift),
    )  # fmt: skip


def _level_row(level: TunedLevel, session: Session) -> tuple[str, ...]:
    saved = level.saved_tokens if level.saved is None else level.saved
    return (
        level.signature, f"{level.model} at {level.name}", f"{format_percent_briefly(level.bound)} of {level.kept}",
        format_count(level.pairs), UNKNOWN if saved is None else format_percent(saved), level.day,
        _state(level.drift or _overridden(session)),
    )  # fmt: skip


def _state(problem: str | None) -> str:
    return "in use" if problem is None else f"not used: {problem}"


def _overridden(session: Session) -> str | None:
    """Return what goes before all certified levels, if anything does."""
    origin = session.services.level_origin
    return None if origin is None else f"compress is set in {origin}"


def _route_json(route: TunedRoute) -> dict[str, object]:
    return {
        "signature": route.signature, "steps": route.steps, "policy": route.policy, "target": route.target,
        "bound": route.bound, "pairs": route.pairs, "saved": route.saved, "certified": route.certified,
        "not_used": route.drift,
    }  # fmt: skip


def _level_json(level: TunedLevel, session: Session) -> dict[str, object]:
    return {
        "signature": level.signature, "model": level.model, "level": level.level, "keep": level.keep,
        "target": level.target, "bound": level.bound, "kept": level.kept, "pairs": level.pairs, "saved": level.saved,
        "saved_tokens": level.saved_tokens, "certified": level.certified,
        "not_used": level.drift or _overridden(session),
    }  # fmt: skip
