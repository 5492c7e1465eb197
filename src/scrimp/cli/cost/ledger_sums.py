"""The sums of the ledger, brought up to date, the models that are flagships, and the time zone of days."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, tzinfo

from scrimp.cli.session import Session
from scrimp.errors import UsageError
from scrimp.flows.spend.flagships import configured_flagships
from scrimp.render.streams import try_write
from scrimp.store.cost_sums.sums import CostSums
from scrimp.store.ledger import prepare_ledger
from scrimp.units import format_count, pluralize

UTC_ZONE, LOCAL_ZONE = "utc", "local"
_ERASE = "\r\x1b[K"
_MANY = 500_000  # calls that take more than a moment to add up


@contextmanager
def open_sums(session: Session) -> Iterator[CostSums]:
    """Open the sums of the session's ledger, with all of its calls in them; a note says when that takes a while."""
    paths = session.services.paths
    prepare_ledger(paths.ledger_db)
    with CostSums(paths.cost_sums_db, paths.ledger_db) as sums:
        behind = sums.entries_behind()
        if behind > _MANY:
            _add_up(session, sums, behind)
        elif behind:
            sums.refresh()
        yield sums


def _add_up(session: Session, sums: CostSums, behind: int) -> None:
    """Bring the sums up to date with a ledger that has many more calls; a line at a terminal counts them."""
    session.messages.note(f"adding up {format_count(behind)} calls of the ledger, which is done once")
    added = 0

    def show(calls: int) -> None:
        nonlocal added
        added += calls
        if session.err.movable_cursor:
            try_write(sys.stderr, f"{_ERASE}{format_count(added)} of {format_count(max(behind, added))} calls added up")

    show(0)
    try:
        try:
            sums.refresh(show)
        finally:
            if session.err.movable_cursor:
                try_write(sys.stderr, _ERASE)
    except KeyboardInterrupt:
        session.messages.note(f"{pluralize(added, 'call')} added up; the next command adds the rest")
        raise


def the_flagships(session: Session) -> tuple[str, ...]:
    """Return the models that a session's config makes the flagships."""
    return configured_flagships(session.services.loaded.config, session.services.routes)


def time_zone(word: str) -> tzinfo | None:
    """Return the zone of a word, None for that of the machine. Raises UsageError for one that is not known."""
    if word == UTC_ZONE:
        return UTC
    if word == LOCAL_ZONE:
        return None
    from zoneinfo import ZoneInfo  # only for a zone that is named

    try:
        return ZoneInfo(word)
    except (KeyError, ValueError, OSError) as error:  # KeyError: ZoneInfoNotFoundError
        raise UsageError(
            f"--zone: {word} is not a time zone of this machine: give utc, local, or a name such as Europe/Berlin"
        ) from error
