"""All prompts of all inputs, one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

from scrimp.read.formats import rows, sniff
from scrimp.read.options import ReadOptions
from scrimp.read.rows import RowReader
from scrimp.read.sources import Source, opened, sources
from scrimp.values import Prompt


def prompts(inputs: Sequence[str], options: ReadOptions, *, warn: Callable[[str], None]) -> Iterator[Prompt]:
    """Yield the prompts of files, directories, globs and stdin, in order, numbered from 0.

    The words are looked up at once, so a name that does not exist is an error before the first call. A row that cannot
    be read raises InputError when its turn comes: the rows before it have been yielded.
    """
    return _prompts(sources(inputs), RowReader(options, warn), options)


def _prompts(found: Sequence[Source], reader: RowReader, options: ReadOptions) -> Iterator[Prompt]:
    index = 0
    if options.limit == 0:
        return
    for source in found:
        with opened(source) as stream:
            for row, where in rows(stream, source.name, _format(source, stream, options), nul=options.nul):
                yield reader.prompt(row, index, where)
                index += 1
                if index == options.limit:
                    return


def _format(source: Source, stream: BinaryIO, options: ReadOptions) -> str:
    if options.format != "auto":
        return options.format
    if source.format is not None:
        return source.format
    peek = getattr(stream, "peek", None)
    return sniff(peek(4096)) if peek is not None else "lines"
