"""How long a start texts have in common with others that were seen before, found without knowing them all."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

# Groups of texts that begin alike, and characters of them all. What is more is forgotten, first what only one text has.
_GROUPS, _CHARACTERS = 256, 1_000_000
_STARTS = 4  # starts per group, at most
_MOSTLY = 0.8  # of a start that several texts have, another text must have as much for the start to be cut for it
_NEAR = 200  # characters in which a place to cut is looked for


class _Start:
    """A start, and how many texts are known to have it."""

    __slots__ = ("text", "texts")

    def __init__(self, text: str) -> None:
        self.text, self.texts = text, 1


class SharedStarts:
    """Starts of at least `shortest` characters that several texts have."""

    def __init__(self, shortest: int) -> None:
        self._shortest = shortest
        self._groups: OrderedDict[str, list[_Start]] = OrderedDict()
        self._characters = 0

    def learn(self, texts: Iterable[str]) -> None:
        """Add texts that came together: once sorted, those with the longest common start are neighbors."""
        for text in sorted(each for each in texts if len(each) >= self._shortest):
            self._learn(text)
        if self._is_full:
            for begins in [key for key, starts in self._groups.items() if all(start.texts == 1 for start in starts)]:
                self._forget(begins)
        while self._is_full and len(self._groups) > 1:
            self._forget(next(iter(self._groups)))

    @property
    def _is_full(self) -> bool:
        return len(self._groups) > _GROUPS or self._characters > _CHARACTERS

    def _forget(self, begins: str) -> None:
        if self._is_full:
            self._characters -= sum(len(start.text) for start in self._groups.pop(begins))

    def _learn(self, text: str) -> None:
        begins = text[: self._shortest]
        starts = self._groups.setdefault(begins, [])
        self._groups.move_to_end(begins)
        nearest, common = None, 0
        for start in starts:
            length = common_length(start.text, text)
            if length > common:
                nearest, common = start, length
        enough = nearest is not None and (nearest.texts == 1 or common >= _MOSTLY * len(nearest.text))
        if nearest is not None and (enough or len(starts) == _STARTS):
            self._characters -= len(nearest.text) - common
            nearest.text, nearest.texts = nearest.text[:common], nearest.texts + 1
        elif len(starts) < _STARTS:
            starts.append(_Start(text))
            self._characters += len(text)

    def length(self, text: str) -> int:
        """Return how many characters of a text are a start that others have: up to the end of a line or a word."""
        starts = self._groups.get(text[: self._shortest], ())
        shared = [len(start.text) for start in starts if start.texts > 1 and text.startswith(start.text)]
        return last_boundary(text, max(shared)) if shared else 0


def common_length(one: str, other: str) -> int:
    """Return how many characters two texts have in common from their beginning."""
    least, most = 0, min(len(one), len(other))
    if one[:most] == other[:most]:
        return most
    while least < most:
        middle = (least + most + 1) // 2
        if one[least:middle] == other[least:middle]:
            least = middle
        else:
            most = middle - 1
    return least


def last_boundary(text: str, length: int) -> int:
    """Return where to cut a text, at most at `length`: after a line, else before a space, else right there.

    A cut within a word would make other tokens of it.
    """
    if length >= len(text):
        return len(text)
    line = text.rfind("\n", max(0, length - _NEAR), length)
    if line >= 0:
        return line + 1
    space = text.rfind(" ", max(0, length - _NEAR), length + 1)
    return space if space > 0 else length
