"""How a run ends: the bill, why it stopped, how to resume, and the exit status of design's table."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from scrimp.billing.totals import Bill
from scrimp.cli.results.output import STDOUT, OutputFile, is_same_file
from scrimp.cli.session import Session
from scrimp.errors import ScrimpError, UsageError
from scrimp.flows.engine.run_stop import RunStop
from scrimp.read.inputs.sources import is_stream
from scrimp.render.decimal_json import encode_json
from scrimp.render.run_reporter import RunReporter
from scrimp.render.streams import try_write

NOT_CACHED = 7


def exit_status(bill: Bill, stop: RunStop | None, error: ScrimpError | None, fail_on: str, *, cache_only: bool) -> int:
    """Return 0 when every row was answered, else the status that says why not."""
    if error is not None:
        return error.exit_status
    if stop is None and cache_only and bill.counts.skipped:
        return NOT_CACHED
    return bill.exit_status(fail_on, stop.exit_status if stop is not None else None)


def print_bill(session: Session, bill: Bill, summary: str, *, quiet: bool) -> None:
    """Print the bill in the form that --summary asks for."""
    if summary == "none" or (quiet and summary == "auto"):
        return
    if summary == "json":
        from scrimp.render.bill.document import bill_document  # noqa: PLC0415 - not every run shows it

        try_write(sys.stderr, encode_json(bill_document(bill)).decode() + "\n")
        return
    from scrimp.render.bill.text import bill_lines  # noqa: PLC0415 - nor this

    try_write(sys.stderr, "\n".join([*bill_lines(bill, session.err.width, color=session.err.color), ""]))


def write_summary(session: Session, bill: Bill, path: str | None, output: str) -> UsageError | None:
    """Write the bill as JSON to a file, but not over the rows; print and return the error where it is not written."""
    if path is None:
        return None
    from scrimp.render.bill.document import bill_document  # noqa: PLC0415 - only with --summary-file

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


def keep_former(file: OutputFile, bill: Bill, stop: RunStop | None, error: ScrimpError | None) -> bool:
    """Keep a former output where this run has nothing to put in its place; return whether that was so."""
    counts = bill.counts
    answered = counts.ok + counts.truncated > 0
    nothing_written = error is not None and not counts.total
    if not answered and (nothing_written or (file.replaces and (stop or error or counts.total))):
        file.discard()
    return file.discarded and file.replaces


def report_end(
    session: Session, reporter: RunReporter, stop: RunStop | None, error: ScrimpError | None, inputs: Sequence[str]
) -> None:
    """Print why a run stopped and the command that resumes it, or why the first of its failed rows failed."""
    if reporter.first_failure and (stop is None or stop.reason == "failures"):
        session.messages.note(f"the first failed row: {reporter.first_failure}")
    if stop is not None and stop.message:
        session.messages.error(stop.message)
    if stop is not None and stop.continues:
        piped = " (with the same input piped in)" if is_stream(inputs) else ""
        session.messages.note(
            session.services.keys.redact(f"to resume{piped}: {shlex.join(['scrimp', *sys.argv[1:]])}")
        )
    if error is not None:
        session.messages.error(session.services.keys.redact(str(error)))
