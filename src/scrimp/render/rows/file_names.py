"""Names of files made of a row's values: safe on every system, short enough, and no two the same."""

from __future__ import annotations

import re
import unicodedata

# What separates, means something to a shell or a system, or cannot be seen: on Windows, too, where a folder may be
# looked at later. Half of a surrogate pair is not a character.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\ud800-\udfff<>:"/\\|?*]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_MOST_BYTES = 230  # of 255: room for a number and for the suffix of a partial file
_EXTENSION = re.compile(r"\.[^.]{1,20}$")


def safe_part(value: str) -> str:
    """Return a value as a part of a name: it holds no separator and does not begin or end with a dot or a blank."""
    return re.sub(r"^[\s.]+|[\s.]+$", "_", _UNSAFE.sub("_", value)) or "_"


def safe_component(name: str) -> str:
    """Return the name of a file or directory: never . or .., none that is reserved, at most 230 bytes of UTF-8."""
    if not name.strip(". "):
        return "_"
    safe = f"_{name}" if _RESERVED.fullmatch(name) else name
    data = safe.encode("utf-8", "surrogateescape")
    if len(data) <= _MOST_BYTES:
        return safe
    extension = match[0] if (match := _EXTENSION.search(safe)) else ""
    room = _MOST_BYTES - len(extension.encode("utf-8", "surrogateescape"))
    return data[:room].decode("utf-8", "ignore") + extension


class UniqueNames:
    """Gives a number to a path that was given out before, also where only the case of letters differs."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}  # the number given last, by the path that was asked for

    def unique(self, path: str) -> str:
        """Return the path, or name-2.md, name-3.md and so on in its place."""
        number = self._last.get(_key(path), 0)
        if not number:
            self._last[_key(path)] = 1
            return path
        extension = match[0] if (match := _EXTENSION.search(path)) else ""
        while True:
            number += 1
            numbered = f"{path.removesuffix(extension)}-{number}{extension}"
            if _key(numbered) not in self._last:
                self._last[_key(path)] = number
                self._last[_key(numbered)] = 1
                return numbered


def _key(path: str) -> str:
    """Return a key that is equal for paths a system may treat as one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())
