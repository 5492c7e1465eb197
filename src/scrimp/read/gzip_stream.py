"""Inputs packed with gzip, unpacked as they are read."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import TYPE_CHECKING, BinaryIO

from scrimp.errors import InputError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


def unpacked(packed: BinaryIO, name: str, buffer_size: int) -> BinaryIO:
    """Return the bytes inside; damage becomes an InputError where it is met."""
    return io.BufferedReader(_Unpacked(packed, name), buffer_size)


class _Unpacked(io.RawIOBase):
    def __init__(self, packed: BinaryIO, name: str) -> None:
        super().__init__()
        self._file, self._name = gzip.GzipFile(fileobj=packed, mode="rb"), name

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
