from __future__ import annotations

import pytest

from scrimp.render.shares import percent, percent_said, plural


@pytest.mark.parametrize(("share", "words"), [(0.98, "98 %"), (0.961, "96.1 %"), (0.9995, "99.95 %"), (1.0, "100 %")])
def test_a_share_is_said_with_the_digits_that_say_something(share: float, words: str) -> None:
    assert percent_said(share) == words


def test_a_column_of_shares_has_equal_decimals() -> None:
    assert (percent(0.5832), percent(0.5, 1), percent(1.008, 1)) == ("58 %", "50.0 %", "100.8 %")


def test_one_is_not_many() -> None:
    assert (plural(1, "route"), plural(0, "route"), plural(1200, "row")) == ("1 route", "0 routes", "1,200 rows")
