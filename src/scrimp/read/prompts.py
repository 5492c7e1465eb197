"""All prompts of all inputs, read one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import BinaryIO

from scrimp.errors import InputError
from scrimp.read.input_meter import InputMeter
from scrimp.read.options import ReadOptions
from scrimp.read.prompt_builder import PromptBuilder
from scrimp.read.row_formats import looks_like_header, read_rows, sniff_format
from scrimp.read.sources import Source, find_sources
from scrimp.read.streams import InputStream, open_source, read_errors
from scrimp.values import Prompt


def prompts(
    inputs: Sequence[str],
    options: ReadOptions,
    *,
    warn: Callable[[str], None],
    stdin: BinaryIO | None = None,
    meter: InputMeter | None = None,
) -> Iterator[Prompt]:
    """Yield the prompts of files, directories, globs and stdin, in order, numbered from 0.

    Inputs and template are checked at once, so a mistake in either is an error before the first call. A row that cannot
    be read raises InputError when its turn comes: the rows before it have been yielded and can be answered and cached,
    so rerunning the same command resumes there once the row is fixed.
    """
    if options.nul and options.format not in ("auto", "lines", "text"):
        raise InputError(f"NUL-separated records are plain text, not {options.format}: use either -0 or --format")
    sources, builder = find_sources(inputs, warn), PromptBuilder(options, warn)
    if meter is None:
        return _prompts(sources, builder, options, warn, stdin)
    return meter.counted(_prompts(sources, builder, options, warn, stdin, meter.begin))


def _prompts(
    inputs: Iterable[Source],
    builder: PromptBuilder,
    options: ReadOptions,
    warn: Callable[[str], None],
    stdin: BinaryIO | None,
    opened: Callable[[BinaryIO], None] = lambda _: None,
) -> Iterator[Prompt]:
    index = 0
    if options.limit == 0:
        return
    for source in inputs:
        first_index = index
        with open_source(source, stdin, options.encoding, opened) as stream:
            format_name = _format(source, stream, builder, options, warn)
            rows = read_rows(stream, format_name, nul=options.nul, delimiter=options.delimiter)
            for value, number in rows:
                yield builder.build(value, index, source, number, format_name)
                index += 1
                if index == options.limit:
                    return
        if index == first_index:
            warn(f"{source.name} contains no prompt")


def _format(
    source: Source, stream: InputStream, builder: PromptBuilder, options: ReadOptions, warn: Callable[[str], None]
) -> str:
    """Return the format of an input: as asked for, by its name, or by its first line."""
    if options.nul:
        return "lines"
    named = source.format if options.format == "auto" else options.format
    if named is not None:
        return named
    with read_errors(source.name):
        first_line = stream.peek_line()
    sniffed = sniff_format(first_line, builder.columns, options.delimiter)
    if sniffed == "lines" and looks_like_header(first_line):
        warn(
            f"{source.name} is read as lines: if its first line is the header of a table, stop and rerun with "
            "--format csv"
        )
    return sniffed
