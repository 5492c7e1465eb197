"""A share of the rows of certified routes, sent to the flagship too when the run is over, to see whether they hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scrimp.answers.canonical import canonical
from scrimp.config.resolved.tuned_routes import TunedRoute
from scrimp.errors import ScrimpError, UnknownPriceError
from scrimp.flows import live
from scrimp.flows.engine.run_stop import RunStop
from scrimp.flows.tune.model_calls import ModelReply, answered_itself
from scrimp.flows.tune.pair_collector import WATCH_ROUTE, KnownAnswer, PairCollector, in_share, prompt_key
from scrimp.routing.task_signature import task_signature
from scrimp.store.ledger import Ledger
from scrimp.store.pairs import OutputSpec
from scrimp.store.route_checks import RouteCheck, RouteCheckStore, alone
from scrimp.units import format_count, format_dollars, parse_percent, pluralize
from scrimp.values import Answered, Entry, Outcome, Prompt

if TYPE_CHECKING:
    from scrimp.config.schema import ShadowTable
    from scrimp.flows.plan.run_options import RunLabels, RunOptions
    from scrimp.flows.services import Services

# What is remembered of a run, whatever its length: prompts, and characters of them and their completions.
_MAX_PROMPTS, _MAX_CHARACTERS = 10_000, 20_000_000
DAY = 86_400.0  # seconds: the time that the cap is for


class WatchPlan(Struct, frozen=True):
    """The share of the rows of certified routes, and the most dollars that watching them may cost in 24 hours."""

    share: float
    cap: Decimal


def watch_plan(table: ShadowTable) -> WatchPlan | None:
    """Return what the config asks for, None where its share is zero."""
    share = parse_percent(table.certified, "shadow.certified")
    return WatchPlan(share, table.certified_max_cost) if share else None


class _Row(Struct, frozen=True):
    """A row that a route answered below its flagship."""

    known: KnownAnswer
    key: str
    time: float  # seconds since the epoch


class QualityShadow:
    """Remembers rows of a run's certified routes that are in the share, and sends them to the flagship at its end.

    Rows that the flagship answered need no second opinion. Nothing is sent where the answers of a task cannot be
    compared, which is what its certificate says.
    """

    def __init__(self, plan: WatchPlan, options: RunOptions, services: Services) -> None:
        self._plan, self._options, self._services = plan, options, services
        parameters = options.parameters
        self._spec = OutputSpec(parameters.choices, parameters.schema)
        self._rows: defaultdict[str, list[_Row]] = defaultdict(list)  # by certificate
        self._routes: dict[str, TunedRoute] = {}
        self._characters_left, self._remembered = _MAX_CHARACTERS, 0
        self._checks: list[RouteCheck] = []

    def tee(self, sink: live.Sink) -> live.Sink:
        """Return a sink that hands outcomes on and remembers those in the share."""

        def take(outcomes: Sequence[Outcome]) -> None:
            sink(outcomes)
            certificates = self._services.certificates
            for outcome in outcomes if certificates else ():
                self._remember(outcome, certificates)

        return take

    def _remember(self, outcome: Outcome, certificates: Mapping[str, TunedRoute]) -> None:
        if not isinstance(outcome, Answered) or not outcome.entries:
            return
        entry = outcome.entry or outcome.entries[-1]
        route = certificates.get(entry.chain or "")
        full = self._remembered >= _MAX_PROMPTS or self._characters_left < 0
        if route is None or not route.compared or full or _reached_flagship(route, entry):
            return
        if not answered_itself(outcome.answer) or not in_share(outcome.prompt, self._plan.share):
            return
        prompt, answer = replace(outcome.prompt, row=None), outcome.answer
        self._characters_left -= len(prompt.text) + len(prompt.system or "") + len(answer.output)
        self._remembered += 1
        known = KnownAnswer(prompt, replace(answer, cost=entry.cost), route.steps[entry.step])
        name = entry.chain or ""
        self._routes[name] = route
        self._rows[name].append(_Row(known, prompt_key(prompt, self._spec), entry.time))

    @property
    def remembered(self) -> int:
        """Rows that will be sent to their flagship."""
        return self._remembered

    def make_calls(self, left: Decimal | None, billed: Callable[[Entry], None]) -> str | None:
        """Send the rows to their flagship; return what came of it, None without rows.

        `left` is what the run's own cap leaves, None where it has none, and `billed` gets the entry of each call.
        """
        if not self._rows:
            return None
        with alone(self._services.paths.data) as first:
            if not first:
                return "quality shadow: another run is at it, so that no row of this one is compared"
            return self._call(left, billed)

    def _call(self, left: Decimal | None, billed: Callable[[Entry], None]) -> str:
        with closing(Ledger(self._services.paths.ledger_db)) as ledger:
            spent = ledger.spent_on(WATCH_ROUTE, since=self._services.clock() - DAY)
        cap = Decimal(0) if spent is None else max(self._plan.cap - spent, Decimal(0))
        own = left is None or cap <= left
        cap = cap if left is None else min(cap, max(left, Decimal(0)))
        paid = _Paid(billed)
        ends = [self._compare(name, rows, cap - paid.dollars, paid) for name, rows in self._rows.items()]
        with closing(RouteCheckStore(self._services.paths.ledger_db)) as store:
            store.put(self._checks)
        return self._summary(paid.dollars, next((end for end in ends if end is not None), None), own=own)

    def _summary(self, paid: Decimal, end: RunStop | ScrimpError | None, *, own: bool) -> str:
        """Return what came of it; `own` says that its own cap is the lower one."""
        flagships = ", ".join(dict.fromkeys(route.flagship for route in self._routes.values()))
        same, cap = sum(check.same for check in self._checks), format_dollars(self._plan.cap)
        said = (
            f"quality shadow: {format_count(len(self._checks))} of {pluralize(self._remembered, 'row')} of certified "
            f"routes compared with {flagships}, {format_count(same)} the same; {format_dollars(paid)} spent"
        )
        if end is None:
            return f"{said} (cap {cap} in 24 hours)"
        if isinstance(end, UnknownPriceError):
            return f"{said}; its cap needs a price for {flagships}: give it one under [models] in the config"
        if isinstance(end, RunStop) and end.reason == "budget":
            return f"{said}; " + (f"the cap of {cap} in 24 hours" if own else "--max-cost") + " allows no more"
        return f"{said}; {str(end) if isinstance(end, ScrimpError) else end.message.partition(';')[0]}"

    def _compare(
        self, name: str, rows: Sequence[_Row], cap: Decimal, paid: _Paid
    ) -> RunStop | ScrimpError | None:  # fmt: skip
        """Send the rows of a route to its flagship; return why that ended early."""
        flagship, by_index = self._routes[name].flagship, {row.known.prompt.index: row for row in rows}
        limits = replace(
            self._options.limits, max_cost=max(cap, Decimal(0)), allow_unpriced=False, max_failures=None,
            max_failure_share=None,
        )  # fmt: skip
        reused = "on" if self._options.cache == "refresh" else self._options.cache
        options = replace(self._options, limits=limits, cache=reused, labels=self._labels(name, rows[0].known.prompt))

        def compare(replies: Sequence[ModelReply]) -> None:
            collector.add([by_index[reply.prompt.index].known for reply in replies])
            self._checks += self._checked(name, by_index, replies)

        collector = PairCollector(options, self._services, route=WATCH_ROUTE, observe=compare, billed=paid.add)
        try:
            return collector.collect(_spread(rows), [flagship])
        except ScrimpError as error:  # of the comparison alone: the run is over and its rows are out
            return error
        finally:
            collector.close()

    def _labels(self, name: str, prompt: Prompt) -> RunLabels:
        """Return labels that name the task of a certificate, where the prompt alone does not tell it."""
        task = self._routes[name].signature
        told = task_signature(prompt, self._options.parameters, None) == task
        return replace(self._options.labels, route=None if told else task, task=None)

    def _checked(
        self, name: str, rows: Mapping[int, _Row], replies: Sequence[ModelReply]
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
    """The sum of what was paid, handed on entry by entry."""

    def __init__(self, billed: Callable[[Entry], None]) -> None:
        self.dollars = Decimal(0)
        self._billed = billed

    def add(self, entry: Entry) -> None:
        """Add a call."""
        self.dollars += entry.cost or Decimal(0)
        self._billed(entry)


def _reached_flagship(route: TunedRoute, entry: Entry) -> bool:
    """Return whether the flagship gave a row's completion: it is the last of several steps."""
    return entry.step > 0 and entry.step == len(route.steps) - 1


def _spread(rows: Sequence[_Row]) -> Iterator[Prompt]:
    """Yield the prompts in an order of their own: where the cap cuts some off, those compared are of the whole run."""
    return (row.known.prompt for row in sorted(rows, key=lambda row: row.key))
