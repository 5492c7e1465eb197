"""Gzip-compressed inputs, decompressed as they are read."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import TYPE_CHECKING, BinaryIO

from scrimp.errors import InputError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


def decompressed(gzipped: BinaryIO, name: str, buffer_size: int) -> BinaryIO:
    """Return the decompressed bytes; reading a damaged part raises InputError."""
    return io.BufferedReader(_GzipReader(gzipped, name), buffer_size)


class _GzipReader(io.RawIOBase):
    def __init__(self, gzipped: BinaryIO, name: str) -> None:
        super().__init__()
        self._file, self._name = gzip.GzipFile(fileobj=gzipped, mode="rb"), name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        try:
            return self._file.readinto1(buffer)
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(
                f"{self._name} is damaged ({error}): check it with `gzip -t`, or fetch it again"
            ) from error

    def close(self) -> None:
        self._file.close()
        super().close()
