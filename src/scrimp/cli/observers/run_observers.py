"""The observers of a run while it answers its rows: record, shadows, long calls, certified routes, alerts."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING

from scrimp.cli.observers.higher_levels import tell_of_levels
from scrimp.cli.observers.run_record import RunRecorder
from scrimp.errors import ConfigError, ScrimpError, StoreError
from scrimp.flows.observers.long_calls import LongCalls
from scrimp.units import parse_percent, pluralize

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from scrimp.billing.totals import Bill
    from scrimp.cli.session import Session
    from scrimp.flows.engine.stops.run_stop import RunStop
    from scrimp.flows.observers.sent_rows import SentRows
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.tune.shadow_run import ShadowRun
    from scrimp.flows.tune.watch.quality_shadow import QualityShadow
    from scrimp.values import OutcomeSink


# Entries of the ledger, by whose number it is asked whether its sums lack many: to open the sums takes 30 ms.
_LOOKS = 10_000


class RunObservers:
    """The observers of a run: they see every outcome, and report or act once the rows are printed.

    In order: `begin`, `add_to` the bill before it is printed, `follow_up` after it, `end` when the status is known.
    """

    def __init__(self, session: Session, options: RunOptions, sent: SentRows | None) -> None:
        self._session, self._sent = session, sent
        self._shadow, self._watch = _shadow_run(session, options), _quality_shadow(session, options)
        self._long = LongCalls(lambda: session.services.prices)
        self._recorder: RunRecorder | None = None
        self._certified: Collection[str] = ()

    def begin(self, words: Sequence[str], report: OutcomeSink) -> OutcomeSink:
        """Record the run, by the words of its command; return a sink that shows outcomes to all, then reports them."""
        self._recorder = RunRecorder(self._session, words)
        for each in (self._shadow, self._recorder, self._watch, self._sent, self._long):
            report = report if each is None else each.tee(report)
        return report

    def add_to(self, bill: Bill, *, complete: bool) -> None:
        """Add what was seen to the bill; where the run is complete, compare the rows of certified routes."""
        services = self._session.services
        tell_of_levels(bill, self._sent, services)
        bill.above_cliffs = tuple(self._long.found.values())
        self._certified = services.certificates.tasks  # before the comparison adds what it takes
        if self._watch is not None and complete:
            _compare(self._session, self._watch, bill)

    def follow_up(self, *, complete: bool) -> None:
        """Check the certified routes that were taken; where the run is complete, make the calls of the shadow."""
        _check_certified(self._session, self._certified)
        shadow = self._shadow
        if shadow is not None and complete and (summary := shadow.make_calls()):
            self._session.messages.note(summary)
            if shadow.watches_levels:
                from scrimp.cli.observers.drift import warn_of_level_drift  # where one was certified

                warn_of_level_drift(self._session)

    def end(self, bill: Bill, status: int, stop: RunStop | None, error: ScrimpError | None) -> None:
        """Complete the record, tell of alerts, and add the calls to the ledger's sums."""
        if self._recorder is not None:
            self._recorder.end(bill, status, stop, error)
        _tell_alerts(self._session, bill, stop)
        entries = None if self._recorder is None else self._recorder.newest_entries
        if entries is not None and (stop is None or stop.reason != "interrupted"):
            _keep_sums(self._session, bill.calls, *entries)


def _shadow_run(session: Session, options: RunOptions) -> ShadowRun | None:
    """Return the observer that repeats a share of the calls with other models, if the config asks for it."""
    table = session.services.loaded.config.shadow
    if not parse_percent(table.share, "shadow.share"):
        return None
    from scrimp.flows.tune.shadow_run import ShadowRun, shadow_plan  # few runs are shadowed

    try:
        plan = shadow_plan(table, session.services.routes)
    except ConfigError as error:
        session.messages.warn(f"[shadow] is not used: {error}")
        return None
    return None if plan is None else ShadowRun(plan, options, session.services)


def _quality_shadow(session: Session, options: RunOptions) -> QualityShadow | None:
    """Return the observer that sends a share of certified rows to the flagship, if the config asks for it."""
    table = session.services.loaded.config.shadow
    if not parse_percent(table.certified, "shadow.certified") or not session.services.paths.tuned.exists():
        return None
    from scrimp.flows.tune.watch.quality_shadow import QualityShadow, watch_plan  # few runs are watched

    plan = watch_plan(table)
    return None if plan is None else QualityShadow(plan, options, session.services)


def _compare(session: Session, watch: QualityShadow, bill: Bill) -> None:
    """Compare rows of certified routes with the flagship, within what the run's own cap leaves."""
    if watch.remembered and session.err.terminal:
        session.messages.note(f"quality shadow: {pluralize(watch.remembered, 'row')} of certified routes to compare")
    left = None if bill.cap is None else Decimal(0) if bill.unknown_calls else bill.cap - bill.cost
    try:
        summary = watch.make_calls(left, bill.add_watch)
    except ScrimpError as error:  # only the comparison failed: the rows were printed
        summary = f"quality shadow: {error}"
    if summary:
        session.messages.note(summary)


def _check_certified(session: Session, tasks: Collection[str]) -> None:
    """Warn of rows whose task is not certified while others are, and of certified routes that do not hold."""
    if unrecognized := session.services.certificates.unrecognized_rows:
        session.messages.note(unrecognized)
    if tasks:
        from scrimp.cli.observers.drift import check_drift_of_run  # where something was certified

        check_drift_of_run(session, tasks)


def _keep_sums(session: Session, calls: int, before: int, newest: int) -> None:
    """Update the sums of the ledger by the entries that a run appended.

    What they lack the next look at them adds.
    """
    if before // _LOOKS == newest // _LOOKS or session.services.stores.read_only:
        return
    from scrimp.store.cost_sums.sums import CostSums  # only once in many calls

    paths = session.services.paths
    with suppress(StoreError), CostSums(paths.cost_sums_db, paths.ledger_db) as sums:
        sums.keep_up(calls)


def _tell_alerts(session: Session, bill: Bill, stop: RunStop | None) -> None:
    """Check what the config watches for, unless nothing was called, or somebody wants to leave."""
    interrupted = stop is not None and stop.reason == "interrupted"
    if session.services.loaded.config.alerts.watches and bill.calls and not interrupted:
        from scrimp.cli.observers.alerts import tell_alerts  # where something is watched

        tell_alerts(session)
