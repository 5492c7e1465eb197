"""Where the outcomes of a run end: each becomes a row, part of the bill and a step of the progress bar."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal

from scrimp.billing.totals import Bill
from scrimp.enums import CacheMode
from scrimp.errors import OutputError, rerun_hint
from scrimp.render.rows.writers import RowWriter
from scrimp.values import Answered, Failed, Outcome

_MOST_HELD = 50_000  # characters of rows that are flushed at once: where a disk is full, at most these find no room


class RunReporter:
    """Reports the outcomes of a run as they come."""

    def __init__(
        self,
        writer: RowWriter,
        bill: Bill,
        progress: Callable[[int, int, Decimal, int, int, int], None],
        explain: Callable[[str], None] | None,
        clear: Callable[[], None] = lambda: None,
        *,
        cache: CacheMode = "on",
        kept: Callable[[], bool] = lambda: True,
        flushed: Callable[[], None] = lambda: None,
    ) -> None:
        """`cache`, and whether rows are `kept` in it, say what a rerun finds of those that cannot be written.

        `flushed` is called after whole rows are.
        """
        self._writer, self._bill, self._progress, self._explain = writer, bill, progress, explain
        self._cache, self._kept, self._flushed = cache, kept, flushed
        self._clear = clear  # erases the bar, where rows go to the terminal it is drawn on
        self.first_failure: str | None = None

    def report(self, outcomes: Sequence[Outcome]) -> None:
        """Print a group of outcomes and flush it, so that the reader of a pipe sees it at once."""
        self._clear()
        with self._output_errors():
            self._write(outcomes)
        counts = self._bill.counts
        free = counts.hits + counts.duplicates
        self._progress(counts.total, counts.failed, self._bill.cost, free, self._bill.unknown_calls, counts.escalated)

    @property
    def has_rows(self) -> bool:
        """Whether any row has come."""
        return self._bill.counts.total > 0

    def close(self) -> None:
        """End the output."""
        self._clear()
        with self._output_errors():
            self._writer.close()

    def _write(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:  # all that was paid belongs in the bill, whether or not it can be written
            self._bill.add(outcome)
        held = 0  # characters, about
        for outcome in outcomes:
            if held > _MOST_HELD:
                self._flush()
                held = 0
            self._writer.write(outcome)
            held += len(outcome.prompt.text) + (len(outcome.answer.output) if isinstance(outcome, Answered) else 0)
            if self.first_failure is None and isinstance(outcome, Failed) and not outcome.in_batch:
                where = f"{outcome.prompt.source}: "  # some messages begin with it
                self.first_failure = where + outcome.failure.message.removeprefix(where)
            if self._explain is not None:
                self._explain(_explanation(outcome))
        self._flush()

    def _flush(self) -> None:
        self._writer.flush()
        self._flushed()

    @contextmanager
    def _output_errors(self) -> Iterator[None]:
        """Turn an OSError such as a full disk into a sentence; BrokenPipeError, a reader that left, passes through."""
        try:
            yield
        except BrokenPipeError:
            raise
        except OSError as error:
            hint = rerun_hint(self._cache, kept=self._kept())
            raise OutputError(f"rows cannot be written ({error.strerror}): free some space; {hint}") from error


def _explanation(outcome: Outcome) -> str:
    """Return which model a row went to and why, or why it failed."""
    if isinstance(outcome, Failed):
        return f"{outcome.prompt.source}: {outcome.status}: {outcome.failure.message}"
    answer = outcome.answer
    confidence = "" if answer.confidence is None else f", confidence {answer.confidence:.2f}"
    effort = f"@{answer.effort}" if answer.effort else ""
    model = f"{answer.provider}/{answer.model}{effort}"
    return f"{outcome.prompt.source}: {outcome.cache}: {model} ({answer.why}{confidence})"
