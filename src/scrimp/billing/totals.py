"""Outcomes added up, in constant memory, to what a run did and what it cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.billing.compression import CompressionTotals
from scrimp.billing.level_savings import DearCalls, HigherLevelSavings
from scrimp.billing.row_cost import cost_in_run
from scrimp.billing.savings import Comparison, Savings, cost_then
from scrimp.enums import PAID_STATUSES, Effort, FailOn, OnDear
from scrimp.errors import NOTHING_ANSWERED, SOME_FAILED
from scrimp.values import Answer, Answered, Entry, ExpectedRow, Outcome, both_names

if TYPE_CHECKING:
    from scrimp.billing.call_sum import CallSum
    from scrimp.billing.expected_cost import ExpectedCost


class RowCounts(Struct):
    """Rows by their status, and how many were answered without a call."""

    total: int = 0
    ok: int = 0
    error: int = 0
    truncated: int = 0
    skipped: int = 0
    pending: int = 0  # not reached: no request was made
    hits: int = 0
    duplicates: int = 0
    chained: int = 0  # answered by calls along a chain of several models
    escalated: int = 0  # chained rows that went above the cheap models

    @property
    def failed(self) -> int:
        """Rows without a completion, and with none to come."""
        return self.error + self.truncated + self.skipped


class BillLine(Struct):
    """Sums of one line of the bill."""

    rows: int = 0
    calls: int = 0
    input: int = 0
    output: int = 0
    cost: Decimal = Decimal(0)
    unpriced_calls: int = 0  # calls whose cost is unknown
    uncounted_calls: int = 0  # unpriced calls whose reply did not report tokens
    answered_by: str | None = None  # for a model: the model that answered in its place, if another did
    effort: Effort | None = None  # for a model: the effort it was asked for

    def add_call(self, entry: Entry) -> None:
        """Add a call."""
        self.calls += 1
        if entry.usage is not None:
            self.input += entry.usage.input
            self.output += entry.usage.output
        if entry.cost is None:
            self.unpriced_calls += 1
            self.uncounted_calls += entry.usage is None
        else:
            self.cost += entry.cost

    def complete(self, calls: Sequence[CallSum], counted: Sequence[BillLine]) -> None:
        """Add the calls that are not in any of the lines that counted them."""
        self.calls += sum(each.calls for each in calls) - sum(line.calls for line in counted)
        self.input += sum(each.input for each in calls) - sum(line.input for line in counted)
        self.output += sum(each.output for each in calls) - sum(line.output for line in counted)
        self.cost += sum((each.cost for each in calls), Decimal(0)) - sum((each.cost for each in counted), Decimal(0))
        self.unpriced_calls += sum(each.unpriced for each in calls) - sum(line.unpriced_calls for line in counted)


class Bill:
    """Rows, calls and costs of one run; `cap` is what --max-cost allowed."""

    def __init__(self, *, cap: Decimal | None = None, cost_now: Callable[[Answer], Comparison] = cost_then) -> None:
        """`cost_now` says what a row of the cache would cost if it were called."""
        self.cap = cap
        self.counts = RowCounts()
        self.savings = Savings(cost_now)
        self.estimated_calls = 0
        self.compression = CompressionTotals()
        self.higher_levels: HigherLevelSavings | None = None  # what they would have saved; None: not computed
        self.above_cliffs: Sequence[DearCalls] = ()  # calls that were so long that their models charged more
        self._hits, self._duplicates = BillLine(), BillLine()
        self._models: dict[tuple[str, str | None, Effort | None], BillLine] = {}
        # Calls without a completion: of rows answered in the end, and of rows that failed.
        self._retried, self._failed, self._lost = BillLine(), BillLine(), BillLine()
        self._watch, self._stored = BillLine(), BillLine()
        self.expected: ExpectedCost | None = None  # None if no row was called
        self.dear: dict[OnDear, int] = {}  # rows above what one may cost, by what became of them

    def add(self, outcome: Outcome) -> None:
        """Add one row."""
        self.counts.total += 1
        cost = cost_in_run(outcome)
        self.savings.add(outcome, cost)
        if outcome.expected is not None:
            self._add_expected(outcome, outcome.expected, cost)
        dear = outcome.answer.dear if isinstance(outcome, Answered) else outcome.dear
        if dear is not None and outcome.cache in {"miss", "off"}:
            self.dear[dear.action] = self.dear.get(dear.action, 0) + 1
        if outcome.answer is not None and outcome.cache in {"miss", "off"}:
            self.compression.add(outcome.answer.compressed)
            self._add_climb(outcome.answer)
        if isinstance(outcome, Answered):
            self.counts.ok += 1
            self._add_calls(outcome.entries, self._retried)
            self._answered_line(outcome, outcome.answer).rows += 1
            return
        self._add_calls(outcome.entries, self._failed)
        setattr(self.counts, outcome.status, getattr(self.counts, outcome.status) + 1)

    def _add_expected(self, outcome: Outcome, expected: ExpectedRow, cost: Decimal | None) -> None:
        if self.expected is None:
            from scrimp.billing.expected_cost import ExpectedCost  # a run from the cache expects nothing

            self.expected = ExpectedCost()
        if cost is not None and any(each.status in PAID_STATUSES for each in outcome.entries):
            self.expected.add(expected, cost)

    def _add_climb(self, answer: Answer) -> None:
        self.counts.chained += answer.chain is not None
        self.counts.escalated += answer.escalated

    def add_watch(self, entry: Entry) -> None:
        """Add a call that compares a row of a certified route with its flagship."""
        self.estimated_calls += entry.estimated
        self._watch.add_call(entry)
        self.savings.add_watch(entry.cost)

    def add_stored(self, entry: Entry) -> None:
        """Add what storing the beginnings of prompts at a provider cost."""
        self._stored.add_call(entry)
        self.savings.add_stored(entry.cost)

    def complete(self, calls: Sequence[CallSum]) -> None:
        """Add what the ledger has of this run beyond its rows: calls of workers that died before they handed them over.

        The rows of these came from the cache then, or were called again.
        """
        if sum(each.calls for each in calls) <= self.calls:
            return
        from copy import copy  # workers seldom die

        before = self.cost
        for each in calls:
            if each.status in PAID_STATUSES:
                line = self._model_line(each.model, each.answered_by, each.effort)
                line.complete([each], [copy(line)])
        lost, failed = ([each for each in calls if each.status == status] for status in ("lost", "failed"))
        self._lost.complete(lost, [copy(self._lost)])
        self._retried.complete(failed, [copy(self._retried), self._failed])
        self.savings.add_other_attempts(self.cost - before)

    def _add_calls(self, entries: tuple[Entry, ...], wasted: BillLine) -> None:
        for entry in entries:
            self.estimated_calls += entry.estimated
            if entry.status in PAID_STATUSES:
                self._called_model_line(entry).add_call(entry)
            elif entry.status == "lost":
                self._lost.add_call(entry)
            else:
                wasted.add_call(entry)

    def _model_line(self, name: str, answered_by: str | None, effort: Effort | None) -> BillLine:
        line = self._models.get((name, answered_by, effort))
        if line is None:
            line = self._models[name, answered_by, effort] = BillLine(answered_by=answered_by, effort=effort)
        return line

    def _answered_line(self, outcome: Answered, answer: Answer) -> BillLine:
        """Return the line that an answered row belongs to; a hit or a duplicate is counted as such."""
        if outcome.cache == "hit":
            self.counts.hits += 1
            return self._hits
        if outcome.cache == "dup":
            self.counts.duplicates += 1
            return self._duplicates
        if not outcome.entries:  # answered earlier, by calls whose entries we do not have
            line = self._model_line(f"{answer.provider}/{answer.model}", None, answer.effort)
            line.calls += answer.attempts
            if answer.usage is not None:
                line.input += answer.usage.input
                line.output += answer.usage.output
            line.cost += answer.cost or 0
            line.unpriced_calls += answer.cost is None
            line.uncounted_calls += answer.cost is None and answer.usage is None
            return line
        return self._called_model_line(outcome.entry or outcome.entries[-1])

    def _called_model_line(self, entry: Entry) -> BillLine:
        """Return the line of the model of a call, by the name it was called by: it may report a longer one."""
        return self._model_line(f"{entry.provider}/{entry.model}", entry.answered_by, entry.effort)

    @property
    def cost(self) -> Decimal:
        """Dollars of all calls whose cost is known."""
        return sum((line.cost for line in self._call_lines()), Decimal(0))

    @property
    def calls(self) -> int:
        """Calls that were sent, whatever came of them."""
        return sum(line.calls for line in self._call_lines())

    @property
    def lost_calls(self) -> int:
        """Calls without a whole reply: they may have been billed."""
        return self._lost.calls

    @property
    def unpriced_calls(self) -> Mapping[str, int]:
        """Calls that were answered at an unknown cost, by model."""
        return self._by_model(lambda line: line.unpriced_calls)

    @property
    def uncounted_calls(self) -> Mapping[str, int]:
        """Of these, calls whose tokens no reply reported, by model: a price would not tell their cost."""
        return self._by_model(lambda line: line.uncounted_calls)

    def _by_model(self, number: Callable[[BillLine], int]) -> Mapping[str, int]:
        calls: Counter[str] = Counter()
        for (name, answered_by, _), line in self._models.items():
            calls[both_names(name, answered_by)] += number(line)
        return +calls

    @property
    def unknown_calls(self) -> int:
        """Calls of unknown cost, lost ones among them: what the run cost is at least the cost of the others."""
        return sum(line.unpriced_calls for line in self._call_lines())

    def _call_lines(self) -> tuple[BillLine, ...]:
        return (*self._models.values(), self._watch, self._stored, self._retried, self._failed, self._lost)

    def lines(self) -> Iterator[tuple[str, BillLine]]:
        """Yield the lines of the bill that have rows or calls, the most expensive model first.

        A model that was asked for several efforts, or is compared with one of its own, has a line for each of them.
        """
        counts = self.counts
        failed = BillLine(counts.error, self._failed.calls, cost=self._failed.cost)
        named = [("cache hit", self._hits), ("duplicate", self._duplicates)]
        efforts: dict[str, set[Effort | None]] = {}
        for name, _, effort in self._models:
            efforts.setdefault(name, set()).add(effort)
        compared = {baseline.rpartition("@")[0] for baseline in self.savings.baselines}
        models = [
            (f"{name}@{effort}" if effort and (len(efforts[name]) > 1 or name in compared) else name, line)
            for (name, _, effort), line in self._models.items()
        ]
        named += sorted(models, key=lambda item: (-item[1].cost, -item[1].calls, item[0], item[1].answered_by or ""))
        named += [("quality shadow", self._watch), ("explicit caches", self._stored)]
        named += [("failed calls", self._retried), ("lost calls", self._lost), ("failed", failed)]
        named += [(status, BillLine(rows=getattr(counts, status))) for status in ("truncated", "skipped", "pending")]
        return ((name, line) for name, line in named if line.rows or line.calls)

    def exit_status(self, fail_on: FailOn, stopped: int | None = None) -> int:
        """Return the exit status by the rows that failed; `stopped` is the status of a run that was stopped.

        With fail_on `all` it is an error only that no row was answered, with `never` not even that.
        """
        if stopped is not None:
            return stopped
        if fail_on == "never" or not (self.counts.failed or self.counts.pending):
            return 0
        if not self.counts.ok:
            return NOTHING_ANSWERED
        return SOME_FAILED if fail_on == "any" else 0
