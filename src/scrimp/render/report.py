"""Where outcomes end: a row, a line of the bill, a step of the bar."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal

from scrimp.billing.totals import Bill
from scrimp.errors import OutputError
from scrimp.render.rows.writers import RowWriter
from scrimp.values import Failed, Outcome


class Report:
    """Takes the outcomes of a run as they come."""

    def __init__(
        self,
        writer: RowWriter,
        bill: Bill,
        progress: Callable[[int, int, Decimal, int], None],
        tell: Callable[[str], None] | None,
        clear: Callable[[], None] = lambda: None,
    ) -> None:
        self._writer, self._bill, self._progress, self._tell = writer, bill, progress, tell
        self._clear = clear  # a bar on the terminal that rows go to has to leave first
        self.first_failure: str | None = None

    def take(self, outcomes: Sequence[Outcome]) -> None:
        """Print a group of outcomes; whoever reads a pipe sees them at once."""
        self._clear()
        with _writing():
            self._write(outcomes)
        counts = self._bill.counts
        self._progress(counts.total, counts.failed, self._bill.cost, counts.hits + counts.duplicates)

    def close(self) -> None:
        """End the output."""
        with _writing():
            self._writer.close()

    def _write(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:  # all that was paid belongs in the bill, whether or not it can be written
            self._bill.add(outcome)
        for outcome in outcomes:
            self._writer.write(outcome)
            if self.first_failure is None and isinstance(outcome, Failed):
                self.first_failure = f"{outcome.prompt.source}: {outcome.failure.message}"
            if self._tell is not None:
                self._tell(_told(outcome))
        self._writer.flush()


@contextmanager
def _writing() -> Iterator[None]:
    """Turn a full disk into a sentence; that a reader has left is for others to hear."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(
            f"rows cannot be written ({error.strerror}): what was answered is kept; make room, and the same command "
            "line continues"
        ) from error


def _told(outcome: Outcome) -> str:
    """Return where a row went and why."""
    if isinstance(outcome, Failed):
        return f"{outcome.prompt.source}: {outcome.status}: {outcome.failure.message}"
    answer = outcome.answer
    sure = "" if answer.confidence is None else f", confidence {answer.confidence:.2f}"
    return f"{outcome.prompt.source}: {outcome.cache}: {answer.provider}/{answer.model} ({answer.why}{sure})"
