from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.render.costs.bars import bars
from scrimp.render.streams import StreamStyle
from scrimp.render.tables import display_width

PLAIN = StreamStyle(terminal=True, color=False, width=60)
amounts = st.tuples(
    st.text(max_size=80), st.decimals(0, 10**6, allow_nan=False, places=9), st.sampled_from(["", "+"])
)  # fmt: skip


@given(given=st.lists(amounts, max_size=6), width=st.integers(40, 200))
def test_bars_fit_the_screen_and_are_as_long_as_their_dollars(
    given: list[tuple[str, Decimal, str]], width: int
) -> None:
    lines = bars(given, StreamStyle(terminal=True, color=False, width=width), "ascii")

    assert len(lines) == len(given)
    assert all(display_width(line) <= width for line in lines)
    lengths = [len(line) - len(line.rstrip("#")) for line in lines]
    ordered = sorted(range(len(given)), key=lambda place: given[place][1])
    assert [lengths[place] for place in ordered] == sorted(lengths[place] for place in ordered)


def test_the_dollars_stand_under_each_other_with_a_mark_where_more_may_have_been_billed() -> None:
    lines = bars([("a", Decimal(10), ""), ("bcd", Decimal("2.5"), "+"), ("e", Decimal(0), "")], PLAIN, "utf-8")

    assert lines[0].startswith("a    $10.00  ███")
    assert lines[1].startswith("bcd   $2.50+ ███")
    assert lines[2] == "e        $0"


@pytest.mark.parametrize(("color", "expected"), [(True, "\x1b[36m█"), (False, "█")])
def test_colors_are_used_where_there_are_any(color: bool, expected: str) -> None:
    (line,) = bars([("a", Decimal(1), "")], StreamStyle(terminal=True, color=color, width=60), "utf-8")
    assert expected in line
    assert ("\x1b" in line) is color
