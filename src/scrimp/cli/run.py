"""`scrimp run`: rows in, rows out, the bill at the end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

import typer

from scrimp.billing.totals import Bill
from scrimp.cli.flags.comma_lists import comma_list
from scrimp.cli.flags.flag_groups import grouped
from scrimp.cli.flags.options.reading import Inputs
from scrimp.cli.flags.run_flags import (
    AnswerFlags,
    BatchFlags,
    BudgetFlags,
    CallFlags,
    CheckFlag,
    CostFlags,
    DryRunFlag,
    EngineFlags,
    LabelFlags,
    OutputFlags,
    ReadingFlags,
    RouteFlags,
    RowLimitFlags,
    SamplesFlag,
    ScreenFlags,
    StopFlags,
)
from scrimp.cli.flags.run_options import (
    check_schema,
    check_workers,
    config_flags,
    read_options,
    run_options,
    with_known_models,
)
from scrimp.cli.flags.schema_option import schema_file
from scrimp.cli.inputs import inputs_or_stdin
from scrimp.cli.jobs.live_again import looking_at_batches
from scrimp.cli.observers.higher_levels import sent_rows
from scrimp.cli.observers.run_observers import RunObservers
from scrimp.cli.observers.run_record import command_words
from scrimp.cli.results.output import open_output
from scrimp.cli.results.output_target import OutputTarget, output_target, row_pattern
from scrimp.cli.results.part_output import part_output
from scrimp.cli.results.run_end import RunEnding, keep_former, write_summary
from scrimp.cli.session import Session, open_session
from scrimp.errors import INTERRUPTED, OutputError, ScrimpError, UsageError
from scrimp.flows import live
from scrimp.flows.engine.run_stop import PIPE, RunStop
from scrimp.flows.plan.samples import samples, warn_of_equal_samples
from scrimp.read.inputs.input_meter import InputMeter
from scrimp.read.inputs.sources import is_stream
from scrimp.read.options import ReadOptions, named_file
from scrimp.read.prompts import prompts
from scrimp.render.progress import Progress, Total, open_progress
from scrimp.render.rows.writers import open_row_writer
from scrimp.render.run_reporter import RunReporter

if TYPE_CHECKING:
    from scrimp.cli.results.row_files import RowNames
    from scrimp.engines.part_files import PartFiles
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.render.rows.writers import RowWriter
    from scrimp.values import Outcome, Prompt

app = typer.Typer(rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)


@app.command()
@grouped()
def run(
    reading: ReadingFlags, where: RouteFlags, answer: AnswerFlags, check: CheckFlag, several: SamplesFlag,
    cost: CostFlags, shared: BudgetFlags, row: RowLimitFlags, batch: BatchFlags, calls: CallFlags, engine: EngineFlags,
    stops: StopFlags, labels: LabelFlags, written: OutputFlags, screen: ScreenFlags,
    look: DryRunFlag, inputs: Inputs = None,
) -> None:  # fmt: skip
    """Answer the prompts of files or stdin, then print what it cost.

    A .jsonl, .csv, .tsv, .parquet or .lines file has a prompt in each row; a .md or .prompt file is one prompt. A .txt
    file is one prompt in a folder or along with other files; alone, it has a prompt in each line (--format overrides
    this). Stdin is JSON, CSV with a header such as id,text, or lines.

    A template names columns of the row; any row also has {text}, {line}, {file} and {row} (its number), unless a column
    of the input has that name. {"..."} takes a name with braces in it; {{ and }} are braces of the text.

    --attach-field names a column of images and PDFs: a path, relative to the folder of the input, a URL, or a list of
    them in JSON. A file that cannot be sent fails only its row. --attach adds a file to every row. The cache knows a
    file by its content, and does not store it; --max-cost counts as many tokens as the vendor's formula gives its size.

    CSV or Parquet made from CSV, TSV or Parquet has the same columns, then output, parsed (with --choices or --schema)
    and error (in a file, only where a row failed). A column name that is taken gets a number: output_2.

    With a column in its name, -o 'DIR/{id}.md' writes the completion of each answered row (--out: more of it) to a
    file of its own. {index}, {row}, {file} and {stem} can name it, too; equal names get a number, and characters that
    no file name may have become _. A row has the same name in every run of the same input, also with --skip, --sample,
    --only-failed or --shard.

    --shard 3/8 takes the third of eight shards of the rows that the other flags leave, for a job array: each row is in
    one of them, equal prompts are in the same one, and index counts the rows of the whole input. Give each job an
    output of its own. Where machines have homes of their own, scrimp runs merge adds up their costs. --engine processes
    has processes of this machine share one run and its limits, --engine ray (pip install 'scrimp[ray]') workers of Ray:
    files must be where all of these can read them.

    Inputs and -o may also be at s3://BUCKET/KEY (pip install 'scrimp[s3]'), with the credentials of AWS's own tools.
    With --engine ray, -o DIR/ makes a directory of parts, which the workers write.

    Rows go to stdout, or to the file of -o, which gets its new content at the end of the run, also after Ctrl-C, a
    limit or an error; if no row was answered, an existing file is left unchanged. Everything else goes to stderr. Rerun
    the same command to resume after any interruption: what was answered is in the cache.
    """
    names = inputs_or_stdin(inputs)
    groups = (
        reading, where, answer, check, several, cost, shared, row, batch, calls, engine, stops, labels, written, screen,
    )  # fmt: skip
    with open_session(
        config_flags(where, answer, cost, shared, row, calls, stops, screen), quiet=screen.quiet
    ) as session:
        options = run_options(
            session.defaults, answer, labels, check=check.check, level_fixed=cost.compress is not None
        )  # fmt: skip
        check_workers(engine)
        check_schema(options)
        options = with_known_models(options, session.services, reading)
        read = _reading(session, reading)
        meter = _meter(names, read, several)
        output, row_names = row_pattern(written.output, several.samples)
        headers = list[Sequence[str]]()  # of tables, for an output without rows
        rows = _rows(session, names, read, several, meter, row_names, headers.append)
        parsed = options.parameters.structured
        parts = None if row_names else part_output(output, engine, names, written, read, parsed=parsed)
        target = output_target(output, row_names, written.summary_file, names, _files_read(reading, answer), session)
        warn_of_equal_samples(options, several.samples, session.messages.warn)
        if look.dry_run:
            from scrimp.cli.previews.dry_run import print_requests  # most runs send what they have

            raise typer.Exit(print_requests(session, rows, options, limit=reading.limit))
        bill = Bill(cap=options.limits.max_cost, cost_now=session.services.cost_now(options))
        session.services.paid_beside = bill.add_stored
        observers = RunObservers(session, options, sent_rows(options, written, screen))
        with _progress(session, screen, target, meter.total) as bar, open_output(target.file) as file:
            writer, rows = target.row_writer(
                file, rows, _writer_opener(session, options, read, written, target, headers), session
            )
            explain = session.messages.note if screen.verbose else None
            clear = bar.clear if target.is_terminal(session) else _nothing
            reporter = RunReporter(writer, bill, bar.update, explain, clear=clear)
            take = observers.begin(tuple(command_words(names, groups)), reporter.report)
            rows_again = partial(_prompts_again, names, read, several)
            stop, error = _drive(
                reporter,
                _flow(session, batch, names, rows_again, rows, options, take, bar, screen)
                if engine.engine == "local"
                else _engine_flow(session, engine, batch, names, read, several, options, take, bill, row_names, parts),
            )
            without_rows = _without_rows(batch, bill, stop)
            kept = keep_former(file, bill, stop, error, rows_later=without_rows)
        complete = stop is None and error is None
        observers.add_to(bill, complete=complete)
        ending = RunEnding(bill, stop, error, reporter.first_failure, former_file=target.name if kept else None)
        ending.report(session, names, "none" if without_rows else written.summary, quiet=screen.quiet)
        observers.follow_up(complete=complete)
        unwritten = write_summary(session, bill, target)
        status = ending.exit_status(stops.fail_on, cache_only=options.cache == "only")
        status = status or (0 if unwritten is None else unwritten.exit_status)
        observers.end(bill, status, stop, error)
    raise typer.Exit(status)


def _reading(session: Session, flags: ReadingFlags) -> ReadOptions:
    """Return how inputs are read; the run is named by the shard that it takes."""
    read = read_options(flags)
    session.services.shard = None if read.shard is None else read.shard.name
    return read


def _meter(names: Sequence[str], read: ReadOptions, several: SamplesFlag) -> InputMeter:
    """Return what estimates how many rows there will be."""
    most = min((n for n in (read.limit, read.sample) if n is not None), default=None)
    if most is not None and read.shard is not None:
        most = -(-most // read.shard.count)
    return InputMeter(names, most, each=several.samples or 1)


def _rows(
    session: Session,
    names: Sequence[str],
    options: ReadOptions,
    several: SamplesFlag,
    meter: InputMeter,
    row_names: RowNames | None,
    table: Callable[[Sequence[str]], None],
) -> Iterator[Prompt]:
    """Return the prompts to answer, read as they are needed; `table` gets the headers of tables."""
    messages = session.messages
    seen = None if row_names is None else row_names.give
    read = prompts(names, options, warn=messages.warn, meter=meter, note=messages.note, seen=seen, table=table)
    return samples(read, several.samples)


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
    session: Session, options: RunOptions, read: ReadOptions, written: OutputFlags, target: OutputTarget,
    headers: Sequence[Sequence[str]],
) -> Callable[[BinaryIO], RowWriter]:  # fmt: skip
    """Return what opens a writer of rows in the format, and with the fields, that the flags ask for."""
    fields = None if written.fields is None else comma_list(written.fields, "--fields")
    return partial(
        open_row_writer, out=target.format(written.out), fields=fields,
        terminal=target.is_terminal(session), warn=session.messages.warn, style=session.out,
        parsed=options.parameters.structured, delimiter=read.delimiter, encoding=read.encoding,
        table=lambda: headers[0] if headers else None,
    )  # fmt: skip


def _without_rows(batch: BatchFlags, bill: Bill, stop: RunStop | None) -> bool:
    """Return whether the rows are made by another command: there is nothing to write, and no bill yet."""
    return batch.leaves or (stop is not None and stop.reason == "batch" and not bill.counts.total)


def _flow(
    session: Session, batch: BatchFlags, names: Sequence[str],
    rows_again: Callable[[BinaryIO | None], Iterator[Prompt]], rows: Iterator[Prompt], options: RunOptions,
    take: Callable[[Sequence[Outcome]], None], bar: Progress, screen: ScreenFlags,
) -> Callable[[], RunStop | None]:  # fmt: skip
    """Return what answers the rows: live, or through batches, which read them again in every pass."""
    _check_batch_flags(batch, options)
    if batch.batch and options.cache != "only":
        from scrimp.cli.jobs.batch_flow import batch_flow  # most runs are live

        return batch_flow(session, batch, names, rows_again, rows, options, take, bar, quiet=screen.quiet)

    def drive() -> RunStop | None:
        with looking_at_batches(session, options):
            return live.run(rows, options, session.services, take, one_by_one=is_stream(names))

    return drive


def _engine_flow(
    session: Session, engine: EngineFlags, batch: BatchFlags, names: Sequence[str], read: ReadOptions,
    several: SamplesFlag, options: RunOptions, take: live.Sink, bill: Bill, row_names: RowNames | None,
    parts: PartFiles | None,
) -> Callable[[], RunStop | None]:  # fmt: skip
    """Return what has workers answer the rows."""
    from scrimp.cli.jobs.engine_flow import check_engine, engine_flow  # most runs are of this process

    check_engine(engine, names, batch=batch.batch, in_files=row_names is not None)
    return engine_flow(session, engine, names, read, several, options, take, bill, parts)


def _check_batch_flags(batch: BatchFlags, options: RunOptions) -> None:
    """Raise UsageError for flags of batches where there are none, or where nothing may be sent."""
    if batch.leaves and options.cache == "only":
        raise UsageError("with --cache only nothing is sent, so there is nothing to submit: leave it out")
    if batch.deadline is not None and not batch.batch:
        raise UsageError("--deadline is for --batch: add that, or leave it out")
    if not batch.batch and (batch.queue is not None or batch.when_idle):
        raise UsageError(f"{batch.queue_words} is for work that is left: scrimp batch submit {batch.queue_words}")


def _prompts_again(
    names: Sequence[str], options: ReadOptions, several: SamplesFlag, stdin: BinaryIO | None
) -> Iterator[Prompt]:
    """Return the prompts once more, without the warnings that were given before."""
    return samples(prompts(names, options, warn=_silent, stdin=stdin), several.samples)


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


def _silent(message: str) -> None:
    """Say nothing: it was said before."""
    del message


def _nothing() -> None:
    """Clear no bar: rows do not go where it is drawn."""
