"""The secrets a process has used, found again in what providers say: whole, in pieces, and as others spell them."""

from __future__ import annotations

from collections.abc import Iterator

from scrimp.config.secret_patterns import REDACTED, redact_secrets

_SHORTEST = 4  # characters; replacing shorter secrets would damage ordinary words
# Any piece of a long secret that has this many letters and digits is replaced: from fewer, the rest cannot be guessed.
# A secret that has no more of them itself is replaced as it is, and not in other spellings.
_PIECE = 8
_LETTERS = {code: chr(code).lower() if chr(code).isalnum() else None for code in range(128)}  # as `_counts` has them
# Short texts without secrets that are remembered: the replies of a run name the same model, and stop alike.
_REMEMBERED, _LONGEST_REMEMBERED = 1024, 80
_SHORTEST_IN_PIECES = 16  # letters and digits; pieces of shorter secrets are ordinary words too often


class KnownSecrets:
    """Secrets by where they come from; `redact` is for messages, `redact_whole` for text that must stay as it is."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}
        self._longest_first: list[str] = []  # each once; one may begin with another
        self._without: set[str] = set()  # texts that were found to have none
        self._pieces: frozenset[str] | None = None  # of every spelling; made when the first message needs them
        self._short: tuple[str, ...] = ()  # every spelling of secrets that are found as a whole alone; made with them

    def add(self, source: str, value: str) -> None:
        """Remember a secret; one too short to be told from a word is not replaced in any text."""
        if len(value) >= _SHORTEST and self._values.get(source) != value:
            self._values[source] = value
            self._longest_first = sorted(set(self._values.values()), key=lambda value: (-len(value), value))
            self._pieces = None
            self._without.clear()

    def redact(self, text: str) -> str:
        """Return a message without any known secret, piece of one, or text that has the shape of one."""
        if text in self._without:
            return text
        whole = self.redact_whole(text)
        redacted = redact_secrets(self._without_pieces(whole) if self._values else whole)
        if redacted == text and len(text) <= _LONGEST_REMEMBERED and len(self._without) < _REMEMBERED:
            self._without.add(text)
        return redacted

    def redact_whole(self, text: str) -> str:
        """Return the text without the known secrets, where they stand in it as they are."""
        for value in self._longest_first:
            if value in text:
                text = text.replace(value, REDACTED)
        return text

    def unfinished(self, text: str) -> int:
        """Return how many characters at the end of the text may be the beginning of a known secret."""
        longest = 0
        for value in self._longest_first:
            ends = (size for size in range(min(len(value) - 1, len(text)), longest, -1) if text.endswith(value[:size]))
            longest = next(ends, longest)
        return longest

    def _without_pieces(self, text: str) -> str:
        """Return the text with each stretch replaced whose letters and digits are a piece of a secret.

        What stands between them, and whether they are capitals, does not count: a secret may be cut up by blanks.
        """
        if self._pieces is None:
            self._pieces = frozenset(piece for value in self._values.values() for piece in _pieces(value))
            self._short = tuple(dict.fromkeys(each for value in self._values.values() for each in _whole(value)))
        letters = text.translate(_LETTERS) if text.isascii() else "".join(filter(_counts, text)).lower()
        found = sorted(self._found(letters, self._pieces))
        if not found:
            return text
        places = [place for place, character in enumerate(text) if _counts(character)]
        stretches: list[tuple[int, int]] = []
        for start, stop in found:
            first, end = places[start], places[stop - 1] + 1
            if stretches and first <= stretches[-1][1]:
                first, before = stretches.pop()
                end = max(end, before)
            stretches.append((first, end))
        for first, end in reversed(stretches):
            text = text[:first] + REDACTED + text[end:]
        return text

    def _found(self, letters: str, pieces: frozenset[str]) -> Iterator[tuple[int, int]]:
        """Yield where secrets, or pieces of them, begin and end among the letters and digits of a text."""
        for start in range(len(letters) - _PIECE + 1):
            if letters[start : start + _PIECE] in pieces:
                yield start, start + _PIECE
        for spelling in self._short:
            start = letters.find(spelling)
            while start >= 0:
                yield start, start + len(spelling)
                start = letters.find(spelling, start + 1)


def _counts(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _pieces(value: str) -> Iterator[str]:
    """Yield each run of letters and digits, in small letters, that gives away a part of a long secret."""
    if sum(map(_counts, value)) >= _SHORTEST_IN_PIECES:
        for letters in _spelled(value):
            yield from (letters[start : start + _PIECE] for start in range(len(letters) - _PIECE + 1))


def _whole(value: str) -> Iterator[str]:
    """Yield the letters and digits of a shorter secret, in small letters and every spelling."""
    if _PIECE <= sum(map(_counts, value)) < _SHORTEST_IN_PIECES:
        yield from _spelled(value)


def _spelled(value: str) -> Iterator[str]:
    for spelling in _spellings(value):
        yield "".join(filter(_counts, spelling)).lower()


def _spellings(value: str) -> Iterator[str]:
    """Yield a secret as it is, and as programs write it: backwards, in a URL, in hexadecimal digits, in base64."""
    import base64  # only where a message is shown
    from urllib.parse import quote

    yield from (value, value[::-1], quote(value, safe=""), value.encode().hex())
    for before in range(3):  # base64 of a longer text spells the secret in one of three ways
        spelled = base64.b64encode(b"\0" * before + value.encode()).decode().rstrip("=")
        yield spelled[-(-before * 4 // 3) : -1]  # its first and last characters depend on what stands around it
