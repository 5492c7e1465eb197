"""Writes the output: stdout, or a file that has its new content only at the end."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from errno import EACCES, ENXIO
from pathlib import Path
from typing import BinaryIO

from scrimp.cli.startup.closed_streams import refuse_closed_stdout
from scrimp.enums import CacheMode
from scrimp.errors import InputError, OutputError, UsageError, output_error, rerun_hint
from scrimp.read.inputs.addresses import S3, is_object

STDOUT = "-"
_COMPRESSED = ("gz", "bz2", "xz", "zst", "zip", "7z")
# What other programs would not open if lines of text were in it.
_OTHERS = ("xlsx", "xls", "xlsm", "ods", "docx", "pdf", "feather", "arrow", "avro", "orc")


class OutputFile:
    """A file being written; `discard` and `set_aside` leave the former one as it was."""

    def __init__(self, stream: BinaryIO, *, replaces: bool, regular: bool = False, closing: bytes = b"") -> None:
        """`replaces` says that a former file with content would be replaced, `regular` that a new one is written.

        `closing` comes after the whole rows of a file that ends before what was written last.
        """
        self.stream, self.replaces = stream, replaces
        self.discarded = self.is_aside = False
        self.aside: Path | None = None  # where the rows are instead, once the file is closed
        self._regular, self._whole, self._closing = regular, 0, closing
        self._length: int | None = None  # in bytes, of a file that ends before what was written last

    def discard(self) -> None:
        """Keep the former file instead of the new one."""
        self.discarded = True

    def set_aside(self) -> None:
        """Keep the former file, and the new one beside it."""
        self.is_aside = True

    def mark_whole(self) -> None:
        """Say that what was written so far, and flushed, is whole rows."""
        if self._regular:
            self._whole = self.stream.tell()

    @contextmanager
    def rewriting(self) -> Iterator[None]:
        """Have rows that are rewritten count as whole once that is done, and not before."""
        self._whole = 0
        yield
        self.stream.flush()
        self.mark_whole()

    def end_at_whole_rows(self) -> None:
        """Leave out what was written last, part of which may not have found room; without a whole row, all."""
        if self._regular:
            self._length = self._whole
            self.discarded = self.discarded or not self._whole

    def cut(self, path: Path) -> None:
        """Cut the closed file at that path where it is to end."""
        if self._length is None or self.discarded:
            return
        os.truncate(path, self._length)
        with suppress(OSError), path.open("ab") as file:  # on a disk as full as before, rows alone have to do
            file.write(self._closing)


@contextmanager
def open_output(
    output: str, flag: str = "-o", *, closing: bytes = b"", note: Callable[[str], None] | None = None
) -> Iterator[OutputFile]:  # fmt: skip
    """Open where rows go; stdout stays open.

    A regular file is written under a hidden name beside it and renamed at the end, also after a stop or an error. If
    its directory may not be changed, it is written in a temporary directory and copied. A pipe or a device is written
    as it is; `note` is told that a pipe waits for its reader. The writer has flushed its rows, so errors on close are
    ignored; `closing` goes after those that found room. Raises UsageError if the file cannot be written, and
    OutputError if it cannot be replaced at the end.
    """
    if output == STDOUT:
        refuse_closed_stdout()
        yield OutputFile(sys.stdout.buffer, replaces=False)
        return
    if is_object(output):
        with _open_stored(output, flag, closing) as file:
            yield file
        return
    try:
        target = Path(os.path.realpath(output))  # a link stays a link, to the new content
        former = target.stat() if target.exists() else None
        part = _create_part(target, former)
        stream = _open_as_it_is(target, flag, note) if part is None else part.open("w+b")
    except OSError as error:
        raise UsageError(f"{flag}: {output} cannot be written ({error.strerror}): name another file") from error
    replaces = part is not None and former is not None and former.st_size > 0
    file = OutputFile(stream, replaces=replaces, regular=part is not None, closing=closing)
    try:
        yield file
    except BaseException:
        if part is not None and not stream.tell():  # an error before the first row
            file.discard()
        raise
    finally:
        with suppress(OSError):  # a full disk, which the last flush has reported
            stream.close()
        if part is not None:
            _finish(part, target, file)


def _open_as_it_is(target: Path, flag: str, note: Callable[[str], None] | None) -> BinaryIO:
    """Open a pipe or a device; a pipe that no one reads yet is waited for, which is said."""
    if note is not None and stat.S_ISFIFO(target.stat().st_mode):
        try:
            descriptor = os.open(target, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno != ENXIO:
                raise
            note(f"{flag}: {target} has no reader yet: waiting for one")
        else:
            os.set_blocking(descriptor, True)
            return open(descriptor, "wb")  # noqa: PTH123 - it is open already
    return target.open("wb")


@contextmanager
def _open_stored(output: str, flag: str, closing: bytes) -> Iterator[OutputFile]:
    """Open a temporary file that becomes an object at S3 at the end, as `open_output` does for a file."""
    import tempfile  # few outputs go there

    from scrimp.read.inputs.stored_objects import find_object, has_bucket, upload  # needs an extra

    try:
        former = find_object(output)
        missing = former is None and not has_bucket(output)
    except InputError as error:
        raise UsageError(f"{flag}: {error}") from error
    if missing or output.endswith("/") or "/" not in output.removeprefix(S3):
        raise UsageError(f"{flag}: {output} is not where an object can be: name a bucket that exists, and a key in it")
    descriptor, name = tempfile.mkstemp(suffix=".part")
    part = Path(name)
    with open(descriptor, "w+b") as stream:  # noqa: PTH123 - it is open already
        file = OutputFile(stream, replaces=former is not None and former.size > 0, regular=True, closing=closing)
        try:
            yield file
        except BaseException:
            if not stream.tell():  # an error before the first row
                file.discard()
            raise
        finally:
            try:
                with suppress(OSError):  # a full disk, which the last flush has reported
                    stream.close()
                file.cut(part)
                if file.is_aside and not file.discarded:
                    file.aside = part
                else:
                    if not file.discarded:
                        upload(part, output)
                    part.unlink()
            except InputError as error:
                raise OutputError(f"{flag}: {error}; the rows are in {part}") from error


def write_whole(output: str, flag: str, parts: Iterable[bytes]) -> None:
    """Give a file its new content, or leave it as it was where that ends before its time."""
    with open_output(output, flag) as file:
        try:
            file.stream.writelines(parts)
            file.stream.flush()
        except BaseException as error:
            file.discard()
            if isinstance(error, OSError):
                raise output_error(error) from error
            raise


def write_beside(path: Path, data: bytes, cache: CacheMode) -> None:
    """Write a whole file under a hidden name beside it and rename it; make its directory. Raises OutputError."""
    part: Path | None = None
    try:
        target = Path(os.path.realpath(path))
        target.parent.mkdir(parents=True, exist_ok=True)
        part = _create_part(target, target.stat() if target.exists() else None)
        (part or target).write_bytes(data)
    except OSError as error:
        if part is not None:
            part.unlink(missing_ok=True)
        raise OutputError(
            f"-o: {path} cannot be written ({error.strerror}): free some space, or name another directory; "
            f"{rerun_hint(cache)}"
        ) from error
    if part is not None:
        _replace(part, target)


def _create_part(target: Path, former: os.stat_result | None) -> Path | None:
    """Return a new empty file to write the rows to, or None if the target itself is to be written."""
    if former is not None and not stat.S_ISREG(former.st_mode):
        return None
    if former is not None and not os.access(target, os.W_OK):
        raise PermissionError(EACCES, os.strerror(EACCES))
    # Not tempfile, whose import takes longer than a short cached run.
    start = os.fsdecode(os.fsencode(target.name)[:200])
    part = target.with_name(f".{start}.{os.urandom(4).hex()}.part")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except PermissionError:
        if former is None:
            raise
        import tempfile  # only where the file may be written and its directory not

        descriptor, name = tempfile.mkstemp(suffix=".part")
        os.close(descriptor)
        return Path(name)
    if former is not None:
        part.chmod(stat.S_IMODE(former.st_mode))
    return part


def _finish(part: Path, target: Path, file: OutputFile) -> None:
    try:
        if file.discarded:
            part.unlink()
            return
        file.cut(part)
        if file.is_aside:
            file.aside = part.replace(part.with_name(part.name.removeprefix(".")))
            return
    except OSError as error:
        raise _not_replaced(part, target, error) from error
    _replace(part, target)


def _replace(part: Path, target: Path) -> None:
    try:
        if part.parent == target.parent:
            part.replace(target)
        else:
            from shutil import copyfileobj  # as in _create_part

            with part.open("rb") as rows, target.open("wb") as file:
                copyfileobj(rows, file)
            part.unlink()
    except OSError as error:
        raise _not_replaced(part, target, error) from error


def _not_replaced(part: Path, target: Path, error: OSError) -> OutputError:
    rest = f"the rows are in {part}" if part.exists() else f"{part} was removed; rerun the same command"
    return OutputError(f"-o: {target} cannot be replaced ({error.strerror}): {rest}")


def format_of_name(name: str, known: Collection[str], flag: str = "-o") -> str | None:
    """Return the known format that a file's extension names, if any. Raises UsageError if it names one of others."""
    extension = Path(name).suffix.lower().removeprefix(".")
    if extension in known:
        return extension
    if extension in _COMPRESSED:
        raise UsageError(
            f"{flag}: {name}: outputs are not compressed: leave out .{extension}, and compress it afterwards"
        )
    if extension in _OTHERS:
        raise UsageError(f"{flag}: {name}: no .{extension} can be written: name a .csv, which most programs open")
    return None
