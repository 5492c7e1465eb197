"""What `scrimp run` does: rows are read, answered and written as they come, and the bill is printed at the end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from scrimp.billing.totals import Bill
from scrimp.cli.flags.comma_lists import comma_list
from scrimp.cli.flags.run_options import (
    check_schema,
    check_workers,
    config_flags,
    read_options,
    run_options,
    with_known_models,
)
from scrimp.cli.flags.schema_option import schema_file
from scrimp.cli.jobs.run_flow import run_flow
from scrimp.cli.observers.higher_levels import sent_rows
from scrimp.cli.observers.run_observers import RunObservers
from scrimp.cli.observers.run_record import command_words
from scrimp.cli.results.output import open_output
from scrimp.cli.results.output_target import OutputTarget, output_target, row_pattern
from scrimp.cli.results.part_output import part_output
from scrimp.cli.results.run_end import RunEnding, keep_former, write_summary
from scrimp.cli.session import Session, open_session
from scrimp.errors import INTERRUPTED, OutputError, ScrimpError
from scrimp.flows.engine.run_stop import PIPE, RunStop
from scrimp.flows.plan.run_input import RunInput
from scrimp.flows.plan.samples import warn_of_equal_samples
from scrimp.read.options import named_file
from scrimp.render.progress import Progress, Total, open_progress
from scrimp.render.rows.writers import open_row_writer
from scrimp.render.run_reporter import RunReporter

if TYPE_CHECKING:
    from scrimp.cli.flags.all_run_flags import AllRunFlags
    from scrimp.cli.flags.run_flags import AnswerFlags, BatchFlags, ReadingFlags, ScreenFlags
    from scrimp.engines.part_files import PartFiles
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.render.rows.writers import RowWriter
    from scrimp.values import Prompt


def run_rows(inputs: Sequence[str], flags: AllRunFlags) -> int:
    """Answer the rows of inputs, or show what would be sent of them; return the exit status."""
    given, goes_on = config_flags(*flags.with_defaults), flags.batch.job is not None
    with open_session(given, quiet=flags.screen.quiet, may_be_idle=goes_on) as session:
        options, source = _options(session, flags), _source(session, inputs, flags)
        meter = source.meter()
        output, row_names = row_pattern(flags.written.output, source.samples)
        headers = list[Sequence[str]]()  # of tables, for an output without rows
        rows = source.prompts(
            warn=session.messages.warn, note=session.messages.note, meter=meter,
            seen=None if row_names is None else row_names.give, table=headers.append,
        )  # fmt: skip
        parsed = options.parameters.structured
        parts = None if row_names else part_output(output, flags.engine, source, flags.written, parsed=parsed)
        target = output_target(
            output,
            row_names,
            flags.written.summary_file,
            source.names,
            _files_read(flags.reading, flags.answer),
            session,
        )
        warn_of_equal_samples(options, source.samples, session.messages.warn)
        if flags.look.dry_run:
            from scrimp.cli.previews.dry_run import print_requests  # most runs send what they have

            return print_requests(session, rows, options, limit=source.options.limit)
        opener = _writer_opener(session, flags, options, source, target, headers)
        return _answer(
            session, flags, options, source, rows, target, opener, headers.append, parts=parts, total=meter.total
        )


def _options(session: Session, flags: AllRunFlags) -> RunOptions:
    options = run_options(
        session.defaults, flags.answer, flags.labels, check=flags.check.check,
        level_fixed=flags.cost.compress is not None,
    )  # fmt: skip
    check_workers(flags.engine)
    check_schema(options)
    return with_known_models(options, session.services, flags.reading)


def _source(session: Session, inputs: Sequence[str], flags: AllRunFlags) -> RunInput:
    """Return what the rows are read from; the run is named by the shard that it takes."""
    read = read_options(flags.reading)
    session.services.shard = None if read.shard is None else read.shard.name
    return RunInput(names=tuple(inputs), options=read, samples=flags.several.samples)


def _answer(
    session: Session, flags: AllRunFlags, options: RunOptions, source: RunInput, rows: Iterator[Prompt],
    target: OutputTarget, open_writer: Callable[[BinaryIO], RowWriter], table: Callable[[Sequence[str]], None], *,
    parts: PartFiles | None, total: Total,
) -> int:  # fmt: skip
    """Answer rows and write them to the target, or have workers write them in parts; return the exit status."""
    bill = Bill(cap=options.limits.max_cost, cost_now=session.services.cost_now(options))
    session.services.paid_beside = bill.add_stored
    observers = RunObservers(session, options, sent_rows(options, flags.written, flags.screen))
    with _progress(session, flags.screen, target, total) as bar, open_output(target.file) as file:
        writer, rows = target.row_writer(file, rows, open_writer, session)
        explain = session.messages.note if flags.screen.verbose else None
        clear = bar.clear if target.is_terminal(session) else _nothing
        reporter = RunReporter(writer, bill, bar.update, explain, clear=clear)
        take = observers.begin(tuple(command_words(source.names, flags.recorded)), reporter.report)
        flow = run_flow(
            session, source, rows, options, take, engine=flags.engine, batch=flags.batch, bill=bill, bar=bar,
            quiet=flags.screen.quiet, parts=parts, in_files=target.row_names is not None, table=table,
        )  # fmt: skip
        stop, error = _drive(reporter, flow)
        without_rows = _without_rows(flags.batch, bill, stop)
        kept = keep_former(file, bill, stop, error, rows_later=without_rows)
    ending = RunEnding(bill, stop, error, reporter.first_failure, former_file=target.name if kept else None)
    observers.add_to(bill, complete=ending.complete)
    summary = "none" if without_rows else flags.written.summary
    ending.report(session, source.names, summary, quiet=flags.screen.quiet)
    observers.follow_up(complete=ending.complete)
    unwritten = write_summary(session, bill, target)
    status = ending.exit_status(flags.stops.fail_on, cache_only=options.cache == "only")
    status = status or (0 if unwritten is None else unwritten.exit_status)
    observers.end(bill, status, stop, error)
    return status


def _files_read(reading: ReadingFlags, answer: AnswerFlags) -> dict[str, str | None]:
    """Return the files that flags name, which a run must not write over."""
    return {
        "--only-failed": reading.only_failed,
        "-t": named_file(reading.template),
        "--system": named_file(reading.system),
        "--prefix": reading.prefix,
        "--schema": schema_file(answer.schema),
        "--choices-text": named_file(answer.choices_text),
        **{f"--attach {name}": name for name in reading.attach or ()},
    }


@contextmanager
def _progress(session: Session, screen: ScreenFlags, target: OutputTarget, total: Total) -> Iterator[Progress]:
    """Show progress, with messages above it, until the output is complete."""
    mode = "none" if screen.quiet else session.defaults.progress
    if mode == "auto" and session.err.movable_cursor and target.is_written_in_between():
        mode = "lines"
    bar = open_progress(sys.stderr, mode, total, session.err)
    session.messages.redirect(bar.print_message)
    try:
        yield bar
    finally:
        bar.close()
        session.messages.redirect(None)


def _writer_opener(
    session: Session, flags: AllRunFlags, options: RunOptions, source: RunInput, target: OutputTarget,
    headers: Sequence[Sequence[str]],
) -> Callable[[BinaryIO], RowWriter]:  # fmt: skip
    """Return what opens a writer of rows in the format, and with the fields, that the flags ask for."""
    fields = None if flags.written.fields is None else comma_list(flags.written.fields, "--fields")
    return partial(
        open_row_writer, out=target.format(flags.written.out), fields=fields,
        terminal=target.is_terminal(session), warn=session.messages.warn, style=session.out,
        parsed=options.parameters.structured, delimiter=source.options.delimiter,
        encoding=source.options.encoding, table=lambda: headers[0] if headers else None,
    )  # fmt: skip


def _without_rows(batch: BatchFlags, bill: Bill, stop: RunStop | None) -> bool:
    """Return whether the rows are made by another command: there is nothing to write, and no bill yet."""
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
        stop = RunStop("interrupted", "stopped; rerun the same command to resume", INTERRUPTED)
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
    """Clear no bar: rows do not go where it is drawn."""
