"""Objects of S3, and of whatever speaks its protocol, as inputs and as where an output goes (extra `s3`).

Addresses are s3://BUCKET/KEY. Region, endpoint and credentials are those of AWS's own tools.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from shutil import copyfileobj
from typing import TYPE_CHECKING, BinaryIO

from msgspec import Struct

from scrimp.errors import InputError, ScrimpError
from scrimp.read.inputs.addresses import S3, is_object

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from pyarrow.fs import FileSystem

_BUFFER_SIZE = 1 << 18
_COPIED = 1 << 23  # bytes of an upload in memory at once
_WILDCARDS = re.compile(r"[*?\[]")
# What the protocol's client says: "When ...: AWS Error ACCESS_DENIED during HeadObject operation: No response body."
_CLIENT_ERROR = re.compile(r"AWS Error (?P<kind>\w+)[^:]*(?: operation)?: (?P<words>.*)", re.DOTALL)


class StoredObject(Struct, frozen=True):
    """An object, by its address, and its size in bytes."""

    address: str
    size: int


def has_wildcards(address: str) -> bool:
    """Return whether an address is a pattern."""
    return _WILDCARDS.search(address) is not None


def find_object(address: str) -> StoredObject | None:
    """Return the object of that address; None if there is none, or it is the beginning of others' addresses."""
    with _errors(address, "cannot be read"):
        store, path = _store(address)
        (found,) = store.get_file_info([path])
    return StoredObject(address, found.size) if found.is_file else None


def has_bucket(address: str) -> bool:
    """Return whether the bucket of an address exists."""
    with _errors(address, "cannot be read"):
        store, path = _store(address)
        (found,) = store.get_file_info([path.partition("/")[0]])
    return bool(found.type.name != "NotFound")


def objects_within(address: str) -> Iterator[StoredObject]:
    """Yield the objects whose addresses go on from there, as a folder's do, or match the pattern, by name."""
    from pyarrow import fs  # as in _store

    pattern = has_wildcards(address)
    start = address
    if pattern:
        start = _WILDCARDS.split(address, maxsplit=1)[0].rpartition("/")[0]
    with _errors(address, "cannot be read"):
        store, path = _store(start)
        deep = not pattern or "**" in address or "/" in address[len(start) + 1 :]
        found = store.get_file_info(fs.FileSelector(path.rstrip("/"), recursive=deep, allow_not_found=True))
    matches = _pattern(address).fullmatch if pattern else None
    for each in sorted(found, key=lambda info: str(info.path)):
        name = f"{S3}{each.path}"
        if each.is_file and (matches is None or matches(name)):
            yield StoredObject(name, each.size)


class ObjectBytes(io.RawIOBase):
    """The bytes of an object; what goes wrong while they are read raises InputError."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address
        with _errors(address, "cannot be read"):
            store, path = _store(address)
            self._opened = store.open_input_file(path)
            self.size = int(self._opened.size())

    def readable(self) -> bool:
        """Return that they can be read."""
        return True

    def seekable(self) -> bool:
        """Return that any of them can be read first."""
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a place."""
        return int(self._opened.seek(offset, whence))

    def tell(self) -> int:
        """Return the place."""
        return int(self._opened.tell())

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Read as many bytes as the buffer takes, fewer at the end."""
        with _errors(self._address, "cannot be read"):
            return int(self._opened.readinto(buffer))

    def close(self) -> None:
        """Close it."""
        if not self.closed:
            self._opened.close()
        super().close()


def open_object(address: str) -> BinaryIO:
    """Open an object as a file is opened."""
    return io.BufferedReader(ObjectBytes(address), _BUFFER_SIZE)


def upload(file: Path, address: str) -> None:
    """Write a file to an address; the object is there, or is replaced, when it is complete."""
    with file.open("rb") as source:
        write_object(source, address)


def write_object(source: BinaryIO, address: str) -> None:
    """Write what a stream has to an address, as `upload` does."""
    with _errors(address, "cannot be written"):
        store, path = _store(address)
        with store.open_output_stream(path) as target:
            copyfileobj(source, target, _COPIED)


def remove_object(address: str) -> None:
    """Remove an object."""
    with _errors(address, "cannot be removed"):
        store, path = _store(address)
        store.delete_file(path)


def includes_object(inputs: Sequence[str], address: str) -> bool:
    """Return whether an object is among what the inputs name, or would be once it exists."""
    for each in filter(is_object, inputs):
        if has_wildcards(each):
            if _pattern(each).fullmatch(address):
                return True
        elif address == each or address.startswith(each.rstrip("/") + "/"):
            return True
    return False


@cache
def _pattern(address: str) -> re.Pattern[str]:
    """Return a pattern as of a shell: * and ? stay between slashes, **/ passes them."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?|\[!?[^]]+\])", address)
    meanings = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile(
        "".join(
            meanings.get(part) or (f"[{'^' * (part[1] == '!')}{part[1:].lstrip('!')}" if index % 2 else re.escape(part))
            for index, part in enumerate(parts)
        ),
        re.DOTALL,
    )


def _store(address: str) -> tuple[FileSystem, str]:
    """Return the store of an address, and the path in it."""
    try:
        from pyarrow.fs import FileSystem  # an extra, and 0.1 s
    except ImportError as error:
        raise ScrimpError(f"{address} needs pyarrow: `pip install 'scrimp[s3]'` brings it") from error
    path = address.removeprefix(S3)
    bucket = path.partition("/")[0]
    if not re.fullmatch(r"[A-Za-z0-9._-]+", bucket):
        raise InputError(f"{address} names no bucket: write s3://BUCKET/KEY")
    return _bucket_store(FileSystem, bucket), path


@cache
def _bucket_store(file_system: type[FileSystem], bucket: str) -> FileSystem:
    return file_system.from_uri(f"{S3}{bucket}")[0]  # finds the region, or the endpoint of AWS_ENDPOINT_URL


@contextmanager
def _errors(address: str, what: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise InputError(f"{address} does not exist: check its bucket and its name") from error
    except OSError as error:
        found = _CLIENT_ERROR.search(str(error))
        words = str(error).strip().splitlines()[0] if found is None else f"{found['kind']}: {found['words'].strip()}"
        raise InputError(
            f"{address} {what} ({words.rstrip('.')}): check AWS_ACCESS_KEY_ID, AWS_REGION and AWS_ENDPOINT_URL, or the "
            "profile of AWS_PROFILE"
        ) from error
