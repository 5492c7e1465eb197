from __future__ import annotations

from scrimp.billing.compression import CompressionTotals
from scrimp.values import Compression


def test_rows_that_lost_tokens_are_added_up_with_their_rules() -> None:
    totals = CompressionTotals()
    totals.add(Compression(before=100, after=60, level="tidy", rules=("phrases", "json columns")))
    totals.add(Compression(before=50, after=40, level="tidy", rules=("phrases",)))

    assert (totals.rows, totals.tokens_before, totals.tokens_after) == (2, 150, 100)
    assert totals.rows_by_rule == {"phrases": 2, "json columns": 1}


def test_rows_as_long_as_before_and_rows_sent_as_they_came_are_not_counted() -> None:
    totals = CompressionTotals()
    totals.add(Compression(before=10, after=10, level="lossless", rules=("margins",)))
    totals.add(None)

    assert (totals.rows, dict(totals.rows_by_rule)) == (0, {})


def test_why_a_level_was_not_reached_is_counted() -> None:
    totals = CompressionTotals()
    totals.add(Compression(before=10, after=10, level="focus", estimated=True, note="no question was found"))

    assert totals.rows_by_note == {"no question was found": 1}
