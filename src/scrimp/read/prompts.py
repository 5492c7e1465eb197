"""All prompts of all inputs, one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import BinaryIO

from scrimp.errors import InputError
from scrimp.read.options import ReadOptions
from scrimp.read.row_formats import rows
from scrimp.read.rows import RowReader
from scrimp.read.sources import Source, sources
from scrimp.read.streams import opened
from scrimp.values import Prompt

_FORMATS = ("auto", "jsonl", "csv", "tsv", "json", "lines", "text")


def prompts(
    inputs: Sequence[str], options: ReadOptions, *, warn: Callable[[str], None], stdin: BinaryIO | None = None
) -> Iterator[Prompt]:
    """Yield the prompts of files, directories, globs and stdin, in order, numbered from 0.

    The inputs are looked up and the template is checked at once, so a wrong word is an error before the first call. A
    row that cannot be read raises InputError when its turn comes: the rows before it have been yielded, so they can be
    answered and kept, and the same command goes on from there once the row is fixed.
    """
    if options.format not in _FORMATS:
        raise InputError(f"there is no format '{options.format}': choose one of {', '.join(_FORMATS)}")
    if options.nul and options.format not in ("auto", "lines", "text"):
        raise InputError(f"records between NUL bytes are plain text, not {options.format}: give -0 or --format")
    return _prompts(sources(inputs), RowReader(options, warn), options, warn, stdin)


def _prompts(
    found: Iterable[Source],
    reader: RowReader,
    options: ReadOptions,
    warn: Callable[[str], None],
    stdin: BinaryIO | None,
) -> Iterator[Prompt]:
    index = 0
    if options.limit == 0:
        return
    for source in found:
        before = index
        format_name = source.format if options.format == "auto" else options.format
        with opened(source, stdin) as stream:
            for value, number in rows(stream, format_name, nul=options.nul):
                yield reader.prompt(value, index, source.name, number)
                index += 1
                if index == options.limit:
                    return
        if index == before:
            warn(f"{source.name} holds no prompt")
