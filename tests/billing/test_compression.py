from __future__ import annotations

from scrimp.billing.compression import CompressionTotals
from scrimp.values import Compression


def test_rows_that_lost_tokens_are_added_up_with_their_rules() -> None:
    shortened = CompressionTotals()
    shortened.add(Compression(before=100, after=60, level="tidy", rules=("phrases", "json columns")))
    shortened.add(Compression(before=50, after=40, level="tidy", rules=("phrases",)))

    assert (shortened.rows, shortened.before, shortened.after) == (2, 150, 100)
    assert shortened.rules == {"phrases": 2, "json columns": 1}


def test_rows_as_long_as_before_and_rows_sent_as_they_came_are_not_counted() -> None:
    shortened = CompressionTotals()
    shortened.add(Compression(before=10, after=10, level="lossless", rules=("margins",)))
    shortened.add(None)

    assert (shortened.rows, dict(shortened.rules)) == (0, {})


def test_why_a_level_was_not_reached_is_counted() -> None:
    shortened = CompressionTotals()
    shortened.add(Compression(before=10, after=10, level="focus", estimated=True, note="no question was found"))

    assert shortened.notes == {"no question was found": 1}
