"""What compression did to the prompts of a run, added up."""

from __future__ import annotations

from collections import Counter

from scrimp.values import Compression


class CompressionTotals:
    """Rows that became shorter, their tokens before and after, and how many each rule changed.

    Rows with as many tokens afterwards, such as those that lost a trailing blank, are not counted.
    """

    def __init__(self) -> None:
        self.rows = self.tokens_before = self.tokens_after = 0
        self.below_cliffs = 0  # rows that were compressed harder, to stay below a size at which their model costs more
        self.rows_by_rule: Counter[str] = Counter()
        self.rows_by_note: Counter[str] = Counter()

    def add(self, compression: Compression | None) -> None:
        """Add a row that was sent."""
        if compression is None:
            return
        self.below_cliffs += bool(compression.below)
        if compression.note:
            self.rows_by_note[compression.note.partition(": ")[0]] += 1  # without the words that a note cites
        if compression.before > compression.after:
            self.rows += 1
            self.tokens_before += compression.before
            self.tokens_after += compression.after
            self.rows_by_rule.update(compression.rules)
