"""A live run while batches are in flight: it takes their replies, and warns of rows that it pays for again.

Batches are first looked at, and their code imported, for the first row that is not in the cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from scrimp.errors import StoreError
from scrimp.units import pluralize

if TYPE_CHECKING:
    from scrimp.cli.session import Session
    from scrimp.flows.answer.calls.step_caller import StepCaller
    from scrimp.flows.answer.calls_steps import CallsSteps
    from scrimp.flows.batch.overlap.replies_first import RowsInBatches
    from scrimp.flows.engine.run_hooks import WrapCaller
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.store.batches.store import BatchStore


@contextmanager
def looking_at_batches(session: Session, options: RunOptions) -> Iterator[WrapCaller | None]:
    """Yield what makes live calls look first at replies of batches whose rows were not printed yet."""
    if options.cache != "on" or not session.services.paths.batches_db.exists():
        yield None
        return
    look = _Look(session)
    try:
        yield look.wrap
        look.tell()
    finally:
        look.close()


class _Look:
    """Looks up the store of batches, which it opens when the first call is about to be made."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._store: BatchStore | None = None
        self._rows: RowsInBatches | None = None

    def wrap(self, inner: StepCaller) -> CallsSteps:
        """Return a caller that looks for a reply in the batches before `inner` calls a model."""
        from scrimp.flows.batch.overlap.replies_first import RepliesFirst, RowsInBatches  # few runs come here
        from scrimp.store.batches.store import BatchStore

        services = self._session.services
        try:
            self._store = BatchStore(services.paths.batches_db)
            self._rows = RowsInBatches(self._store)
        except StoreError as error:
            if not services.stores.read_only:
                self._session.messages.warn(f"cannot tell whether rows are in batches: {error}")
            return inner
        return RepliesFirst(self._rows, self._store, inner, services) if self._rows else inner

    def tell(self) -> None:
        """Say at the end how many rows were in batches, if more of them came after the warning."""
        rows, messages = self._rows, self._session.messages
        if rows is None:
            return
        if rows.met > rows.said:
            messages.note(f"{pluralize(rows.met, 'row')} in all were called live though they are in batches")
        if rows.taken:
            messages.note(f"{pluralize(rows.taken, 'completion')} had come back in batches: not called again")

    def close(self) -> None:
        """Close the store."""
        if self._store is not None:
            self._store.close()
