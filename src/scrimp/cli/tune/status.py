"""`scrimp tune status`: what is applied, and whether it still holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import typer

from scrimp.cli.flags.json_flag import AsJson
from scrimp.cli.observers.drift import check_drift, warn_of_level_drift
from scrimp.cli.printing import print_json, print_table
from scrimp.cli.session import Session, open_session
from scrimp.cli.tune.watched import compares_answers, how_to_watch, is_overdue, watched_words
from scrimp.config.resolved.tuned_levels import TunedLevel
from scrimp.config.resolved.tuned_routes import TunedRoute, load_levels, load_tuned
from scrimp.flows.tune.watch.find_drift import WatchState, watch_state
from scrimp.store.ledger import Ledger
from scrimp.units import UNKNOWN, format_count, format_percent, format_percent_briefly

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def status(as_json: AsJson = False) -> None:
    """Show the routes and levels of compression that are applied, whether they still hold, and how that is known.

    Checks them as scrimp cost does, and disables those that do not. Calls no API.

    A route through several models is watched by the share of rows that reach its flagship, a route of one model by the
    rows without an answer and the length of completions, from 300 rows on. Where neither can be seen, because
    the answers are open-ended text and the provider counts no tokens, a date says when to certify the route again. The
    answers themselves are watched with certified = "1%" under [shadow] in the config.
    """
    with open_session() as session:
        path = session.services.paths.tuned
        states: dict[str, WatchState] = {}
        if path.exists():
            with Ledger(session.services.paths.ledger_db) as ledger:
                check_drift(session, ledger)
                states = _watch_states(session, ledger)
            warn_of_level_drift(session)
        routes, levels = load_tuned(path), load_levels(path)
        if as_json:
            print_json({
                "v": 1, "routes": [_route_json(route, states.get(route.signature)) for route in routes],
                "levels": [_level_json(level, session) for level in levels],
            })  # fmt: skip
            return
        rows = [
            *(_route_row(route, states.get(route.signature)) for route in routes),
            *(_level_row(level, session) for level in levels),
        ]
        headers = ("task", "goes to", "keeps at least", "pairs", "saves", "certified", "state", "watched")
        print_table(headers, rows, "llrrrlll", session.out, empty="nothing is applied: scrimp tune apply does that")
        _advise(session, routes, states)


def _watch_states(session: Session, ledger: Ledger) -> dict[str, WatchState]:
    """Return what is watched of each route that is in use, by its task."""
    compared = compares_answers(session)
    tuned = load_tuned(session.services.paths.tuned)
    used = [route for route in tuned if route.drift is None and not route.stays]
    return {route.signature: watch_state(route, ledger, compared=compared) for route in used}


def _advise(session: Session, routes: Sequence[TunedRoute], states: Mapping[str, WatchState]) -> None:
    """Say which routes to certify again, and what would show worse answers of routes of one model."""
    used = [route for route in routes if route.signature in states and route.drift is None]
    overdue = [route for route in used if is_overdue(route, states[route.signature], session.services.clock())]
    for route in overdue:
        session.messages.warn(
            f"nothing shows whether the route certified for task {route.signature} on {route.day} still holds: collect "
            "pairs again (scrimp tune shadow) and certify it again"
        )
    if blind := [route.signature for route in used if not route.compared] if compares_answers(session) else []:
        session.messages.note(
            f"answers of {', '.join(blind)} are not compared with the flagship's: they are open-ended text, or an "
            "older scrimp certified them (scrimp tune apply does so again)"
        )
    if advice := how_to_watch(session, [route for route in used if len(route.steps) == 1]):
        session.messages.note(advice)


def _route_row(route: TunedRoute, state: WatchState | None) -> tuple[str, ...]:
    return (
        route.signature, ", then ".join(route.steps), f"{format_percent_briefly(route.bound)} of quality",
        format_count(route.pairs), format_percent(route.saved), route.day, _state(route.drift),
        "" if state is None else watched_words(route, state),
    )  # fmt: skip


def _level_row(level: TunedLevel, session: Session) -> tuple[str, ...]:
    saved = level.saved_tokens if level.saved is None else level.saved
    return (
        level.signature, f"{level.model} at {level.name}", f"{format_percent_briefly(level.bound)} of {level.kept}",
        format_count(level.pairs), UNKNOWN if saved is None else format_percent(saved), level.day,
        _state(level.drift or _overridden(session)), "",
    )  # fmt: skip


def _state(problem: str | None) -> str:
    return "in use" if problem is None else f"not used: {problem}"


def _overridden(session: Session) -> str | None:
    """Return what takes precedence over all certified levels, if anything does."""
    origin = session.services.level_origin
    return None if origin is None else f"compress is set in {origin}"


def _route_json(route: TunedRoute, state: WatchState | None) -> dict[str, object]:
    return {
        "signature": route.signature, "steps": route.steps, "policy": route.policy, "target": route.target,
        "bound": route.bound, "pairs": route.pairs, "saved": route.saved, "certified": route.certified,
        "not_used": route.drift, "watched": [] if state is None else list(state.by),
    }  # fmt: skip


def _level_json(level: TunedLevel, session: Session) -> dict[str, object]:
    return {
        "signature": level.signature, "model": level.model, "level": level.level, "keep": level.keep,
        "target": level.target, "bound": level.bound, "kept": level.kept, "pairs": level.pairs, "saved": level.saved,
        "saved_tokens": level.saved_tokens, "certified": level.certified,
        "not_used": level.drift or _overridden(session),
    }  # fmt: skip
