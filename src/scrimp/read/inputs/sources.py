"""From arguments on the command line to the inputs they name: files, directories, globs, stdin."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from scrimp.errors import InputError, closest_name
from scrimp.read.inputs.addresses import is_object
from scrimp.read.inputs.descriptions import TABLE_FORMATS, is_description

if TYPE_CHECKING:
    from scrimp.read.inputs.stored_objects import StoredObject

FORMAT_OF_EXTENSION = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "tsv", ".json": "json", ".txt": "lines",
    ".lines": "lines", ".parquet": "parquet", ".md": "text", ".markdown": "text", ".prompt": "text", ".text": "text",
}  # fmt: skip


_MAX_KINDS = 8  # of skipped files, in a message


class Source(Struct, frozen=True):
    """A named input, at a path or an address; with neither it is stdin. Format None is detected from the content."""

    name: str
    path: Path | None
    format: str | None
    one_of_many: bool = False  # one of several files: a directory, a glob or several arguments
    size: int | None = None  # in bytes, of an object at S3: its name is its address

    @property
    def is_stdin(self) -> bool:
        """Whether it is what is piped in."""
        return self.path is None and self.size is None

    @property
    def suffix(self) -> str:
        """The last extension of its name, with the dot."""
        return Path(self.name).suffix.lower()


_STDIN = (Source("stdin", None, None),)


def find_sources(inputs: Sequence[str], warn: Callable[[str], None] = lambda _: None) -> Iterator[Source]:
    """Return what the arguments name, in their order; the files of a directory or a glob are sorted by name.

    Every argument is checked now, so that a wrong one is an error before anything is read; directories are walked as
    they are read, and `warn` is told which kinds of files were left out. A .txt file is lines where it is the only
    file, and one text where it is one of several.
    """
    if list(inputs).count("-") > 1:
        raise InputError("stdin (-) is given twice, but can be read only once: give it once")
    many = sum(argument != "-" for argument in inputs) > 1
    found = [_STDIN if argument == "-" else sources_of(argument, warn) for argument in inputs]
    return chain.from_iterable(map(_one_of_many, each) if many else each for each in found)


def _one_of_many(source: Source) -> Source:
    if source.is_stdin:
        return source
    text = source.format == "lines" and _plain_suffix(source.name) == ".txt"
    return structs.replace(source, one_of_many=True, format="text" if text else source.format)


def real_path(path: str | Path) -> str:
    """Return the path without links; the path itself if the working directory it begins at was deleted."""
    try:
        return os.path.realpath(path)
    except OSError:
        return str(path)


def is_stream(inputs: Sequence[str]) -> bool:
    """Return whether rows may arrive one by one: stdin or a named pipe is among the inputs."""
    return any(argument == "-" or _is_pipe(argument) for argument in inputs)


def _is_pipe(argument: str) -> bool:
    try:
        mode = Path(argument).stat().st_mode
    except OSError:
        return False  # find_sources reports the error
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def sources_of(argument: str, warn: Callable[[str], None] = lambda _: None) -> Iterator[Source]:
    """Return what one argument names; InputError if it names nothing that can be read."""
    if not argument.strip():
        raise InputError("an input is an empty string, perhaps an unset variable: name a file, or . for this directory")
    if is_object(argument):
        return _stored_sources(argument, warn)
    try:
        mode = Path(argument).stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return _glob_sources(argument)
    except OSError as error:
        raise InputError(f"{_shortened(argument)} cannot be read ({error.strerror}){_ask_hint(argument)}") from error
    if stat.S_ISDIR(mode):
        return map(_one_of_many, _directory_sources(argument, warn))
    return iter([_file_source(Path(argument), regular=stat.S_ISREG(mode))])


def _file_source(path: Path, *, regular: bool = True) -> Source:
    """Return the source: its format is that of its extension; without a known one a file is text, a pipe is sniffed."""
    return Source(printable_name(str(path)), path, format_of(path.name) or ("text" if regular else None))


def printable_name(name: str) -> str:
    """Return a file's name, which may be any bytes, as UTF-8: the source of a prompt is printed."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def format_of(name: str) -> str | None:
    """Return the format that a file's name says it has; None for a name that says none."""
    return FORMAT_OF_EXTENSION.get(_plain_suffix(name))


def _plain_suffix(name: str) -> str:
    return Path(name.lower().removesuffix(".gz")).suffix


def _directory_sources(folder: str, warn: Callable[[str], None]) -> Iterator[Source]:
    skipped: Counter[str] = Counter()
    outside: list[Path] = []
    described: list[str] = []
    files = _no_descriptions(
        _walk(Path(folder), Path(folder), skipped, outside), lambda: _walk(Path(folder), Path(folder), Counter(), []),
        described,
    )  # fmt: skip
    first = next(files, None)
    if first is None and outside:
        raise InputError(f"{folder} contains no file that scrimp reads: {_links_out(outside)}")
    if first is None:
        raise InputError(
            f"{folder} contains no file that scrimp reads{_kinds(skipped, ' (only ', ')')}: name a file, or use one of "
            f"the extensions {', '.join(FORMAT_OF_EXTENSION)}"
        )
    reports = (_report_skipped(folder, skipped, warn), _report_links(folder, outside, warn))
    return chain([first], files, *reports, _report_described(folder, described, warn))


def _no_descriptions(
    sources: Iterable[Source], all_there: Callable[[], Iterable[Source]], described: list[str]
) -> Iterator[Source]:  # fmt: skip
    """Yield the sources but for descriptions of the tables beside them, whose names are put in `described`."""
    has_tables: bool | None = None
    for source in sources:
        if source.format not in TABLE_FORMATS and is_description(source.name):
            if has_tables is None:
                has_tables = any(each.format in TABLE_FORMATS for each in all_there())
            if has_tables:
                described.append(source.name)
                continue
        yield source


def _report_described(folder: str, described: Sequence[str], warn: Callable[[str], None]) -> Iterator[Source]:
    """Yield nothing; once the directory is read, tell which descriptions were left out."""
    if described:
        more = f" and {len(described) - 1} more, which describe" if len(described) > 1 else ", which describes"
        warn(f"{folder}: left out {described[0]}{more} the tables there: to send such a file as a prompt, name it")
    yield from ()


def _report_links(folder: str, outside: Sequence[Path], warn: Callable[[str], None]) -> Iterator[Source]:
    """Yield nothing; once the directory is read, tell which links were not followed."""
    if outside:
        warn(f"{folder}: {_links_out(outside)}")
    yield from ()


def _links_out(outside: Sequence[Path]) -> str:
    more = f" and {len(outside) - 1} more" if len(outside) > 1 else ""
    return f"{printable_name(str(outside[0]))}{more} left out, as a link out of that directory: to read it, name it"


def _report_skipped(folder: str, skipped: Counter[str], warn: Callable[[str], None]) -> Iterator[Source]:
    """Yield nothing; once the directory is read, tell which files were left out."""
    if skipped:
        warn(f"{folder}: left out {_kinds(skipped)}: to read such a file as one text, name it")
    yield from ()


def _kinds(skipped: Counter[str], before: str = "", after: str = "") -> str:
    """Return numbers and kinds of files, the most frequent first, as a message lists them."""
    if not skipped:
        return ""
    named = [f"{number} {kind or 'without an extension'}" for kind, number in skipped.most_common(_MAX_KINDS)]
    others = skipped.total() - sum(number for _, number in skipped.most_common(_MAX_KINDS))
    return before + ", ".join([*named, *([f"{others} others"] if others else [])]) + after


def _walk(folder: Path, top: Path, skipped: Counter[str], outside: list[Path]) -> Iterator[Source]:
    """Yield the files with a known extension and count the others; skip hidden ones, and links to directories.

    Links out of the `top` are put in `outside`: in a directory that others made, one may lead to a key of the user's,
    which would be sent away.
    """
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        raise InputError(f"{folder} cannot be read ({error.strerror}): check its permissions") from error
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(folder / entry.name, top, skipped, outside)
        elif not entry.is_file():
            continue
        elif format_of(entry.name):
            path = folder / entry.name
            if entry.is_symlink() and not Path(real_path(path)).is_relative_to(real_path(top)):
                outside.append(path)
            else:
                yield _file_source(path)
        else:
            skipped[printable_name(_plain_suffix(entry.name))] += 1


def _glob_sources(argument: str) -> Iterator[Source]:
    """Return the files that match a pattern, which the shell has usually expanded already."""
    if not any(character in argument for character in "*?["):
        raise InputError(f"{_shortened(argument)} does not exist{_ask_hint(argument) or _suggestion(Path(argument))}")
    import glob  # only a pattern the shell left alone needs it

    matches = [Path(name) for name in sorted(glob.glob(argument, recursive=True))]  # noqa: PTH207 - Path.glob takes no absolute pattern
    files = [path for path in matches if path.is_file()]
    if not files:
        raise InputError(f"{_shortened(argument)} matches no file{_ask_hint(argument) or ': check the pattern'}")
    sources = map(_file_source, files)
    return sources if len(files) == 1 else map(_one_of_many, sources)


def _stored_sources(argument: str, warn: Callable[[str], None]) -> Iterator[Source]:
    """Return the object of that address, or those that it is the folder of, or that match it as a pattern."""
    from scrimp.read.inputs import stored_objects  # needs an extra

    pattern = stored_objects.has_wildcards(argument)
    if not pattern and (found := stored_objects.find_object(argument)) is not None:
        return iter([_stored_source(found)])
    skipped: Counter[str] = Counter()
    sources = []
    for each in stored_objects.objects_within(argument):
        if pattern or format_of(each.address):
            sources.append(_stored_source(each))
        else:
            skipped[_plain_suffix(each.address)] += 1
    if not sources and pattern:
        raise InputError(f"{argument} matches no object: check the pattern")
    if not sources:
        others = _kinds(skipped, " (only ", ")")
        raise InputError(f"{argument} does not exist, and has nothing below it to read{others}: check its name")
    described: list[str] = []
    read = sources if pattern else list(_no_descriptions(sources, lambda: sources, described))
    many = read if pattern and len(read) == 1 else list(map(_one_of_many, read))
    return chain(many, _report_skipped(argument, skipped, warn), _report_described(argument, described, warn))


def _stored_source(found: StoredObject) -> Source:
    format_name = format_of(found.address) or "text"
    return Source(found.address, None, format_name, size=found.size)


def _suggestion(path: Path) -> str:
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return f": there is no directory {path.parent}: check the path"
    closest = closest_name(path.name, names)
    return f": did you mean {path.parent / closest}?" if closest else ": check the name, or use - for stdin"


def _ask_hint(argument: str) -> str:
    """Return the hint for an argument that looks like a prompt; a folder that exists is the beginning of a path."""
    path = Path(argument)
    with suppress(OSError):  # its name is too long
        there = next((each for each in path.parents if each.name and each.is_dir()), None)
        argument = argument if there is None else str(path.relative_to(there))
    prose = len(argument) > 255 or len(argument.split()) > 2
    return ": inputs are files; if this is a prompt, use `scrimp ask`" if prose else ""


def _shortened(argument: str) -> str:
    return argument if len(argument) <= 80 else f"{argument[:60]}..."
