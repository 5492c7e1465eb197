"""The rows of a run as a directory of parts, each written by the worker that answered its rows.

A part is named by its place in the input, so that the parts in order of their names are the rows in order. One that is
written again, by another worker or by another run of the same command, takes the place of the former.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from scrimp.enums import OutputFormat
from scrimp.errors import OutputError, UsageError
from scrimp.read.inputs.addresses import is_object
from scrimp.render.rows.writers import open_row_writer
from scrimp.values import Outcome

ROWS_PER_PART = 4096
_NAME = re.compile(r"part-(lost-)?\d{6,}\.[a-z]+")


class PartFiles(Struct, frozen=True, kw_only=True):
    """Where parts go, a path or an address that ends in a slash, and how rows are written there."""

    folder: str
    out: OutputFormat
    fields: tuple[str, ...] | None = None
    parsed: bool = False
    delimiter: str | None = None
    encoding: str | None = None

    def name(self, number: int, *, alone: bool) -> str:
        """Return the name of a part; of rows that were lost with workers and given out alone, it comes after others."""
        return f"part-{'lost-' * alone}{number:06}.{'txt' if self.out == 'text' else self.out}"

    def prepare(self) -> None:
        """Make the directory; raise UsageError where it has something else in it."""
        try:
            if not is_object(self.folder):
                Path(self.folder).mkdir(parents=True, exist_ok=True)
            other = next((name for name in self._names() if not _NAME.fullmatch(name)), None)
        except OSError as error:
            raise UsageError(f"-o: {self.folder} cannot be written ({error.strerror}): name another one") from error
        if other is not None:
            raise UsageError(f"-o: {self.folder} has {other} in it, which is not a part: name another directory")

    def check(self) -> None:
        """Raise UsageError for fields that do not exist, or a format that needs what is not installed."""
        self._rows([])

    def write(self, number: int, outcomes: Sequence[Outcome], *, alone: bool) -> list[str]:
        """Write a part, whole or not at all; return what the format could not hold."""
        data, warnings = self._rows(outcomes)
        self._put(self.name(number, alone=alone), data)
        return warnings

    def remove_others(self, names: Collection[str]) -> None:
        """Remove parts that a former run left, and this one has no rows for."""
        for name in [name for name in self._names() if _NAME.fullmatch(name) and name not in names]:
            if is_object(self.folder):
                from scrimp.read.inputs.stored_objects import remove_object  # needs an extra

                remove_object(self.folder + name)
            else:
                Path(self.folder, name).unlink(missing_ok=True)

    def _rows(self, outcomes: Sequence[Outcome]) -> tuple[bytes, list[str]]:
        warnings: list[str] = []
        data = io.BytesIO()
        stream = io.BufferedWriter(data)  # so that all parts have the same columns
        writer = open_row_writer(
            stream, self.out, self.fields, terminal=False, warn=warnings.append, parsed=self.parsed,
            delimiter=self.delimiter, encoding=self.encoding,
        )  # fmt: skip
        for outcome in outcomes:
            writer.write(outcome)
        writer.close()
        return data.getvalue(), warnings

    def _put(self, name: str, data: bytes) -> None:
        if is_object(self.folder):
            from scrimp.read.inputs.stored_objects import write_object  # needs an extra

            write_object(io.BytesIO(data), self.folder + name)
            return
        hidden = Path(self.folder, f".{name}.{os.urandom(4).hex()}")
        try:
            hidden.write_bytes(data)
            hidden.replace(Path(self.folder, name))
        except OSError as error:
            raise OutputError(
                f"{self.folder}{name} cannot be written ({error.strerror}) where a worker runs: give all machines the "
                "same disk there, or name an address at s3://; what was answered is in the cache"
            ) from error

    def _names(self) -> Iterator[str]:
        if not is_object(self.folder):
            yield from sorted(each.name for each in Path(self.folder).iterdir() if not each.name.startswith("."))
            return
        from scrimp.read.inputs.stored_objects import objects_within  # needs an extra

        for each in objects_within(self.folder):
            yield each.address.removeprefix(self.folder)
