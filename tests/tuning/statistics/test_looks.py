"""Looking again whenever more rows have come in: the risk is not exceeded, however often."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from policy_orders import in_sequence
from scrimp.tuning.certify import certify
from scrimp.tuning.policies import Always
from scrimp.tuning.recorded_row import RecordedAnswer, RecordedRow
from scrimp.tuning.statistics.looks import share_of_look


@given(st.integers(1, 2000))
def test_all_looks_together_take_less_than_the_risk(looks: int) -> None:
    assert sum(Fraction(share_of_look(look)) for look in range(1, looks + 1)) < 1


def test_who_looks_again_needs_more_than_who_looked_once() -> None:
    def certified(look: int | None) -> bool:
        pairs = [
            RecordedRow(
                id=f"{number}",
                answers={
                    "a": RecordedAnswer(score=1.0, asserted="1", cost=1.0),
                    "top": RecordedAnswer(score=1.0, asserted="1", cost=100.0),
                },
            )
            for number in range(75)  # without a loss: 59 rows certify 95 % at the whole risk, 72 at half of it
        ]
        found = certify(
            pairs, lambda _: in_sequence((Always("a"),)), "top", 0.95, 0.05, None if look is None else lambda _: look
        )
        return found.claims[0].certified

    assert [certified(look) for look in (None, 1, 2, 3)] == [True, True, False, False]
