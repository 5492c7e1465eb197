"""Where rows go: stdout, or the file that -o names, which has its new content only at the end."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, get_args

from scrimp.enums import OutputFormat
from scrimp.errors import UsageError
from scrimp.read.sources import includes

STDOUT = "-"
_NAMES_OF_STDOUT = ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")


def output_name(output: str) -> str:
    """Return the output as given, or - for any name of stdout."""
    return STDOUT if output in _NAMES_OF_STDOUT else output


def format_of(output: str) -> str:
    """Return the format of rows for a file of that name, where --out does not give one."""
    suffix = Path(output).suffix.lower().removeprefix(".")
    if suffix == "txt":
        return "text"
    return suffix if suffix in get_args(OutputFormat) else "jsonl"


def refuse_overwriting(flag: str, output: str | None, inputs: Sequence[str], read: Mapping[str, str | None]) -> None:
    """Raise UsageError where the file of a flag is also read: as an input, or for one of the flags of `read`."""
    if output is None or output == STDOUT:
        return
    if includes(inputs, Path(output)):
        raise UsageError(f"{flag}: {output} is also an input: name another file")
    for reader, file in read.items():
        if file is not None and is_same_file(output, file):
            raise UsageError(f"{flag}: {output} is also read for {reader}: name another file")


def is_same_file(one: str, other: str) -> bool:
    """Return whether two names mean one file, whether it exists already or not."""
    try:
        return os.path.realpath(one) == os.path.realpath(other) or Path(one).samefile(other)
    except (OSError, ValueError):
        return False


class OutputFile:
    """A file being written; `discard` leaves the former one as it was."""

    def __init__(self, stream: BinaryIO, *, replaces: bool) -> None:
        """`replaces` says that a former file with content would be replaced."""
        self.stream, self.replaces = stream, replaces
        self.discarded = False

    def discard(self) -> None:
        """Keep the former file instead of the new one."""
        self.discarded = True


@contextmanager
def open_output(output: str) -> Iterator[OutputFile]:
    """Open where rows go; stdout stays open.

    A regular file is written under a hidden name beside it and renamed at the end, also after a stop or an error. The
    writer has flushed its rows, so errors on close are ignored. Raises UsageError if the file cannot be written.
    """
    if output == STDOUT:
        yield OutputFile(sys.stdout.buffer, replaces=False)
        return
    import tempfile  # noqa: PLC0415 - only where a file is written

    target = Path(os.path.realpath(output))  # a link stays a link to the new content
    try:
        former = target.stat() if target.exists() else None
        if former is not None and not stat.S_ISREG(former.st_mode):
            yield from _open_in_place(target)
            return
        if former is not None and not os.access(target, os.W_OK):
            raise PermissionError(13, "Permission denied")
        try:
            descriptor, name = tempfile.mkstemp(prefix=f".{target.name[:200]}.", suffix=".part", dir=target.parent)
        except PermissionError:
            if former is None:
                raise
            yield from _open_in_place(target)  # the file may be written, its directory not
            return
    except OSError as error:
        raise UsageError(f"-o: {output} cannot be written ({error.strerror}): name another file") from error
    os.fchmod(descriptor, stat.S_IMODE(former.st_mode) if former is not None else 0o666 & ~_umask())
    file = OutputFile(os.fdopen(descriptor, "wb"), replaces=former is not None and former.st_size > 0)
    try:
        yield file
    except BaseException:
        if not file.stream.tell():  # an error before the first row
            file.discard()
        raise
    finally:
        with suppress(OSError):  # a full disk, which the last flush has reported
            file.stream.close()
        if file.discarded:
            Path(name).unlink()
        else:
            Path(name).replace(target)


def _open_in_place(target: Path) -> Iterator[OutputFile]:
    with target.open("wb") as stream:
        file = OutputFile(stream, replaces=False)
        try:
            yield file
        finally:
            with suppress(OSError):
                stream.close()


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
