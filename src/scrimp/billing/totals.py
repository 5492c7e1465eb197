"""Outcomes added up, in constant memory, to what a run did and what it cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from msgspec import Struct

from scrimp.billing.compression import CompressionTotals
from scrimp.billing.row_cost import cost_in_run
from scrimp.billing.saving import Saving
from scrimp.values import Answer, Answered, Entry, Outcome

_PAID = ("paid", "truncated")


class RowCounts(Struct):
    """Rows by their status, and how many were answered without a call."""

    total: int = 0
    ok: int = 0
    error: int = 0
    truncated: int = 0
    skipped: int = 0
    pending: int = 0
    hits: int = 0
    duplicates: int = 0

    @property
    def failed(self) -> int:
        """Rows that have no completion and wait for none."""
        return self.error + self.truncated + self.skipped


class BillLine(Struct):
    """One line of the bill, adding up."""

    rows: int = 0
    calls: int = 0
    input: int = 0
    output: int = 0
    cost: Decimal = Decimal(0)
    unpriced: int = 0  # calls whose cost is unknown

    def book(self, entry: Entry) -> None:
        """Add a call."""
        self.calls += 1
        if entry.usage is not None:
            self.input += entry.usage.input
            self.output += entry.usage.output
        if entry.cost is None:
            self.unpriced += 1
        else:
            self.cost += entry.cost


class Bill:
    """What became of the rows of one run; `cap` is what --max-cost allowed."""

    def __init__(self, *, cap: Decimal | None = None) -> None:
        self.cap = cap
        self.counts = RowCounts()
        self.saving = Saving()
        self.estimated = 0
        self.shortened = CompressionTotals()
        self._hits, self._duplicates, self._models = BillLine(), BillLine(), dict[str, BillLine]()
        # Calls that gave nothing: of rows answered in the end, and of rows that were not.
        self._retried, self._failed, self._lost = BillLine(), BillLine(), BillLine()

    def add(self, outcome: Outcome) -> None:
        """Add one row."""
        self.counts.total += 1
        self.saving.add(outcome, cost_in_run(outcome))
        if outcome.answer is not None and outcome.cache in {"miss", "off"}:
            self.shortened.add(outcome.answer.compressed)
        if isinstance(outcome, Answered):
            self.counts.ok += 1
            self._book(outcome.entries, self._retried)
            self._line_of(outcome, outcome.answer).rows += 1
            return
        self._book(outcome.entries, self._failed)
        setattr(self.counts, outcome.status, getattr(self.counts, outcome.status) + 1)

    def _book(self, entries: tuple[Entry, ...], wasted: BillLine) -> None:
        for entry in entries:
            self.estimated += entry.estimated
            if entry.status in _PAID:
                self._model(entry.provider, entry.model).book(entry)
            elif entry.status == "lost":
                self._lost.book(entry)
            else:
                wasted.book(entry)

    def _model(self, provider: str, model: str) -> BillLine:
        return self._models.setdefault(f"{provider}/{model}", BillLine())

    def _line_of(self, outcome: Answered, answer: Answer) -> BillLine:
        if outcome.cache == "hit":
            self.counts.hits += 1
            return self._hits
        if outcome.cache == "dup":
            self.counts.duplicates += 1
            return self._duplicates
        if not outcome.entries:  # answered earlier, by calls that are not at hand
            line = self._model(answer.provider, answer.model)
            line.calls += answer.attempts
            if answer.usage is not None:
                line.input += answer.usage.input
                line.output += answer.usage.output
            line.cost += answer.cost or 0
            line.unpriced += answer.cost is None
            return line
        return self._called(outcome)

    def _called(self, outcome: Answered) -> BillLine:
        """Return the line of the model that answered, by the name it was called by: it may report a longer one."""
        entry = outcome.entry or outcome.entries[-1]
        return self._model(entry.provider, entry.model)

    @property
    def cost(self) -> Decimal:
        """Dollars of all calls whose cost is known."""
        return sum((line.cost for line in self._calling()), Decimal(0))

    @property
    def calls(self) -> int:
        """Calls that were sent, whatever came of them."""
        return sum(line.calls for line in self._calling())

    @property
    def lost(self) -> int:
        """Calls without a whole reply: they may have been billed."""
        return self._lost.calls

    @property
    def unpriced(self) -> Mapping[str, int]:
        """Calls that were answered at an unknown price, by model."""
        return {name: line.unpriced for name, line in self._models.items() if line.unpriced}

    def _calling(self) -> tuple[BillLine, ...]:
        return (*self._models.values(), self._retried, self._failed, self._lost)

    def parts(self) -> Iterator[tuple[str, BillLine]]:
        """Yield the lines of the bill that have something in them, the dearest model first."""
        counts = self.counts
        failed = BillLine(counts.error, self._failed.calls, cost=self._failed.cost)
        named = [("cache hit", self._hits), ("duplicate", self._duplicates)]
        named += sorted(self._models.items(), key=lambda item: (-item[1].cost, -item[1].calls, item[0]))
        named += [("failed calls", self._retried), ("lost calls", self._lost), ("failed", failed)]
        named += [(word, BillLine(rows=getattr(counts, word))) for word in ("truncated", "skipped", "pending")]
        return ((name, line) for name, line in named if line.rows or line.calls)

    def exit_status(self, fail_on: str, stopped: int | None = None) -> int:
        """Return how the run ended: 0 all rows answered, 3 some failed, 4 nothing succeeded; a stop has its own."""
        if stopped is not None:
            return stopped
        if not self.counts.failed:
            return 0
        if not self.counts.ok and not self.counts.pending:
            return 4
        return 3 if fail_on == "any" else 0
