from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.tuning.statistics.calibration import calibration

SHARES = st.floats(0, 1)
ROWS = st.lists(st.tuples(SHARES, st.booleans()), min_size=1, max_size=60)


def brute(rows: list[tuple[float, bool]]) -> float | None:
    good = [sure for sure, right in rows if right]
    bad = [sure for sure, right in rows if not right]
    if not good or not bad:
        return None
    return sum((g > b) + (g == b) / 2 for g in good for b in bad) / (len(good) * len(bad))


@given(rows=ROWS)
def test_auroc_is_the_share_of_pairs_that_stand_the_right_way_round(rows: list[tuple[float, bool]]) -> None:
    found = calibration([sure for sure, _ in rows], [right for _, right in rows])

    assert found.auroc == pytest.approx(brute(rows)) if found.auroc is not None else brute(rows) is None


@given(rows=ROWS)
def test_a_monotone_change_of_confidence_changes_no_order(rows: list[tuple[float, bool]]) -> None:
    right = [good for _, good in rows]
    squeezed = calibration([0.25 + sure / 2 for sure, _ in rows], right)

    # Squeezing may make two floats one; the order is compared on what is left apart.
    if len({0.25 + sure / 2 for sure, _ in rows}) == len({sure for sure, _ in rows}):
        assert squeezed.auroc == calibration([sure for sure, _ in rows], right).auroc


@given(rows=ROWS)
def test_every_row_is_in_one_bin_and_the_interval_is_around_the_figure(rows: list[tuple[float, bool]]) -> None:
    found = calibration([sure for sure, _ in rows], [right for _, right in rows])

    assert sum(each.rows for each in found.bins) == found.rows == len(rows)
    assert 0 <= found.ece <= 1
    if found.auroc is not None and found.auroc_low is not None and found.auroc_high is not None:
        assert 0 <= found.auroc_low <= found.auroc <= found.auroc_high <= 1


def test_confidence_that_means_what_it_says_has_no_error() -> None:
    found = calibration([0.75] * 4 + [0.5] * 2, [True, True, True, False, True, False])

    assert found.ece == pytest.approx(0)
    assert found.accuracy == pytest.approx(4 / 6)


def test_without_rows_there_is_nothing_to_say() -> None:
    with pytest.raises(ValueError, match="no confidence"):
        calibration([], [])
