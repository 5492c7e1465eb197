"""A file for each row: -o 'DIR/{id}.md'."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from scrimp.cli.results.output import write_beside
from scrimp.cli.results.own_files import OwnFiles
from scrimp.enums import CacheMode
from scrimp.errors import EmptyPromptError, InputError, UsageError
from scrimp.flows.plan.samples import samples
from scrimp.read.inputs.input_files import InputFiles
from scrimp.read.inputs.same_file import is_same_file
from scrimp.read.template import Template
from scrimp.render.rows.file_names import UniqueNames, safe_component
from scrimp.render.rows.writers import RowWriter
from scrimp.values import Answered, JsonObject, Outcome, Prompt

_Place = tuple[int, int]  # a row's index, and the number of its completion
_MAX_REPORTED = 20  # rows without a file that are reported one by one


class RowNames:
    """The names of rows' files: a row has the same in every run of its input, whichever rows are taken."""

    def __init__(self, pattern: Template, completions: int | None) -> None:
        """`completions` is how many of each row there will be."""
        self.columns, self.example = pattern.columns, pattern.filled("x")
        self._pattern, self._completions, self._unique = pattern, completions, UniqueNames()
        self._given: deque[tuple[_Place, str]] = deque()  # to rows that are not taken yet, by their places

    def give(self, prompt: Prompt) -> None:
        """Name the files of the next row of the input; raise InputError if that cannot be."""
        for completion in samples([prompt], self._completions):
            self._given.append((_place(completion), self._unique.unique(self._wanted(completion))))

    def take(self, prompt: Prompt) -> str:
        """Return the name of the next row that is taken; raise InputError if it has none."""
        place = _place(prompt)
        while self._given and self._given[0][0] < place:  # it was left out
            self._given.popleft()
        if self._given and self._given[0][0] == place:
            return self._given.popleft()[1]
        return self._wanted(prompt)

    def _wanted(self, prompt: Prompt) -> str:
        """Return the name that the pattern makes of a row."""
        if prompt.id is None and "id" in self.columns:
            raise InputError(
                f"{prompt.source}: the row has no id for -o: name a column with --id-field, or another one in -o, such "
                "as {index}"
            )
        try:
            name = self._pattern(_columns(prompt), prompt.source)
        except EmptyPromptError as error:
            raise InputError(f"{prompt.source}: {error}") from error
        return ("/" if name.startswith("/") else "") + "/".join(_components(name))


class RowFiles:
    """Writes a file for each row that was answered, in the place of a writer of rows.

    A file gets its name when its row is read, before it is asked: a name that cannot be is an error before anything is
    paid. It is written beside and renamed.
    """

    def __init__(
        self,
        names: RowNames,
        inputs: Sequence[str],
        read: Mapping[str, str | None],
        own_files: OwnFiles,
        open_writer: Callable[[BinaryIO], RowWriter],
        warn: Callable[[str], None],
        *,
        cache: CacheMode,
    ) -> None:
        """`read` are files that must not be written, by their flag; `open_writer` opens what writes one row.

        `cache` says what a rerun finds of a row whose file cannot be written.
        """
        self._names, self._open_writer, self._warn = names, open_writer, warn
        self._inputs, self._read, self._own_files = InputFiles(inputs), read, own_files
        self._paths = dict[_Place, Path]()
        self._without_file, self._cache = 0, cache
        if self._inputs.walks(Path(names.example)):
            raise UsageError(
                f"-o: a file like {names.example} would be an input itself: name a directory that is not among the "
                "inputs"
            )
        open_writer(io.BytesIO())  # a wrong field is an error now

    def named(self, prompts: Iterable[Prompt]) -> Iterator[Prompt]:
        """Yield prompts, and give each its file."""
        for prompt in prompts:
            self._paths[_place(prompt)] = self._path(prompt)
            yield prompt

    def write(self, outcome: Outcome) -> None:
        """Write the file of a row, or report that it has none."""
        path = self._paths.pop(_place(outcome.prompt))
        if not isinstance(outcome, Answered):
            source = outcome.prompt.source or f"row {outcome.prompt.index}"
            self._report(source, outcome.failure.message.removeprefix(f"{source}: "))
            return
        content = io.BytesIO()
        writer = self._open_writer(content)
        writer.write(outcome)
        writer.close()
        write_beside(path, content.getvalue(), self._cache)

    def flush(self) -> None:
        """Flush nothing: files are complete when they are written."""

    def close(self) -> None:
        """Close nothing."""

    def _path(self, prompt: Prompt) -> Path:
        path = Path(self._names.take(prompt))
        self._own_files.refuse("-o", path)
        if self._inputs.includes(path):
            raise UsageError(f"-o: {path} is also an input: name another directory, or another ending")
        for flag, file in self._read.items():
            if file is not None and is_same_file(str(path), file):
                raise UsageError(f"-o: {path} is also the file of {flag}: name another directory")
        if any(is_same_file(str(path), attached.path) for attached in prompt.attachments if attached.path):
            raise UsageError(f"-o: {path} is also what {prompt.source} attaches: name another directory")
        return path

    def _report(self, source: str, reason: str) -> None:
        self._without_file += 1
        if self._without_file <= _MAX_REPORTED:
            self._warn(f"{source} has no file: {reason}")
        elif self._without_file == _MAX_REPORTED + 1:
            self._warn("more rows have no file: -o FILE.jsonl shows the status of every row")


def _place(prompt: Prompt) -> _Place:
    return prompt.index, prompt.sample or 0


def _components(name: str) -> list[str]:
    """Return the names between the separators of the pattern, whose own . and .. are meant as they are."""
    parts = [part for part in name.split("/") if part]
    return [part if part in (".", "..") else safe_component(part) for part in parts]


def _columns(prompt: Prompt) -> JsonObject:
    """Return the names a pattern may use: the columns of the row, its file without directory and extension, ..."""
    found: JsonObject = {
        "file": prompt.file, "stem": Path(prompt.file).stem, "row": prompt.number or 1, "index": prompt.index,
        "text": prompt.text, "line": prompt.text,
        "sample": prompt.sample or 0, **(prompt.row or {}),
    }  # fmt: skip
    return found if prompt.id is None else found | {"id": prompt.id}
