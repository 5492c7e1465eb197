"""What `scrimp run` does: rows are read, answered and written as they come, and the bill is printed at the end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.billing.totals import Bill
from scrimp.cli.flags.comma_lists import comma_list
from scrimp.cli.flags.run_options import config_flags
from scrimp.cli.observers.higher_levels import sent_rows
from scrimp.cli.observers.run_observers import RunObservers
from scrimp.cli.observers.run_record import command_words
from scrimp.cli.results.output import open_output
from scrimp.cli.results.run_end import RunEnding, keep_former, write_summary
from scrimp.cli.running.run_flow import run_flow
from scrimp.cli.running.run_setup import RunSetup, run_setup
from scrimp.cli.session import open_session
from scrimp.errors import OutputError, ScrimpError
from scrimp.flows.engine.stops.run_stop import BETWEEN_CALLS, PIPE, RunStop
from scrimp.read.selection.shard import parse_shard
from scrimp.render.progress import Progress, open_progress
from scrimp.render.rows.writers import open_row_writer
from scrimp.render.run_reporter import RunReporter

if TYPE_CHECKING:
    from scrimp.cli.flags.all_run_flags import AllRunFlags
    from scrimp.cli.flags.run_flags import BatchFlags
    from scrimp.render.rows.writers import RowWriter


def run_rows(inputs: Sequence[str], flags: AllRunFlags) -> int:
    """Answer the rows of inputs, or show what would be sent of them; return the exit status."""
    given, shard = config_flags(*flags.with_defaults), parse_shard(flags.reading.shard)
    with open_session(
        given, quiet=flags.screen.quiet, may_be_idle=flags.batch.job is not None,
        shard=None if shard is None else shard.name,
    ) as session:  # fmt: skip
        setup = run_setup(session, inputs, flags)
        if flags.look.dry_run:
            from scrimp.cli.previews.dry_run import print_requests  # most runs send what they have

            return print_requests(session, setup.rows, setup.options, limit=setup.source.options.limit)
        return _answer(setup)


def _answer(setup: RunSetup) -> int:
    """Answer rows and write them to the target, or have workers write them in parts; return the exit status."""
    session, flags, options, target = setup.session, setup.flags, setup.options, setup.target
    open_writer = _writer_opener(setup)
    bill = Bill(cap=options.limits.max_cost, cost_now=session.services.cost_now(options))
    observers = RunObservers(session, options, sent_rows(options, flags.written, flags.screen))
    closing, stores = target.closing(flags.written.out), session.services.stores
    with _progress(setup) as bar, open_output(target.file, closing=closing, note=session.messages.note) as file:
        writer, rows = target.row_writer(file, setup.rows, open_writer, session)
        explain = session.messages.note if flags.screen.verbose else None
        clear = bar.clear if target.is_terminal(session) else _nothing
        reporter = RunReporter(
            writer, bill, bar.update, explain, clear=clear, cache=options.cache,
            kept=lambda: not stores.read_only, flushed=file.mark_whole,
        )  # fmt: skip
        take = observers.begin(tuple(command_words(setup.source.names, flags.recorded)), reporter.report)
        stop, error = _drive(reporter, run_flow(replace(setup, rows=rows), take, bill, bar))
        without_rows = _without_rows(flags.batch, bill, stop)

        def cached() -> bool:
            return options.cache != "off" and not (options.allow_unkept or stores.read_only)

        kept = keep_former(file, bill, stop, error, rows_later=without_rows, cached=cached)
    former = target.name if kept else None
    ending = RunEnding(bill, stop, error, reporter.first_failure, former_file=former, aside=file.aside)
    observers.add_to(bill, complete=ending.complete)
    summary = "none" if without_rows else flags.written.summary
    ending.report(session, setup.source.names, summary, quiet=flags.screen.quiet)
    observers.follow_up(complete=ending.complete)
    unwritten = write_summary(session, bill, target)
    status = ending.exit_status(flags.stops.fail_on, cache_only=options.cache == "only")
    status = status or (0 if unwritten is None else unwritten.exit_status)
    observers.end(bill, status, stop, error)
    return status


@contextmanager
def _progress(setup: RunSetup) -> Iterator[Progress]:
    """Show progress, with messages above it, until the output is complete."""
    session = setup.session
    mode = "none" if setup.flags.screen.quiet else session.defaults.progress
    if mode == "auto" and session.err.movable_cursor and setup.target.is_written_in_between():
        mode = "lines"
    bar = open_progress(sys.stderr, mode, setup.total, session.err)
    session.messages.redirect(bar.print_message)
    try:
        yield bar
    finally:
        bar.close()
        session.messages.redirect(None)


def _writer_opener(setup: RunSetup) -> Callable[..., RowWriter]:
    """Return a function that opens a writer of rows in the format and with the fields of the flags."""
    session, written, target, read = setup.session, setup.flags.written, setup.target, setup.source.options
    return partial(
        open_row_writer, out=target.format(written.out),
        fields=None if written.fields is None else comma_list(written.fields, "--fields"),
        terminal=target.is_terminal(session), warn=session.messages.warn, style=session.out,
        parsed=setup.options.parameters.structured, delimiter=read.delimiter, encoding=read.encoding,
        table=lambda: setup.headers[0] if setup.headers else None,
    )  # fmt: skip


def _without_rows(batch: BatchFlags, bill: Bill, stop: RunStop | None) -> bool:
    """Return whether another command will make the rows: there is nothing to write, and no bill yet."""
    return batch.leaves or (stop is not None and stop.reason == "batch" and not bill.counts.total)


def _drive(reporter: RunReporter, drive: Callable[[], RunStop | None]) -> tuple[RunStop | None, ScrimpError | None]:
    """Run to the end and finish the output; return why it stopped early, and what went wrong.

    What goes wrong before the first row has no output, not even a header: the columns are not known.
    """
    stop: RunStop | None = None
    failed: ScrimpError | None = None
    try:
        stop = drive()
    except ScrimpError as error:
        failed = error
    except KeyboardInterrupt:
        stop = BETWEEN_CALLS
    nothing_written = failed is not None and not reporter.has_rows
    if nothing_written or (stop is not None and stop.reason == "pipe"):
        return stop, failed
    try:
        reporter.close()
    except BrokenPipeError:
        stop = PIPE
    except OutputError as error:
        failed = failed or error
    return stop, failed


def _nothing() -> None:
    """Clear nothing: rows do not go to the screen that the bar is on."""
