"""Encodings of inputs: named by --encoding, shown by a byte order mark or by the NULs of UTF-16; all become UTF-8."""

from __future__ import annotations

import codecs
import io
from typing import TYPE_CHECKING, BinaryIO

from scrimp.errors import InputError, UsageError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

UTF8_MARK = codecs.BOM_UTF8
# Those of UTF-32 come first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_UTF8_NAMES = ("utf-8", "utf-8-sig")
_CHUNK = 1 << 16
# Characters a table needs; a codec that cannot carry them, such as base64, is not a text encoding.
_NOT_OF_FILES = ("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem")
_PROBE = 'a,;|\t"\r\n.'


def checked_encoding(name: str | None) -> str | None:
    """Return the codec's own name for an encoding; raise UsageError if it is not one of text."""
    if name is None:
        return None
    try:
        codec = codecs.lookup(name)
        sound = codec.name not in _NOT_OF_FILES and _PROBE.encode(name).decode(name) == _PROBE
    except (LookupError, ValueError, TypeError):
        sound = False
    if not sound:
        raise UsageError(
            f"--encoding: '{name}' is not an encoding: name one such as utf-8, utf-16, cp1252 (Excel and Windows in "
            "Western Europe), cp1250, cp1251, shift_jis or gb18030"
        )
    return codec.name


def marked_encoding(head: bytes) -> str | None:
    """Return the encoding that a byte order mark shows; None for UTF-8 and where there is no mark."""
    return next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)


def guessed_encoding(head: bytes) -> str | None:
    """Return utf-16-le or -be where every other byte of the beginning is NUL, as in UTF-16 without a mark."""
    begin = head[:4]
    if len(begin) < 4 or begin.count(0) != 2:
        return None
    return {(1, 3): "utf-16-le", (0, 2): "utf-16-be"}.get(tuple(at for at in range(4) if not begin[at]))  # type: ignore[arg-type]  # two of them


def encoding_of(head: bytes, named: str | None, *, guess: bool) -> str | None:
    """Return the encoding of what begins like this: its mark's, the named one, a guess; None for UTF-8."""
    if head.startswith(UTF8_MARK):
        return None
    guessed = guessed_encoding(head) if guess else None
    if named in ("utf-16", "utf-32"):  # without a mark it is little-endian, as Windows writes it
        named = guessed or f"{named}-le"
    return marked_encoding(head) or named or guessed


def decode_file(data: bytes) -> str:
    """Return the text of a whole file, by its byte order mark or else as UTF-8; raise UnicodeDecodeError."""
    encoding = marked_encoding(data) or guessed_encoding(data) or "utf-8-sig"
    return data.decode(encoding).removeprefix("\ufeff")


def conversion() -> str:
    """Return the command that converts what is not UTF-8, which in Western Europe and America is cp1252."""
    return "`iconv -f WINDOWS-1252 -t UTF-8`"


def needs_recoding(encoding: str | None) -> bool:
    """Return whether bytes of an encoding differ from UTF-8."""
    return encoding is not None and encoding not in _UTF8_NAMES


def recoded(head: bytes, rest: BinaryIO, encoding: str, name: str, buffer_size: int) -> io.BufferedReader:
    """Return the text of `head` and `rest` as UTF-8; bytes that are not of that encoding raise InputError."""
    return io.BufferedReader(_Recoder(head, rest, encoding, name), buffer_size)


class _Recoder(io.RawIOBase):
    def __init__(self, head: bytes, rest: BinaryIO, encoding: str, name: str) -> None:
        super().__init__()
        self._head, self._rest, self._encoding, self._name = head, rest, encoding, name
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._pending, self._lines, self._ended = b"", 1, False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer).cast("B")
        while not self._pending and not self._ended:
            self._pending = self._next_text().encode()
            self._lines += self._pending.count(b"\n")
        size = min(len(view), len(self._pending))
        view[:size], self._pending = self._pending[:size], self._pending[size:]
        return size

    def _next_text(self) -> str:
        read = getattr(self._rest, "read1", self._rest.read)
        chunk, self._head = self._head or read(_CHUNK), b""
        self._ended = not chunk
        try:
            text = self._decoder.decode(chunk, final=self._ended)
            text.encode()  # half a surrogate pair, which some codecs let through
        except UnicodeDecodeError as error:
            before = error.object[: error.start].decode(self._encoding, "ignore").count("\n")
            raise InputError(
                f"{self._name}:{self._lines + before}: a byte (0x{error.object[error.start]:02x}) that is not "
                f"{self._encoding}: name the encoding the file was saved in with --encoding"
            ) from error
        except UnicodeError as error:
            raise InputError(
                f"{self._name}:{self._lines}: not a text in {self._encoding} ({error}): name the encoding the file was "
                "saved in with --encoding"
            ) from error
        return text
