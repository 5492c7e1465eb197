"""All prompts of all inputs, read one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import BinaryIO, TypeVar

from scrimp.errors import InputError
from scrimp.read.first_rows import readable_inputs
from scrimp.read.formats.row_formats import looks_like_header, read_rows, sniff_format
from scrimp.read.formats.unreadable_row import UnreadableRow
from scrimp.read.inputs.input_meter import InputMeter
from scrimp.read.inputs.sources import Source, find_sources
from scrimp.read.inputs.streams import InputStream, open_source, read_errors
from scrimp.read.options import ReadOptions
from scrimp.read.prompt_builder import PromptBuilder
from scrimp.units import format_count, pluralize
from scrimp.values import Json, Prompt

_Row = TypeVar("_Row")
# A value, or why there is none, its index among all rows, its source, its number there, and the format it was read in.
_RowInPlace = tuple[Json | UnreadableRow, int, Source, int, str]


def prompts(
    inputs: Sequence[str],
    options: ReadOptions,
    *,
    warn: Callable[[str], None],
    stdin: BinaryIO | None = None,
    meter: InputMeter | None = None,
    note: Callable[[str], None] = lambda _: None,
    seen: Callable[[Prompt], None] | None = None,
    table: Callable[[Sequence[str]], None] = lambda _: None,
) -> Iterator[Prompt]:
    """Yield the prompts of files, directories, globs and stdin, in order, numbered from 0.

    Inputs and template are checked at once, so a mistake in either is an error before the first call. A row that
    cannot be read, or has nothing to ask, is yielded with a defect. An input that is not what it was taken for, or can
    not be read on, raises InputError: the rows before it have been yielded and can be answered and cached, so rerunning
    the same command resumes there.

    `seen` gets the prompt of every row that has one, also of those that the options leave out; `table` the header of
    each table, once all of its rows are read.
    """
    if options.nul and options.format not in ("auto", "lines", "text"):
        raise InputError(f"NUL-separated records are plain text, not {options.format}: use either -0 or --format")
    sources, builder = find_sources(inputs, warn), PromptBuilder(options, warn)
    opened = (lambda _: None) if meter is None else meter.begin
    rows = _rows(sources, builder, options, warn, stdin, opened, table)
    selected = _selected(rows if seen is None else _shown(rows, builder, seen), builder, options, warn, note)
    return selected if meter is None else meter.counted(selected)


def _shown(
    rows: Iterator[_RowInPlace], builder: PromptBuilder, seen: Callable[[Prompt], None]
) -> Iterator[_RowInPlace]:
    for row in rows:
        with suppress(InputError):  # it is raised where the row is not left out
            seen(builder.build(*row))
        yield row


def _selected(
    rows: Iterator[_RowInPlace], builder: PromptBuilder, options: ReadOptions, warn: Callable[[str], None],
    note: Callable[[str], None],
) -> Iterator[Prompt]:  # fmt: skip
    """Return the prompts that --skip, --only-failed, --sample, --limit and --shard leave, in this order."""
    left = _left(rows, builder, options, warn, note)
    shard = options.shard
    return left if shard is None else (prompt for prompt in left if shard.has(prompt))


def _left(
    rows: Iterator[_RowInPlace], builder: PromptBuilder, options: ReadOptions, warn: Callable[[str], None],
    note: Callable[[str], None],
) -> Iterator[Prompt]:  # fmt: skip
    if options.skip:
        rows = _after_skipped(rows, options.skip, warn)
    if options.only_failed is None:
        return readable_inputs(builder.build(*row) for row in _sampled(rows, options))
    from scrimp.read.former_output import FormerOutput  # few runs take up a former one

    former = FormerOutput(
        options.only_failed, options.id_field, delimiter=options.delimiter, encoding=options.encoding, warn=warn
    )
    answered = f"{former.file}: {pluralize(former.answered_rows, 'row')} answered and left out"
    # The output of a shard has no row of the others, which are not of this run either.
    others = f"; {format_count(former.failed_rows)} not ok, to be run with those that are not in it"
    note(answered + (others if options.shard is None else ""))
    prompts = readable_inputs(builder.build(*row) for row in rows)
    return _sampled((prompt for prompt in prompts if not former.has_answered(prompt)), options)


def _after_skipped(rows: Iterator[_Row], count: int, warn: Callable[[str], None]) -> Iterator[_Row]:
    """Yield the rows after the first `count`; warn if there are rows but none after those."""
    skipped = sum(1 for _ in islice(rows, count))
    first = next(rows, None)
    if first is None:
        if skipped:
            warn(f"--skip {count} leaves no row: there are {format_count(skipped)}")
        return
    yield first
    yield from rows


def _sampled(rows: Iterator[_Row], options: ReadOptions) -> Iterator[_Row]:
    if options.sample is not None:
        from scrimp.read.selection.sample import uniform_sample  # most runs take all rows

        rows = uniform_sample(rows, options.sample, options.seed)
    return rows if options.limit is None else islice(rows, options.limit)


def _rows(
    inputs: Iterable[Source],
    builder: PromptBuilder,
    options: ReadOptions,
    warn: Callable[[str], None],
    stdin: BinaryIO | None,
    opened: Callable[[BinaryIO], None],
    table: Callable[[Sequence[str]], None],
) -> Iterator[_RowInPlace]:
    index = 0
    for source in inputs:
        first_index = index
        with open_source(source, stdin, options.encoding, opened) as stream:
            format_name = _format(source, stream, builder, options, warn)
            rows = read_rows(stream, format_name, nul=options.nul, delimiter=options.delimiter)
            for value, number in rows:
                yield value, index, source, number, format_name
                index += 1
            if stream.header is not None:
                table(stream.header)
        if index == first_index:
            warn(f"{source.name} contains no prompt")


def _format(
    source: Source, stream: InputStream, builder: PromptBuilder, options: ReadOptions, warn: Callable[[str], None]
) -> str:
    """Return the format of an input: as asked for, by its name, or by its first line."""
    if options.nul:
        return "lines"
    if options.format != "auto":
        return options.format
    if source.format not in (None, "lines"):
        return source.format
    with read_errors(source.name):
        first_line = stream.peek_line()
    sniffed = source.format or sniff_format(first_line, builder.columns, options.delimiter)
    if sniffed == "lines" and looks_like_header(first_line, options.delimiter):
        warn(
            f"{source.name} is read as lines: if its first line is the header of a table, stop and rerun with "
            "--format csv"
        )
    return sniffed
