"""A live run while batches are in flight: it takes their replies, and warns of rows that it pays for again.

Batches are first looked at for the first row that is not in the cache; most of their code is imported if there are any.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from scrimp.units import pluralize

if TYPE_CHECKING:
    from scrimp.cli.session import Session
    from scrimp.errors import StoreError
    from scrimp.flows.answer.calls.step_caller import StepCaller
    from scrimp.flows.answer.calls_steps import CallsSteps
    from scrimp.flows.batch.overlap.replies_first import RepliesFirst
    from scrimp.flows.engine.run_hooks import WrapCaller
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.store.batches.store import BatchStore


@contextmanager
def looking_at_batches(session: Session, options: RunOptions) -> Iterator[WrapCaller | None]:
    """Yield what makes live calls look first at replies of batches whose rows were not printed yet."""
    if options.cache != "on":
        yield None
        return
    look = _Look(session)
    try:
        yield look.wrap
        look.tell()
    finally:
        look.close()


def warn_of_batches(session: Session, options: RunOptions) -> None:
    """Say that workers do not look at batches, if there are any whose rows were not printed yet."""
    services = session.services
    if options.cache != "on" or not services.paths.batches_db.exists():
        return
    from scrimp.errors import StoreError  # few runs come here
    from scrimp.store.batches.store import BatchStore

    try:
        with BatchStore(services.paths.batches_db) as store:
            jobs = sorted(set(store.unprinted(services.clock()).values()))
    except StoreError as error:
        session.messages.warn(f"cannot tell whether rows are in batches: {error}")
        return
    if jobs:
        more = f" and {pluralize(len(jobs) - 1, 'other job')}" if len(jobs) > 1 else ""
        session.messages.warn(
            f"workers do not look at batches: rows that are in those of job {jobs[-1]}{more} are paid again; without "
            "--engine what came back is taken"
        )


class _Look:
    """Opens the store of batches once there is one, and says at the end what it was good for."""

    def __init__(self, session: Session) -> None:
        self._session, self._began = session, session.services.clock()
        self._store: BatchStore | None = None
        self._replies: RepliesFirst | None = None

    def wrap(self, inner: StepCaller) -> CallsSteps:
        """Return a caller that looks for a reply in the batches before `inner` calls a model."""
        from time import monotonic

        from scrimp.flows.batch.overlap.batch_watcher import BatchWatcher  # for rows that are not in the cache

        return BatchWatcher(inner, self._open, self._cannot_tell, monotonic)

    def _open(self, inner: StepCaller) -> RepliesFirst | None:
        services = self._session.services
        if not services.paths.batches_db.exists():
            return None
        from scrimp.flows.batch.overlap.replies_first import RepliesFirst  # few runs come here
        from scrimp.flows.batch.overlap.rows_in_batches import RowsInBatches
        from scrimp.store.batches.store import BatchStore

        self._store = BatchStore(services.paths.batches_db)
        rows = RowsInBatches(self._store, self._began, self._cannot_tell)
        self._replies = RepliesFirst(rows, self._store, inner, services)
        return self._replies

    def _cannot_tell(self, error: StoreError) -> None:
        if not self._session.services.stores.read_only:
            self._session.messages.warn(f"cannot tell whether rows are in batches: {error}")

    def tell(self) -> None:
        """Say at the end how many rows were in batches, if more of them came after the warning."""
        if self._replies is None:
            return
        rows, messages = self._replies.rows, self._session.messages
        if rows.called > (rows.said or 0):
            messages.note(f"{pluralize(rows.called, 'row')} in all were called live though they are in batches")
        if rows.taken:
            messages.note(f"{pluralize(rows.taken, 'completion')} had come back in batches: not called again")

    def close(self) -> None:
        """Close the store."""
        if self._store is not None:
            self._store.close()
