"""From words on the command line to the inputs they name: files, directories, globs, stdin."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from msgspec import Struct

from scrimp.errors import InputError

FORMATS = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "tsv", ".json": "json", ".txt": "lines",
    ".lines": "lines", ".md": "text", ".markdown": "text", ".prompt": "text", ".text": "text",
}  # fmt: skip


class Source(Struct, frozen=True):
    """A named input; path None is stdin, format None is to be found out from what it holds."""

    name: str
    path: Path | None
    format: str | None


def sources(inputs: Sequence[str]) -> Iterator[Source]:
    """Return what the words name, in their order; a directory's and a glob's files are sorted by name.

    Every word is looked up now, so that a wrong one is an error before anything is read; directories are walked as
    they are read.
    """
    if list(inputs).count("-") > 1:
        raise InputError("stdin (-) is named twice, but can be read only once: name it once")
    return chain.from_iterable([[Source("stdin", None, None)] if word == "-" else _named(word) for word in inputs])


def is_stream(inputs: Sequence[str]) -> bool:
    """Say whether rows may arrive one by one: stdin or a named pipe is among the inputs."""
    return any(word == "-" or _is_pipe(word) for word in inputs)


def _is_pipe(word: str) -> bool:
    try:
        mode = Path(word).stat().st_mode
    except OSError:
        return False  # sources() says what is wrong with it
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _named(word: str) -> Iterator[Source]:
    if not word.strip():
        raise InputError("an input is empty, perhaps an unset variable: name a file, or . for this directory")
    try:
        mode = Path(word).stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return _matching(word)
    except OSError as error:
        raise InputError(f"{_short(word)} cannot be read ({error.strerror}){_ask_instead(word)}") from error
    if stat.S_ISDIR(mode):
        return _at_least_one(word)
    return iter([_source(Path(word), regular=stat.S_ISREG(mode))])


def _source(path: Path, *, regular: bool = True) -> Source:
    """A file goes by its extension, and is one prompt if that says nothing; a pipe without one is looked into."""
    # A name need not be UTF-8, the source of a prompt must be.
    name = str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return Source(name, path, _by_extension(path.name) or ("text" if regular else None))


def _by_extension(name: str) -> str | None:
    plain = name.lower().removesuffix(".gz")
    return FORMATS.get(Path(plain).suffix)


def _at_least_one(folder: str) -> Iterator[Source]:
    files = _walk(Path(folder))
    first = next(files, None)
    if first is None:
        raise InputError(f"{folder} holds no file that scrimp reads: it looks for {', '.join(FORMATS)}")
    return chain([first], files)


def _walk(folder: Path) -> Iterator[Source]:
    """Yield the files of a known extension; what is hidden is passed over, and links to directories, which may loop."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        raise InputError(f"{folder} cannot be read ({error.strerror}): check its permissions") from error
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(folder / entry.name)
        elif _by_extension(entry.name) and entry.is_file():
            yield _source(folder / entry.name)


def _matching(word: str) -> Iterator[Source]:
    """Return the files a pattern matches, which the shell has usually done already."""
    if not any(sign in word for sign in "*?["):
        raise InputError(f"{_short(word)} does not exist{_ask_instead(word) or _near(Path(word))}")
    import glob  # noqa: PLC0415 - only a pattern the shell left alone needs it

    files = [Path(each) for each in sorted(glob.glob(word, recursive=True))]  # noqa: PTH207 - Path.glob takes no absolute pattern
    files = [each for each in files if each.is_file()]
    if not files:
        raise InputError(f"{_short(word)} matches no file{_ask_instead(word) or ': check the pattern'}")
    return map(_source, files)


def _near(path: Path) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only a misspelling needs it

    try:
        names = [each.name for each in path.parent.iterdir()]
    except OSError:
        return f": there is no directory {path.parent}"
    near = get_close_matches(path.name, names, n=1)
    return f": did you mean {path.parent / near[0]}?" if near else ": check the name, or use - for stdin"


def _ask_instead(word: str) -> str:
    """Return the next move for a prompt that stands where a file should."""
    prose = len(word) > 255 or len(word.split()) > 2
    return ": inputs are files; if this is a prompt, give it to `scrimp ask`" if prose else ""


def _short(word: str) -> str:
    return word if len(word) <= 80 else f"{word[:60]}..."
