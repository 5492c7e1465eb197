"""What -o and --summary-file name: stdout, a file, or a file for each row; never one that the run reads."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from msgspec import Struct

from scrimp.cli.results.output import STDOUT, OutputFile, format_of_name
from scrimp.enums import OutputFormat
from scrimp.errors import InputError, UsageError
from scrimp.read.inputs.addresses import is_object

if TYPE_CHECKING:
    from scrimp.cli.results.row_files import RowNames
    from scrimp.cli.session import Session
    from scrimp.render.rows.writers import RowWriter
    from scrimp.values import Prompt

_NAMES_OF_STDOUT = ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")


class OutputTarget(Struct, frozen=True):
    """Where the rows and the bill of a run go."""

    name: str  # the name as given; - for stdout
    row_names: RowNames | None  # set when each row gets a file of its own
    summary_file: str | None
    inputs: tuple[str, ...]
    files_read: Mapping[str, str | None]  # files that other flags name, by flag

    @property
    def file(self) -> str:
        """The one file of all rows, or - where rows go to stdout, to files of their own or to a directory of parts."""
        return STDOUT if self.row_names is not None or self.name.endswith("/") else self.name

    def format(self, out: OutputFormat | None) -> str | None:
        """Return the format of rows: that of --out, else the name's; None for stdout where --out does not give one.

        Raises UsageError if the name is that of a kind of file that these rows would not be.
        """
        if self.name == STDOUT:
            return out
        named = format_of_name(self.name, (*get_args(OutputFormat), "txt"))
        if named == "parquet" != (out or named):
            raise UsageError(f"-o: {self.name} would not be Parquet, as its name says: leave out --out {out}")
        return out or ("text" if named == "txt" or self.row_names is not None else named or "jsonl")

    def closing(self, out: OutputFormat | None) -> bytes:
        """Return what closes the rows of a file whose last ones found no room."""
        return b"\n]\n" if self.row_names is None and self.format(out) == "json" else b""

    def is_terminal(self, session: Session) -> bool:
        """Return whether a person sees the rows as they come."""
        return session.out.terminal and self.name == STDOUT

    def is_written_in_between(self) -> bool:
        """Return whether a filter may print rows on the terminal of stderr, at moments that only it knows."""
        if self.name not in (STDOUT, *_NAMES_OF_STDOUT):
            return False
        from scrimp.cli.results.pipe_reader import may_reach_terminal  # only at a terminal

        return may_reach_terminal(1, 2)

    def row_writer(
        self,
        file: OutputFile,
        rows: Iterator[Prompt],
        open_writer: Callable[..., RowWriter],
        session: Session,
    ) -> tuple[RowWriter, Iterator[Prompt]]:
        """Return the writer of the rows, and the rows; if each gets a file, its name is given as it is read."""
        if self.row_names is None and self.name.endswith("/"):
            from scrimp.cli.results.part_output import NoRows  # few outputs are parts

            return NoRows(), rows
        if self.row_names is None:
            return open_writer(file.stream, rewriting=file.rewriting), rows
        from scrimp.cli.results.own_files import OwnFiles
        from scrimp.cli.results.row_files import RowFiles  # few runs write a file for each row

        kept = {**self.files_read, "--summary-file": self.summary_file}
        files = RowFiles(
            self.row_names, self.inputs, kept, OwnFiles(session), open_writer, session.messages.warn,
            cache=session.defaults.cache,
        )  # fmt: skip
        return files, files.named(rows)


def output_target(
    output: str,
    row_names: RowNames | None,
    summary_file: str | None,
    inputs: Sequence[str],
    files_read: Mapping[str, str | None],
    session: Session,
) -> OutputTarget:
    """Return where a run writes, by what `row_pattern` returns. Raises UsageError if it reads that file itself."""
    _refuse_empty({"-o": output, "--summary-file": summary_file})
    _refuse_objects(summary_file, output if row_names else None)
    _refuse_own_files(session, {"-o": None if row_names else output, "--summary-file": summary_file})
    if output == STDOUT:
        _refuse_reading_stdout(inputs)
        if summary_file == STDOUT:
            raise UsageError("--summary-file - is stdout, where the rows go: name a file, or give the rows one with -o")
    elif row_names is None:
        _refuse_overwriting("-o", output, inputs, files_read)
    if summary_file is not None and summary_file != STDOUT:
        _refuse_overwriting("--summary-file", summary_file, inputs, files_read)
        _refuse_unwritable_summary(summary_file)
    return OutputTarget(output, row_names, summary_file, tuple(inputs), files_read)


def row_pattern(output: str, completions: int | None) -> tuple[str, RowNames | None]:
    """Return the file and None, or a pattern and the names it makes of rows, with this many completions of each.

    A pattern has {column} in it; doubled braces belong to the name. Raises UsageError for a single one.
    """
    if output in _NAMES_OF_STDOUT:
        return STDOUT, None
    if "{" not in output and "}" not in output:
        return output, None
    from scrimp.cli.results.row_files import RowNames  # few outputs are patterns
    from scrimp.read.columns import as_text
    from scrimp.read.template import Template
    from scrimp.render.rows.file_names import safe_part

    try:
        pattern = Template(output, "-o", lambda value: safe_part(as_text(value)))
    except InputError as error:
        raise UsageError(str(error)) from error
    return (output, RowNames(pattern, completions)) if pattern.columns else (pattern.filled(""), None)


def _refuse_empty(written: Mapping[str, str | None]) -> None:
    for flag, file in written.items():
        if file == "":
            raise UsageError(f"{flag} is empty, perhaps an unset variable: name a file, or {STDOUT} for stdout")


def _refuse_objects(summary_file: str | None, pattern: str | None) -> None:
    """Raise UsageError for what is written to files alone."""
    if summary_file is not None and is_object(summary_file):
        raise UsageError(f"--summary-file: {summary_file} is at S3: name a file, and copy it there")
    if pattern is not None and is_object(pattern):
        raise UsageError(f"-o: {pattern} would be an object at S3 for each row: name files, and copy them there")


def _refuse_unwritable_summary(file: str) -> None:
    """Raise UsageError for what is written only after all was paid, and could not be."""
    path, flag = Path(file), "--summary-file"
    format_of_name(file, (), flag)
    try:
        if stat.S_ISDIR(path.stat().st_mode):
            raise UsageError(f"{flag}: '{file}' is a directory: name a file in it")
        writable = os.access(path, os.W_OK)
    except FileNotFoundError:
        writable = os.access(path.parent, os.W_OK)
    except OSError:  # its name is too long, or what should be a directory is a file
        writable = False
    if not writable:
        raise UsageError(f"{flag}: {file} cannot be written: name another file")


def _refuse_own_files(session: Session, written: Mapping[str, str | None]) -> None:
    """Raise UsageError if a file is written, by its flag, that scrimp keeps."""
    for flag, file in written.items():
        if file is not None and file != STDOUT:
            from scrimp.cli.results.own_files import OwnFiles  # only where a file is written

            OwnFiles(session).refuse(flag, file)


def _refuse_reading_stdout(inputs: Sequence[str]) -> None:
    """Raise UsageError if the shell sends stdout to a file that the run reads: rows would make rows without end."""
    try:
        is_file = stat.S_ISREG(os.fstat(1).st_mode)
    except OSError:  # it is closed, which is said where it is written
        return
    opened = Path(os.path.realpath("/dev/fd/1"))  # its path, if the system reveals it
    if not is_file or not opened.is_file():
        return
    from scrimp.read.inputs.input_files import includes  # only where stdout is a file

    if includes(inputs, opened):
        raise UsageError(f"stdout goes to {opened}, which is also an input: send it to another file")


def _refuse_overwriting(flag: str, file: str, inputs: Sequence[str], files_read: Mapping[str, str | None]) -> None:
    from scrimp.read.inputs.input_files import includes_name  # only where a file is written
    from scrimp.read.inputs.same_file import is_same_file

    if includes_name(inputs, file):
        raise UsageError(f"{flag}: {file} is also an input: name another file")

    for reader, read in files_read.items():
        if read is not None and (file == read if is_object(file) else is_same_file(file, read)):
            raise UsageError(f"{flag}: {file} is also read for {reader}: name another file")
