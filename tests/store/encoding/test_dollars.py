from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.errors import StoreError
from scrimp.store.encoding.dollars import dollars, stored_dollars


@given(pico=st.integers(0, 1000 * 2**63 - 1))
def test_whole_picodollars_of_any_size_come_back_as_they_were(pico: int) -> None:
    cost = Decimal(pico).scaleb(-12)
    nano, beyond = stored_dollars(cost)

    assert nano is not None
    assert (nano * 1000 + beyond, beyond in range(1000)) == (pico, True)
    assert dollars(nano, beyond) == cost


@given(pico=st.integers(0, 10**15), digits=st.integers(1, 999))
def test_no_fraction_of_a_picodollar_is_rounded_away(pico: int, digits: int) -> None:
    with pytest.raises(StoreError, match="please report it"):
        stored_dollars(Decimal(f"{pico}.{digits:03}").scaleb(-12))


def test_an_unknown_cost_is_not_zero() -> None:
    assert stored_dollars(None) == (None, 0)
