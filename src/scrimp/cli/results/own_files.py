"""Files that scrimp itself reads and keeps: its stores, its settings, keys and models. No output may replace one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from scrimp.errors import UsageError
from scrimp.read.inputs.same_file import folded

if TYPE_CHECKING:
    from scrimp.cli.session import Session


class OwnFiles:
    """Those files of a session, by all their names and links."""

    def __init__(self, session: Session) -> None:
        """Take what the config names, and the files of the home whether they exist yet or not."""
        files = tuple(_files(session))
        self._forms = {_form(path) for path in files}
        self._numbers = {_number(path) for path in files} - {None}

    def refuse(self, flag: str, file: str | Path) -> None:
        """Raise UsageError for an output that would take the place of one of them."""
        if _form(file) in self._forms or _number(file) in self._numbers:
            raise UsageError(f"{flag}: {file} is one of scrimp's own files: name another file")


def _files(session: Session) -> Iterator[Path]:
    services = session.services
    paths, loaded = services.paths, services.loaded
    for database in (paths.cache_db, paths.ledger_db, paths.cost_sums_db, paths.batches_db):
        yield database
        yield from (database.with_name(database.name + suffix) for suffix in ("-wal", "-shm"))
    yield from (paths.config, paths.tuned, paths.trust, paths.prices, paths.last_prices, paths.own_prices)
    yield from (paths.task_gains, paths.conversation, paths.told_alerts, paths.known_budgets)
    yield from (Path(origin) for origin in set(loaded.origins.values()) if Path(origin).is_absolute())
    named = [table.key_file for table in loaded.config.providers.values()]
    named += [table.admin_key_file for table in loaded.config.providers.values()]
    named += [table.path for table in loaded.config.models.values()]
    yield from (Path(os.path.expanduser(name)) for name in named if name)  # noqa: PTH111 - where there is no home, too


def _form(path: str | Path) -> str:
    """Return an identity shared by all spellings of a file's name; the path itself if its directory was deleted."""
    try:
        return folded(os.path.realpath(path))
    except (OSError, ValueError):
        return folded(str(path))


def _number(path: str | Path) -> tuple[int, int] | None:
    """Return an identity shared by all links to a file; None if there is no file."""
    try:
        status = Path(path).stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino
