"""Find phrases among the words of a text, in one pass that looks at each word a few times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from scrimp.compress.task.phrase import ANY, STEM, WORD, Phrase, branches

_PREFIX = 3  # letters that a stem has at least
_COUNTED = frozenset({
    "first", "second", "third", "fourth", "fifth", "sixth", "last", "next", "left", "right", "middle", "new", "empty",
    "each", "every", "same", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10",
})  # fmt: skip


class _State:
    """What may follow the words read so far: an automaton whose states are made when they are first reached."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._follow: dict[str, list[Phrase]] = {}
        for phrase in phrases:
            for first, rest in branches(phrase):
                self._follow.setdefault(first, []).append(rest)
        self.ends = bool(self._follow.pop("", None))
        self._stems: dict[str, list[str]] = {}
        for first in (first for first in self._follow if first[-1] == STEM):
            self._stems.setdefault(first[:_PREFIX], []).append(first)
        self._wild = [sign for sign in (WORD, ANY) if sign in self._follow]
        self._next: dict[tuple[str, ...], _State] = {}

    def after(self, word: str) -> _State | None:
        """Return the state after one more word, or None where no phrase goes on."""
        firsts = [word] if word in self._follow else []
        firsts += [stem for stem in self._stems.get(word[:_PREFIX], ()) if word.startswith(stem[:-1])]
        firsts += [sign for sign in self._wild if word[:1].isalnum() and (sign == WORD or word not in _COUNTED)]
        if not firsts:
            return None
        key = tuple(firsts)
        if key not in self._next:
            self._next[key] = _State(phrase for first in firsts for phrase in self._follow[first])
        return self._next[key]


class PhraseFinder:
    """Phrases that count anywhere, and orders, which count at the start of a sentence."""

    def __init__(self, phrases: Iterable[Phrase], orders: Iterable[Phrase] = ()) -> None:
        self._anywhere, self._orders = _State(phrases), _State(orders)

    def find(self, words: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Yield where the longest phrase at each word starts and ends; none overlap."""
        at = 0
        while at < len(words):
            end = _end(self._anywhere, words, at)
            if at == 0 or not words[at - 1][:1].isalnum():
                end = max(end, _end(self._orders, words, at))
            if end > at:
                yield at, end
            at = max(end, at + 1)


def _end(start: _State, words: Sequence[str], at: int) -> int:
    """Return the end of the longest phrase at a word, or the word's own place where there is none."""
    state, end = start, at
    for after in range(at, len(words)):
        if (following := state.after(words[after])) is None:
            break
        state, end = following, after + 1 if following.ends else end
    return end
