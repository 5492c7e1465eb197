from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from scrimp.render.live_bars import Bar, _table
from scrimp.render.tables import display_width

BARS = [
    Bar(label="1 of 2 batches ended", done=1234, failed=2, total=9000, age="12:04", note="nothing new for 3:20,"),
    Bar(label="002 gpt-6.2-sol", done=34, failed=0, total=8000, age="12:04", note="in_progress"),
]  # fmt: skip


def drawn(width: int, bars: list[Bar]) -> list[str]:
    console = Console(file=io.StringIO(), width=200, force_terminal=True, color_system=None)
    with console.capture() as output:
        console.print(_table(bars, width))
    return [line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", output.get()).splitlines()]


@pytest.mark.parametrize("width", [20, 24, 30, 44, 60, 77, 97, 200])
def test_counts_are_whole_at_every_width_and_each_batch_has_one_line(width: int) -> None:
    lines = drawn(width, BARS)
    assert len(lines) == 2
    assert "1,234/9,000" in lines[0]
    assert "34/8,000" in lines[1]
    assert max(map(display_width, lines)) <= width


def test_what_matters_less_gives_way_first() -> None:
    assert ["━" in drawn(width, BARS)[0] for width in (44, 77, 97)] == [False, False, True]
    assert ["nothing new" in drawn(width, BARS)[0] for width in (44, 77, 97)] == [False, True, True]
    assert ["12:04" in drawn(width, BARS)[1] for width in (44, 60, 97)] == [False, True, True]
    assert "2 failed" in drawn(30, BARS)[0]
    assert "1 of 2 batches ended" in drawn(44, BARS)[0]


def test_a_bar_is_as_long_as_its_share() -> None:
    half, whole = (drawn(80, [Bar(label="x", done=done, failed=0, total=100)])[0].count("━") for done in (50, 100))
    assert half == pytest.approx(whole / 2, abs=1)
