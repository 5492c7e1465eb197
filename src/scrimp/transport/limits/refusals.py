"""How a provider refuses calls for their rate: some of many, whatever is done, or all that are too many.

A refused call that waits to be sent again keeps its place, as the threads of a plain client do, so that a provider with
a limit is called as fast as it answers. Where refusals are scattered among answers as by chance, calling less would
not help, and the places go to other calls meanwhile.
"""

from __future__ import annotations

from math import ceil, log

# The weight of the newest call in the shares.
_NEWEST = 0.02
# Refusals are scattered if they are hardly more frequent after another one than elsewhere: a limit refuses in a row.
# Hardly, and not just as frequent, because a refusal comes back sooner than an answer.
_MOST, _MORE_OFTEN, _IN_A_ROW, _SAMPLE = 0.4, 0.3, 4, 30
# A refused call is sent again at least so often, and until one more refusal would not be by chance:
# at the share of refusals of all calls it would happen to one in a billion.
_LEAST, _ONE_IN_A_BILLION, _HIGHEST_SHARE = 10, 1e-9, 0.95


class Refusals:
    """The refusals and answers of one provider."""

    def __init__(self) -> None:
        self.answers = 0
        self._share = self._share_after_one = 0.0
        self._in_a_row = self._seen = 0

    @property
    def are_scattered(self) -> bool:
        """Whether calls are refused as by chance, so that the places of those that wait may go to others."""
        return (
            self._seen >= _SAMPLE
            and self._in_a_row < _IN_A_ROW
            and self._share < _MOST
            and self._share_after_one < self._share + _MORE_OFTEN
        )

    @property
    def patience(self) -> int:
        """How often a call may be refused while others are answered."""
        share = min(self._share, _HIGHEST_SHARE)
        return max(_LEAST, ceil(log(_ONE_IN_A_BILLION) / log(share)) if share > 0 else 0)

    def answered(self) -> None:
        """Record an answer."""
        self.answers += 1
        self._learn(refused=False)
        self._in_a_row = 0

    def refused(self) -> None:
        """Record a refusal."""
        self._learn(refused=True)
        self._in_a_row += 1

    def _learn(self, *, refused: bool) -> None:
        self._seen += 1
        if self._in_a_row:
            self._share_after_one += (refused - self._share_after_one) * _NEWEST
        self._share += (refused - self._share) * max(_NEWEST, 1 / self._seen)
