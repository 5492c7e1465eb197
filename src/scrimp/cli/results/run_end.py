"""How a run ends: the bill, why it stopped, how to resume, and the exit status of design's table."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from scrimp.billing.totals import Bill
from scrimp.cli.printing import print_json
from scrimp.cli.results.exit_status import exit_status
from scrimp.cli.results.output import STDOUT, OutputFile
from scrimp.cli.results.output_target import OutputTarget
from scrimp.cli.session import Session
from scrimp.enums import FailOn
from scrimp.errors import OutputError, ScrimpError, UsageError
from scrimp.flows.engine.stops.run_stop import RunStop
from scrimp.read.inputs.sources import is_stream
from scrimp.render.decimal_json import encode_json
from scrimp.render.streams import try_write, try_write_line


class RunEnding(Struct, frozen=True):
    """How a run ended; `former_file` is the output that stayed as it was: nothing, or not all, could take its place."""

    bill: Bill
    stop: RunStop | None
    error: ScrimpError | None
    first_failure: str | None
    former_file: str | None
    aside: Path | None = None  # where rows are that no other place has

    @property
    def complete(self) -> bool:
        """Whether all rows were taken."""
        return self.stop is None and self.error is None

    def exit_status(self, fail_on: FailOn, *, cache_only: bool) -> int:
        """Return the exit status of the run itself."""
        return exit_status(self.bill, self.stop, self.error, fail_on, cache_only=cache_only)

    def report(self, session: Session, inputs: Sequence[str], summary: str, *, quiet: bool) -> None:
        """Print the bill in the form of --summary, and why the run stopped."""
        if self.former_file is not None:
            unanswered = "" if isinstance(self.error, OutputError) else "no row was answered: "
            aside = "" if self.aside is None else f"; the rows that found room are in {self.aside}"
            session.messages.note(f"{unanswered}{self.former_file} is as it was before{aside}")
        reader_is_there = self.stop is None or self.stop.reason != "pipe"
        if reader_is_there and (self.bill.counts.total or self.error is None):
            _print_bill(session, self.bill, summary, quiet=quiet)
        self._report_end(session, inputs)

    def _report_end(self, session: Session, inputs: Sequence[str]) -> None:
        """Print why the run stopped and the command that resumes it, or why the first of its failed rows failed."""
        stop, messages, redact = self.stop, session.messages, session.services.keys.redact
        if self.first_failure and (stop is None or stop.reason == "failures"):
            messages.note(f"the first failed row: {self.first_failure}")
        if stop is not None and stop.message:
            messages.error(stop.message)
        if stop is not None and stop.continues:
            from shlex import join  # most runs end as they should

            piped = " (with the same input piped in)" if is_stream(inputs) else ""
            messages.note(redact(f"to resume{piped}: {join(['scrimp', *sys.argv[1:]])}"))
        if self.error is not None:
            messages.error(redact(str(self.error)))


def keep_former(
    file: OutputFile, bill: Bill, stop: RunStop | None, error: ScrimpError | None, *, rows_later: bool = False,
    cached: Callable[[], bool] = lambda: True,
) -> bool:  # fmt: skip
    """Keep a former output where this run has nothing to put in its place; return whether that is worth a word.

    It is not where `rows_later` says that another command makes the rows. Rows that are not all written and not
    `cached` either are set aside: they were paid for.
    """
    if rows_later:
        file.discard()
        return False
    counts = bill.counts
    answered = counts.ok + counts.truncated > 0
    nothing_written = error is not None and not counts.total
    if not answered and (nothing_written or (file.replaces and (stop or error or counts.total))):
        file.discard()
    if isinstance(error, OutputError):  # what was written last may be half a row
        if file.replaces and cached():
            file.discard()
        elif file.replaces:
            file.set_aside()
        file.end_at_whole_rows()
    return file.replaces and (file.discarded or file.is_aside)


def write_summary(session: Session, bill: Bill, target: OutputTarget) -> UsageError | None:
    """Write the bill as JSON to a file, but not over the rows; print and return the error where it is not written.

    It goes to stdout for -, which is allowed where rows go elsewhere.
    """
    path, output = target.summary_file, target.name
    if path is None:
        return None
    from scrimp.read.inputs.same_file import is_same_file  # only with --summary-file
    from scrimp.render.bill.document import bill_document

    if path == STDOUT:
        print_json(bill_document(bill))
        return None
    error: UsageError | None = None
    if output != STDOUT and is_same_file(path, output):
        error = UsageError(f"--summary-file: {path} has the rows of -o, so the bill is not written: name another file")
    else:
        try:
            Path(path).write_bytes(encode_json(bill_document(bill)) + b"\n")
        except OSError as os_error:
            error = UsageError(f"--summary-file: {path} cannot be written ({os_error.strerror}): name another file")
    if error is not None:
        session.messages.error(str(error))
    return error


def _print_bill(session: Session, bill: Bill, summary: str, *, quiet: bool) -> None:
    """Print the bill in the form that --summary asks for."""
    if summary == "none" or (quiet and summary == "auto"):
        return
    if summary == "json":
        from scrimp.render.bill.document import bill_document  # not every run shows it

        try_write_line(sys.stderr, encode_json(bill_document(bill)).decode())
        return
    from scrimp.render.bill.text import bill_lines

    try_write(sys.stderr, "\n".join([*bill_lines(bill, session.err.width, color=session.err.color), ""]))
