"""`scrimp doctor`: whether everything is there and works; calls no API."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from scrimp import __version__
from scrimp.cli.printing import print_line
from scrimp.cli.session import Session, open_session
from scrimp.cli.setup.environment_effects import environment_effects
from scrimp.config.resolved.api_keys import missing_key_message
from scrimp.errors import ScrimpError, StoreError
from scrimp.store.free_space import LEAST_FREE_BYTES, copies_on_write
from scrimp.store.journal import Journal
from scrimp.store.ledger import Ledger
from scrimp.store.repair.journals import damaged_journals
from scrimp.store.sqlite_errors import check_locks
from scrimp.transport.http.client import build_engine
from scrimp.transport.local import model_file
from scrimp.units import format_megabytes, pluralize

app = typer.Typer(rich_markup_mode=None, add_completion=False)
_BROKEN = 2
_SKEW = 60  # seconds by which the clock of a machine whose ledger was merged may be ahead


@app.command()
def doctor(
    repair: Annotated[
        bool, typer.Option("--repair", help="Rebuild damaged stores from what can be read; the damaged files are kept.")
    ] = False,
) -> None:
    """Check the installation, the keys and the stores; exit 2 if something is broken.

    Keys are looked for, not tried: no API is called. Each variable that changes how providers are called is named with
    what it changes.

    --repair rebuilds a damaged cache or ledger from the rows that can be read, and looks for records in damaged
    journals. The damaged files themselves are moved to the folder "damaged" beside them, and never deleted.
    """
    with open_session() as session:
        print_line(f"scrimp {__version__}, Python {sys.version.split()[0]}")
        if repair:
            _repair(session)
        passed = [_examine(name, step) for name, step in _examinations(session)]
        for name in sorted(session.services.routes.available):
            if session.services.routes.endpoints[name].key_env:
                print_line(f"ok     key for {name}")
    if not all(passed):
        raise typer.Exit(_BROKEN)


def _examine(name: str, step: Callable[[], str]) -> bool:
    try:
        print_line(f"ok     {name}: {step()}")
    except ScrimpError as error:
        print_line(f"broken {name}: {str(error).removeprefix(f'{name} ')}")
        return False
    return True


def _examinations(session: Session) -> Iterator[tuple[str, Callable[[], str]]]:
    services = session.services
    yield "config", lambda: str(services.paths.config) if services.paths.config.exists() else "defaults, no file"
    yield from environment_effects(session)
    yield "connections", lambda: _connections(session)
    home = services.paths.ledger_db.parent
    if copies_on_write(home):
        yield "disk", lambda: _disk(home, services.run)
    yield "cache", lambda: _cache(session)
    if services.stores.shared is not None:
        yield "shared cache", lambda: _shared_cache(session)
    table = services.loaded.config.shared
    if table.limits is not None or table.limits_env is not None:
        yield "shared limits", lambda: _shared_limits(session)
    yield "ledger", lambda: _ledger(session)
    if services.paths.batches_db.exists():
        yield "batches", lambda: _batches(session)
    if damaged := damaged_journals(home):
        yield "journal", lambda: _damaged(damaged)
    yield "prices", lambda: f"table of {services.prices.date}"
    yield "embedded model", lambda: _embedded(session)
    if find_spec("wordllama") is not None:
        yield "word vectors", _word_vectors
    yield "tiers", lambda: _tiers(session)


def _connections(session: Session) -> str:
    build_engine(session.services.env, timeout=1)  # opens no connection
    return "can be encrypted"


def _disk(home: Path, run: str) -> str:
    Journal(home, run).check_free_space()
    return (
        f"{home} copies on write, so that no space can be reserved; no call is made where less than "
        f"{format_megabytes(LEAST_FREE_BYTES)} are free"
    )


def _repair(session: Session) -> None:
    from scrimp.flows.stores.repair import repair_stores  # files are seldom damaged

    repaired = repair_stores(session.services.paths, session.services.stores.share_recovered)
    for sentence in repaired or ["nothing is damaged"]:
        print_line(f"repair {sentence}")


def _checked(path: Path) -> Path:
    """Return the path of a database; raise StoreError if it is damaged in a place that nothing reads now."""
    from scrimp.store.repair.database import damage_of

    if (damage := damage_of(path)) is not None:
        raise StoreError(f"{path} is damaged ({damage}): run `scrimp doctor --repair`")
    return path


def _cache(session: Session) -> str:
    check_locks(session.services.paths.cache_db)
    _checked(session.services.paths.cache_db)
    return f"{session.services.stores.cache_file.stats().rows} completions in {session.services.stores.cache_file.path}"


def _shared_cache(session: Session) -> str:
    from scrimp.shared.server_state import server_state  # where there is a server

    shared = session.services.stores.shared
    return "none" if shared is None else server_state(shared.server)


def _shared_limits(session: Session) -> str:
    from scrimp.flows.engine.shared.limits import limits_server
    from scrimp.shared.server_state import limits_state

    server = limits_server(session.services, "what limits calls")
    try:
        return limits_state(server)
    finally:
        server.close()


def _ledger(session: Session) -> str:
    _checked(session.services.paths.ledger_db)
    lost = session.services.stores.recover()
    with Ledger(session.services.paths.ledger_db) as ledger:
        calls, later = ledger.count(), ledger.count(since=session.services.clock() + _SKEW)
    said = f"{calls} calls" + (f", {lost} of them just recorded as lost" if lost else "")
    if not later:
        return said
    ahead = f"{pluralize(later, 'call')} dated later than now, as by a clock that was ahead"
    return f"{said}; {ahead}: any --since counts {'it' if later == 1 else 'them'}"


def _batches(session: Session) -> str:
    from scrimp.store.batches.store import BatchStore  # where there are batches

    path = _checked(session.services.paths.batches_db)
    with BatchStore(path) as store:
        return f"{pluralize(len(store.jobs()), 'job')}, {pluralize(len(store.shards()), 'batch')}"


def _damaged(journals: list[Path]) -> str:
    raise StoreError(f"records of killed runs may be left in {journals[0]}: run `scrimp doctor --repair`")


def _embedded(session: Session) -> str:
    model = model_file.status(session.services.paths.data)
    if model.ready:
        return f"installed, runtime {model.runtime}"
    return "not installed (scrimp local install)"


def _word_vectors() -> str:
    from scrimp.compress.extract.vectors import likeness  # where they are installed

    likeness("", [""])
    return "loaded, for the level focus"


def _tiers(session: Session) -> str:
    routes = session.services.routes
    shown = []
    for name, models in routes.tiers.items():
        places = map(session.services.place_of, models)
        first = next((place for place in places if place is not None), None)
        if first is None:
            raise ScrimpError(missing_key_message(routes.endpoints[models[0].provider]))
        if not session.services.can_call(first):
            raise ScrimpError(f"{name} is {first.id}, which is not installed: set a key, such as OPENAI_API_KEY")
        shown.append(f"{name} {first.id}")
    return ", ".join(shown)
