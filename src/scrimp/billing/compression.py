"""What compression did to the prompts of a run, added up."""

from __future__ import annotations

from collections import Counter

from scrimp.values import Compression


class CompressionTotals:
    """Rows that were made shorter, their tokens before and after, and how many each rule changed.

    Rows whose tokens are the same afterwards, such as those that lost a blank at their end, are not counted.
    """

    def __init__(self) -> None:
        self.rows = self.before = self.after = 0
        self.rules: Counter[str] = Counter()
        self.notes: Counter[str] = Counter()

    def add(self, compression: Compression | None) -> None:
        """Add a row that was sent."""
        if compression is None:
            return
        if compression.note:
            self.notes[compression.note] += 1
        if compression.before > compression.after:
            self.rows += 1
            self.before += compression.before
            self.after += compression.after
            self.rules.update(compression.rules)
