"""A live run where batches are on their way: what came back is taken, and what is paid again is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from scrimp.errors import StoreError
from scrimp.flows.batch.replies_first import RowsInBatches, replies_first
from scrimp.store.batches.store import BatchStore
from scrimp.units import pluralize

if TYPE_CHECKING:
    from scrimp.cli.session import Session
    from scrimp.flows.engine.run_stop import RunStop


def over_batches(session: Session, drive: Callable[[], RunStop | None]) -> Callable[[], RunStop | None]:
    """Return what drives a live run with a look at what came back in batches whose rows were not printed yet."""

    def run() -> RunStop | None:
        store = _opened(session)
        if store is None:
            return drive()
        try:
            rows = RowsInBatches(store)
            if rows:
                session.services.batched = replies_first(rows, store, session.services)
            stop = drive()
            _tell(session, rows)
        finally:
            session.services.batched = None
            store.close()
        return stop

    return run


def _opened(session: Session) -> BatchStore | None:
    try:
        return BatchStore(session.services.paths.batches_db)
    except StoreError as error:
        if not session.services.stores.read_only:
            session.messages.warn(f"whether rows are in batches is not known: {error}")
        return None


def _tell(session: Session, rows: RowsInBatches) -> None:
    """Say how many rows there were at the end, where more came after the warning."""
    if rows.met > rows.said:
        session.messages.note(f"{pluralize(rows.met, 'row')} in all were called live though they are in batches")
    if rows.taken:
        session.messages.note(f"{pluralize(rows.taken, 'completion')} had come back in batches: not called again")
