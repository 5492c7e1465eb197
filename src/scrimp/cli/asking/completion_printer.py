"""A completion on stdout, as it comes or once it is there, and what is said of it on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from scrimp.billing.totals import Bill
from scrimp.errors import OutputError
from scrimp.render.terminal import escape_controls
from scrimp.values import Answered, Failure, Outcome

if TYPE_CHECKING:
    from scrimp.cli.session import Session
    from scrimp.flows.plan.run_options import RunOptions


def any_text(options: RunOptions) -> bool:
    """Return whether any completion is taken, so that it may be printed before the whole of it is there."""
    return not (options.parameters.structured or options.check or options.chain)


class CompletionPrinter:
    """Prints the pieces of a completion as they come, or the whole of it once it is there."""

    def __init__(self, session: Session, options: RunOptions, *, verbose: bool) -> None:
        self._session, self._verbose = session, verbose
        self.bill = Bill(cap=options.limits.max_cost)
        self.failures: list[Failure] = []
        self.completion: str | None = None  # the first
        self._last_character = ""
        self.output_error: BrokenPipeError | OutputError | None = None  # why the completion could not be printed
        # The only thing that can be wrong with a text is that it was cut off, and it is still worth reading.
        self._any_text = any_text(options)
        self._shows = options.streams and session.out.terminal
        if self._shows and session.err.terminal:
            session.messages.begin_lines_by(self._end_line)

    @property
    def show(self) -> Callable[[str], None] | None:
        """What prints the pieces of a completion as they come; None if it is printed whole."""
        return self._print if self._shows else None

    def take(self, outcomes: Sequence[Outcome]) -> None:
        """Print what was not printed yet; remember what went wrong."""
        for outcome in outcomes:
            self.bill.add(outcome)
            answer = outcome.answer
            wanted = isinstance(outcome, Answered) or self._any_text
            rest = answer.output if answer is not None and wanted and not self._last_character else ""
            last_character = (self._last_character + rest)[-1:]
            self._print(rest if last_character in ("", "\n") else rest + "\n")
            self._last_character = ""
            if isinstance(outcome, Answered) and self.completion is None:
                self.completion = outcome.answer.output
            if not isinstance(outcome, Answered):
                self.failures.append(outcome.failure)
            elif self._verbose:
                model = f"{answer.provider}/{answer.model}" if answer else ""
                self._session.messages.note(f"{outcome.cache}: {model} ({answer.why if answer else ''})")

    def _end_line(self) -> None:
        """End a line in which the completion has come so far: what comes next goes on below the message."""
        if self._last_character not in ("", "\n"):
            self._print("\n")

    def _print(self, piece: str) -> None:
        """Print a piece while there is a reader; a completion that was paid for is kept either way."""
        self._last_character = (self._last_character + piece)[-1:]
        if self.output_error is not None or not piece:
            return
        try:
            sys.stdout.write(escape_controls(piece) if self._session.out.terminal else piece)
            sys.stdout.flush()
        except BrokenPipeError as error:
            self.output_error = error
        except OSError as error:
            self.output_error = OutputError(
                f"stdout cannot be written ({error.strerror}); the completion is in the cache: rerun the same command"
            )
