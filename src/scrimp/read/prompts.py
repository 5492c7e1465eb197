"""All prompts of all inputs, read one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import BinaryIO

from scrimp.errors import InputError
from scrimp.read.input_meter import InputMeter
from scrimp.read.options import ReadOptions
from scrimp.read.prompt_builder import PromptBuilder
from scrimp.read.row_formats import read_rows
from scrimp.read.sources import Source, find_sources
from scrimp.read.streams import open_source
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
    sources, builder = find_sources(inputs), PromptBuilder(options, warn)
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
        format_name = source.format if options.format == "auto" else options.format
        with open_source(source, stdin, opened) as stream:
            for value, number in read_rows(stream, format_name, nul=options.nul):
                yield builder.build(value, index, source.name, number)
                index += 1
                if index == options.limit:
                    return
        if index == first_index:
            warn(f"{source.name} contains no prompt")
