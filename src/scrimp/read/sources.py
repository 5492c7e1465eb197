"""From words on the command line to named byte streams: files, directories, globs, stdin; .gz is unpacked."""

from __future__ import annotations

import io
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from scrimp.errors import InputError

FORMATS = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "tsv", ".json": "json", ".txt": "lines",
    ".lines": "lines", ".md": "text", ".prompt": "text", ".text": "text",
}  # fmt: skip
_GLOB = frozenset("*?[")


class Source(Struct, frozen=True):
    """A named input; path None is stdin."""

    name: str
    path: Path | None

    @property
    def format(self) -> str | None:
        """Return the format its extension stands for."""
        if self.path is None:
            return None
        suffixes = [each.lower() for each in self.path.suffixes if each.lower() != ".gz"]
        return FORMATS.get(suffixes[-1]) if suffixes else None


def sources(inputs: Sequence[str]) -> list[Source]:
    """Return what the words name, in their order; a directory's and a glob's files sorted by name."""
    found: list[Source] = []
    for word in inputs:
        found.extend([Source("stdin", None)] if word == "-" else _files(word))
    return found


def is_live(inputs: Sequence[str]) -> bool:
    """Say whether rows may arrive one by one: stdin or a named pipe is among the inputs."""
    return any(word == "-" or _is_pipe(Path(word)) for word in inputs)


def _is_pipe(path: Path) -> bool:
    try:
        return not (stat.S_ISREG(path.stat().st_mode) or path.is_dir())
    except OSError:
        return False


def _files(word: str) -> list[Source]:
    path = Path(word)
    if path.is_dir():
        files = sorted(each for each in path.rglob("*") if each.is_file() and not _hidden(each, path) and _known(each))
        if not files:
            raise InputError(f"{word} holds no file that scrimp reads: it looks for {', '.join(FORMATS)}")
    elif path.exists():
        files = [path]
    elif _GLOB.intersection(word):
        import glob  # noqa: PLC0415 - the shell has usually done this

        files = [Path(each) for each in sorted(glob.glob(word, recursive=True)) if Path(each).is_file()]  # noqa: PTH207 - a pattern may be absolute
        if not files:
            raise InputError(
                f"{word} matches no file: check the pattern, and quote it if the shell is not to expand it"
            )
    else:
        raise InputError(f"{word} does not exist{_near(path)}")
    return [Source(str(each), each) for each in files]


def _hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(root).parts)


def _known(path: Path) -> bool:
    return Source("", path).format is not None


def _near(path: Path) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only a misspelling needs it

    try:
        names = [each.name for each in path.parent.iterdir()]
    except OSError:
        return f": there is no directory {path.parent}"
    near = get_close_matches(path.name, names, n=1)
    return f": did you mean {path.parent / near[0]}?" if near else ": check the name, or use - for stdin"


@contextmanager
def opened(source: Source) -> Iterator[BinaryIO]:
    """Open a source for reading bytes; stdin stays open afterwards."""
    if source.path is None:
        yield sys.stdin.buffer
        return
    try:
        raw: BinaryIO = source.path.open("rb", buffering=1 << 18)
    except OSError as error:
        raise InputError(f"{source.name} cannot be read ({error.strerror}): check its permissions") from error
    with raw:
        if source.path.suffix == ".gz":
            import gzip  # noqa: PLC0415 - only a packed input needs it

            with gzip.open(raw) as unpacked:
                yield io.BufferedReader(unpacked, 1 << 18)
        else:
            yield raw
