"""A sample of the rows that a run sent and got answers to, spread evenly over it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from threading import Thread

from scrimp.billing.row_cost import cost_in_run
from scrimp.read.selection.sample import StratifiedSample
from scrimp.values import Answered, Outcome, OutcomeSink, Prompt

_MOST_ROWS, _MOST_CHARACTERS = 64, 64_000
# Characters for another look at rows, a tenth of a second or two: a share of those sent, but always some twenty rows
# of usual length, since few tell little; one row may be longer, to a limit.
_SHARE, _LEAST_CHARACTERS, _LONGEST_ROW = 0.002, 64_000, 250_000


class SentRows:
    """Keeps a few of the rows that were sent and paid for, however many there are."""

    def __init__(self, *, enough: Decimal, prepare: Callable[[Prompt], None]) -> None:
        """`prepare` is called with one prompt as soon as rows cost `enough`, in a thread, while calls are in flight."""
        self._enough, self._prepare = enough, prepare
        self._preparing: Thread | None = None
        self._cost = Decimal(0)
        self._sample: StratifiedSample[Answered] | None = None
        self._characters = 0  # sent

    def tee(self, sink: OutcomeSink) -> OutcomeSink:
        """Return a sink that hands all on, and keeps some of the rows that were sent."""

        def take(outcomes: Sequence[Outcome]) -> None:
            sink(outcomes)
            for outcome in outcomes:
                if outcome.entries and isinstance(outcome, Answered) and (cost := cost_in_run(outcome)):
                    self._offer(outcome, cost)

        return take

    @property
    def count(self) -> int:
        """How many rows were sent."""
        return 0 if self._sample is None else self._sample.count

    @property
    def cost(self) -> Decimal:
        """What they cost."""
        return self._cost

    def affordable(self) -> list[Answered]:
        """Return rows, evenly spread, that have a small share of the characters that were sent, or few of them.

        A row of a length that would take longer by itself is left out.
        """
        if self._preparing is not None:
            self._preparing.join()
        rows = [] if self._sample is None else self._sample.rows
        most, step = max(_LEAST_CHARACTERS, int(_SHARE * self._characters)), 1
        while len(some := rows[step // 2 :: step]) > 1 and sum(map(_size, some)) > most:
            step *= 2
        return [row for row in some if _size(row) <= _LONGEST_ROW]

    def _offer(self, row: Answered, cost: Decimal) -> None:
        if self._sample is None:  # a run from the cache sends nothing
            self._sample = StratifiedSample(rows=_MOST_ROWS, size=_MOST_CHARACTERS)
        before, self._cost = self._cost, self._cost + cost
        size = _size(row)
        self._characters += size
        self._sample.offer(row, size)
        if before < self._enough <= self._cost:
            self._preparing = Thread(target=self._prepare, args=(row.prompt,))
            self._preparing.start()


def _size(row: Answered) -> int:
    return len(row.prompt.text) + sum(len(turn.words) for turn in (*row.prompt.history, *row.prompt.after))
