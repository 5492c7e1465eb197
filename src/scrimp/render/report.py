"""Where outcomes end: a row, a line of the bill, a step of the bar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from scrimp.render.bill import Bill
from scrimp.render.progress import Progress
from scrimp.render.rows import RowWriter
from scrimp.render.streams import Messages
from scrimp.values import Outcome


class Report:
    """Takes outcomes of a run as they come."""

    def __init__(
        self, writer: RowWriter, stream: BinaryIO, bill: Bill, bar: Progress, verbose: Messages | None
    ) -> None:
        self._writer, self._stream, self._bill, self._bar, self._verbose = writer, stream, bill, bar, verbose

    def take(self, outcomes: Sequence[Outcome]) -> None:
        """Print a group of outcomes; whoever reads a pipe sees them at once."""
        for outcome in outcomes:
            self._bill.add(outcome)
            self._writer.write(outcome)
            if self._verbose is not None:
                self._verbose.outcome(outcome)
        self._stream.flush()
        self._bar.update(done=self._bill.rows, failed=self._bill.failed, cost=self._bill.total)

    def close(self, *, broken: bool) -> None:
        """End the output, unless nobody reads it any more."""
        if not broken:
            self._writer.close()
            self._stream.flush()
