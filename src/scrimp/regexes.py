"""Regular expressions: ours compiled at their first use, those of users searched for within a time."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=256)
def pattern(source: str) -> re.Pattern[str]:
    """Return the compiled expression; flags are part of it, as in (?i)."""
    return re.compile(source)


def written_tag(names: str) -> re.Pattern[str]:
    """Return a pattern for the bracket of a tag with one of these names (`a|b`), opening or closing.

    Signs that are not seen, or other brackets that look the same, change nothing for who reads them as a tag.
    """
    return pattern(rf"(?i)[<\uff1c\ufe64\u2039\u3008](?=[^\w<]*(?:{names}))")


class TookTooLongError(Exception):
    """A search that was given up."""


class _Deadline:
    """The timer of searches: of processor time, of which a busy machine or a suspended process takes none."""

    def __init__(self) -> None:
        self._is_installed = False
        self._searching = False

    def search(self, compiled: re.Pattern[str], text: str, seconds: float) -> re.Match[str] | None:
        import signal  # most commands have no expression of the user's

        if not self._is_installed:
            signal.signal(signal.SIGVTALRM, self._ring)
            self._is_installed = True
        self._searching = True
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
        try:
            return compiled.search(text)
        finally:
            self._searching = False
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    def _ring(self, *_: object) -> None:
        if self._searching:  # else it rang between the end of the search and that of the timer
            raise TookTooLongError


_DEADLINE = _Deadline()


def search_within(compiled: re.Pattern[str], text: str, seconds: float) -> re.Match[str] | None:
    """Return the first match, or None; raise TookTooLongError after this many seconds of processor time.

    An expression that backtracks may take longer than the universe is old. Only the main thread has a timer.
    """
    import threading

    if threading.current_thread() is not threading.main_thread():
        return compiled.search(text)
    return _DEADLINE.search(compiled, text, seconds)
