"""Consecutive requests that a model finds invalid: the fault of these rows, or of every request of the run?

Neighboring rows may share a fault, a wrong parameter is a fault of all. So after some invalid requests with no answer
between them the model is doubted: no call is made but that of a row from further on. If it is answered, the fault was
that of the rows before, and the next doubt comes later; if some such rows fail alike, the model is given up.
"""

from __future__ import annotations

from scrimp.values import Failure

# Invalid requests in a row that raise a doubt, and the growth of that number with each doubt that was unfounded: in a
# long stretch of faulty rows few calls go alone. Rows from further on that must fail alike.
_DOUBTED_AFTER, _GROWTH, _TRIES = 5, 4, 5
# Where the rows to try are among those that wait, as a fraction of them: far from the first and from each other.
_PLACES = (1.0, 0.5, 0.75, 0.25, 0.9)
# Rows that are read ahead come to wait, before one of them is chosen: seconds between two looks at how many do, and the
# growth from one look to the next after which more are expected. A busy machine takes its time.
_GATHERING, _MORE = 0.05, 1.1
# Calls to other models after which the next row is far enough, where nothing waits because those take over.
_PASSED_OVER = 32


class InvalidStreak:
    """The invalid requests to one model since its last answer; times are seconds of any steady clock."""

    def __init__(self) -> None:
        self.failure: Failure | None = None  # why the model is doubted
        self.given_up = False
        self.retry_at = float("-inf")
        self._in_a_row, self._doubted_after = 0, _DOUBTED_AFTER
        self._failed_tries = self._passed_over = 0
        self._called_up = False
        self._waiting = 0  # rows, at the last look since the last try
        self._try: float | None = None  # when the call that decides was sent

    @property
    def ready(self) -> bool:
        """Whether a call would be let through."""
        return self.failure is None or (self._called_up and self._try is None)

    @property
    def trying(self) -> bool:
        """Whether a row from further on is on its way."""
        return self._called_up or self._try is not None

    def admit(self, now: float) -> None:
        """Let a call through; in doubt it is the one that decides."""
        if self.failure is not None:
            self._try, self._called_up = now, False

    def withdraw(self, began: float) -> None:
        """Undo `admit` for a call that was not made."""
        if self._try == began:
            self._try, self._called_up = None, True

    def gathers(self, waiting: int, now: float) -> bool:
        """Return whether more rows are expected to wait than do now; then look again at `retry_at`."""
        grows = waiting > _MORE * self._waiting
        if grows:
            self._waiting, self.retry_at = waiting, now + _GATHERING
        return grows

    def place(self, waiting: int) -> int:
        """Return which of this many waiting rows is to be tried, and let its call through."""
        self._called_up = True
        return int((waiting - 1) * _PLACES[self._failed_tries % len(_PLACES)])

    def pass_over(self) -> None:
        """Count a row that another model answers; after some of them the next one is far enough to be tried."""
        if self.failure is not None and not self.trying and not self.given_up:
            self._passed_over += 1
            self._called_up = self._passed_over % _PASSED_OVER == 0

    def answered(self, began: float) -> None:
        """Learn that a request that was let through at `began` was not invalid."""
        if self.failure is not None and self._try == began:
            self._doubted_after *= _GROWTH
        self.failure, self.given_up, self._try, self._called_up = None, False, None, False
        self._in_a_row = self._failed_tries = self._passed_over = 0

    def found_invalid(self, failure: Failure, began: float, now: float) -> None:
        """Learn that a request that was let through at `began` was invalid."""
        if self.failure is None:
            self._in_a_row += 1
            if self._in_a_row >= self._doubted_after:
                self.failure, self.retry_at, self._waiting = failure, now + _GATHERING, 0
        elif self._try == began:
            self._failed_tries += 1
            self._try, self.failure, self.retry_at, self._waiting = None, failure, now, 0
            self.given_up = self._failed_tries >= _TRIES
