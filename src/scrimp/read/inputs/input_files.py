"""The files that the inputs of a command name, so that none of them is written over, by any path or link."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from functools import cache
from itertools import chain
from pathlib import Path

from scrimp.read.inputs.addresses import is_object
from scrimp.read.inputs.same_file import folded, is_same_file
from scrimp.read.inputs.sources import format_of, real_path, sources_of


class InputFiles:
    """The files that inputs name, and those that will be among them once they exist."""

    def __init__(self, inputs: Sequence[str]) -> None:
        """Raise InputError for an argument that cannot be an input."""
        inputs = [each for each in inputs if not is_object(each)]
        folders = [Path(each) for each in inputs if each != "-" and Path(each).is_dir()]
        self._folders = {_identity(folder) for folder in folders} - {None}
        single = [each for each in inputs if each != "-" and not Path(each).is_dir()]
        files = [source.path for source in chain.from_iterable(map(sources_of, single)) if source.path is not None]
        self._ids = {_identity(path) for path in files}
        if "-" in inputs:
            self._ids.add(_identity(None))
            files.append(Path("/dev/fd/0"))
        self._ids.discard(None)
        real = cache(real_path)  # of each folder once, of a link by itself
        self._forms = {
            folded(real_path(path) if path.is_symlink() else f"{real(path.parent)}/{path.name}"): path
            for path in chain(files, folders)
        }
        self._within: dict[Path, bool] = {}  # by folder, as a run may write many files into one

    def includes(self, path: Path) -> bool:
        """Return whether a file is among them, or will be once it exists."""
        return self.walks(path) or _identity(path) in self._ids or self._is_another_form(Path(real_path(path)))

    def walks(self, path: Path) -> bool:
        """Return whether a file of that name would be read as one of a directory's."""
        # Folders are compared by what they are: a mount, or a name in other letters, is another path to the same one.
        target = Path(real_path(path))
        if not format_of(target.name):
            return False
        if target.parent not in self._within:
            self._within[target.parent] = any(map(self._is_input_folder, target.parents))
        return self._within[target.parent]

    def _is_input_folder(self, folder: Path) -> bool:
        return _identity(folder) in self._folders or self._is_another_form(folder)

    def _is_another_form(self, path: Path) -> bool:
        """Return whether an input has this name in other letters, and the system takes both for the same."""
        named = self._forms.get(folded(str(path)))
        return named is not None and is_same_file(named, path)


def includes(inputs: Sequence[str], path: Path) -> bool:
    """Return whether a file is among what the inputs name, or will be once it exists, by any path or link."""
    return InputFiles(inputs).includes(path)


def includes_name(inputs: Sequence[str], output: str) -> bool:
    """Return the same of what an output names: a file, or an object at S3."""
    if not is_object(output):
        return includes(inputs, Path(output))
    from scrimp.read.inputs.stored_objects import includes_object  # needs an extra

    return includes_object(inputs, output)


def _identity(path: Path | None) -> tuple[int, int] | None:
    """Return an identity shared by all names of a file; None if there is no file, and for a stdin that is not one."""
    try:
        status = os.fstat(0) if path is None else path.stat()
    except (OSError, ValueError):
        return None
    return None if path is None and not stat.S_ISREG(status.st_mode) else (status.st_dev, status.st_ino)
