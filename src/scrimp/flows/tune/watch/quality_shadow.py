"""A share of the rows of certified routes, sent to the flagship too when the run is over, to see whether they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scrimp.answers.canonical import canonical
from scrimp.errors import ScrimpError, UnknownPriceError
from scrimp.flows.engine.stops.run_stop import RunStop
from scrimp.flows.tune.model_calls import ModelReply
from scrimp.flows.tune.pairs.pair_collector import WATCH_ROUTE, PairCollector
from scrimp.flows.tune.watch.quality_drift import looks_worse
from scrimp.flows.tune.watch.remembered_rows import RememberedRows, WatchedRow, spread
from scrimp.routing.task_signature import task_signature
from scrimp.store.files.process_lock import alone_in
from scrimp.store.ledger import Ledger
from scrimp.store.tuning.pairs import OutputSpec
from scrimp.store.tuning.route_checks import RouteCheck, RouteCheckStore
from scrimp.units import format_count, format_dollars, parse_percent, pluralize
from scrimp.values import Entry, Outcome, OutcomeSink, Prompt

if TYPE_CHECKING:
    from scrimp.config.schema import ShadowTable
    from scrimp.flows.plan.run_options import RunLabels, RunOptions
    from scrimp.flows.services import Services

DAY = 86_400.0  # seconds: the time that the cap is for


class WatchPlan(Struct, frozen=True):
    """The share of the rows of certified routes, and the most dollars that watching them may cost in 24 hours."""

    share: float
    cap: Decimal


def watch_plan(table: ShadowTable) -> WatchPlan | None:
    """Return what the config asks for, None if its share is zero."""
    share = parse_percent(table.certified, "shadow.certified")
    return WatchPlan(share, table.certified_max_cost) if share else None


class QualityShadow:
    """Remembers rows of a run's certified routes, and sends those in the share to the flagship at its end.

    Rows that the flagship answered need no second opinion. Where the newest comparisons of a route look worse than
    certified, the newest rows outside the share are compared as well.
    """

    def __init__(self, plan: WatchPlan, options: RunOptions, services: Services) -> None:
        self._plan, self._options, self._services = plan, options, services
        parameters = options.parameters
        self._spec = OutputSpec(parameters.choices, parameters.schema)
        self._rows = RememberedRows(plan.share, self._spec)
        self._sent = self._compared = self._same = 0  # rows

    def tee(self, sink: OutcomeSink) -> OutcomeSink:
        """Return a sink that hands outcomes on and remembers those of certified routes."""

        def take(outcomes: Sequence[Outcome]) -> None:
            sink(outcomes)
            certificates = self._services.certificates.by_name
            for outcome in outcomes if certificates else ():
                self._rows.add(outcome, certificates)

        return take

    @property
    def remembered(self) -> int:
        """Rows of the share."""
        return self._rows.count

    def make_calls(self, left: Decimal | None, billed: Callable[[Entry], None]) -> str | None:
        """Send the rows to their flagship; return what came of it, None without rows.

        `left` is what the run's own cap leaves, None if it has none, and `billed` gets the entry of each call.
        """
        if not self._rows.routes:
            return None
        with alone_in(self._services.paths.data) as first:
            if not first:
                return "quality shadow: another run is doing it now, so no row of this one is compared"
            return self._call(left, billed)

    def _call(self, left: Decimal | None, billed: Callable[[Entry], None]) -> str | None:
        with Ledger(self._services.paths.ledger_db) as ledger:
            spent = ledger.spent_on(WATCH_ROUTE, since=self._services.clock() - DAY)
        cap = Decimal(0) if spent is None else max(self._plan.cap - spent, Decimal(0))
        own = left is None or cap <= left
        paid = _Paid(cap if left is None else min(cap, max(left, Decimal(0))), billed)
        with RouteCheckStore(self._services.paths.ledger_db) as store:
            ends = [end for name in self._rows.routes for end in self._watch(name, store, paid)]
        return self._summary(paid.dollars, next((end for end in ends if end is not None), None), own=own)

    def _watch(self, name: str, store: RouteCheckStore, paid: _Paid) -> Iterator[RunStop | ScrimpError | None]:
        """Compare rows of a route, and yield why that ended early."""
        if rows := self._rows.shared[name]:
            yield self._compare(name, list(spread(rows)), store, paid)
        if looks_worse(self._rows.routes[name], store.outcomes(name)):
            newest = self._rows.newest(name, self._services.clock())
            if newest:
                yield self._compare(name, newest, store, paid)

    def _summary(self, paid: Decimal, end: RunStop | ScrimpError | None, *, own: bool) -> str | None:
        """Return the result, None if nothing was to be sent; `own` if its own cap is the lower one."""
        if not self._sent:
            return None
        flagships = ", ".join(dict.fromkeys(route.flagship for route in self._rows.routes.values()))
        cap = format_dollars(self._plan.cap)
        said = (
            f"quality shadow: {format_count(self._compared)} of {pluralize(self._sent, 'row')} of certified routes "
            f"compared with {flagships}, {format_count(self._same)} the same; {format_dollars(paid)} spent"
        )
        if end is None:
            return f"{said} (cap {cap} in 24 hours)"
        if isinstance(end, UnknownPriceError):
            return f"{said}; its cap needs a price for {flagships}: give it one under [models] in the config"
        if isinstance(end, RunStop) and end.reason == "budget":
            return f"{said}; " + (f"the cap of {cap} in 24 hours" if own else "--max-cost") + " allows no more"
        return f"{said}; {str(end) if isinstance(end, ScrimpError) else end.message.partition(';')[0]}"

    def _compare(
        self, name: str, rows: Sequence[WatchedRow], store: RouteCheckStore, paid: _Paid
    ) -> RunStop | ScrimpError | None:  # fmt: skip
        """Send rows of a route to its flagship; return why that ended early."""
        by_index = {row.known.prompt.index: row for row in rows}
        limits = replace(
            self._options.limits, max_cost=paid.left, budget=None, allow_unpriced=False, max_failures=None,
            max_failure_share=None,
        )  # fmt: skip
        reused = "on" if self._options.cache == "refresh" else self._options.cache
        options = replace(self._options, limits=limits, cache=reused, labels=self._labels(name, rows[0].known.prompt))

        def compare(replies: Sequence[ModelReply]) -> None:
            collector.add([by_index[reply.prompt.index].known for reply in replies])
            checks = list(self._checked(name, by_index, replies))
            store.put(checks)
            self._compared += len(checks)
            self._same += sum(check.same for check in checks)

        collector = PairCollector(options, self._services, route=WATCH_ROUTE, observe=compare, billed=paid.add)
        self._sent += len(rows)
        try:
            return collector.collect((row.known.prompt for row in rows), [self._rows.routes[name].flagship])
        except ScrimpError as error:  # only the comparison failed: the run is over and its rows are printed
            return error
        finally:
            collector.close()

    def _labels(self, name: str, prompt: Prompt) -> RunLabels:
        """Return labels that name the task of a certificate, where the prompt alone does not tell it."""
        task = self._rows.routes[name].signature
        told = task_signature(prompt, self._options.parameters, None) == task
        return replace(self._options.labels, route=None if told else task, task=None)

    def _checked(
        self, name: str, rows: Mapping[int, WatchedRow], replies: Sequence[ModelReply]
    ) -> Iterator[RouteCheck]:  # fmt: skip
        """Yield the comparisons of replies that assert something."""
        for reply in replies:
            row = rows[reply.prompt.index]
            expected = None if reply.rejection else self._asserted(reply.answer.output)
            if expected is not None:
                same = self._asserted(row.known.answer.output) == expected
                yield RouteCheck(name, row.key, row.time, same)

    def _asserted(self, output: str) -> str | None:
        return canonical(output, self._spec.choices, self._spec.schema)


class _Paid:
    """What is left of a cap; what was paid is handed on entry by entry."""

    def __init__(self, cap: Decimal, billed: Callable[[Entry], None]) -> None:
        self.dollars = Decimal(0)
        self._cap, self._billed = cap, billed

    @property
    def left(self) -> Decimal:
        """Dollars that may still be spent."""
        return max(self._cap - self.dollars, Decimal(0))

    def add(self, entry: Entry) -> None:
        """Add a call; one of unknown cost may have cost all that is left."""
        if entry.cost is None:
            self._cap = self.dollars
        self.dollars += entry.cost or Decimal(0)
        self._billed(entry)
