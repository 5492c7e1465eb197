from __future__ import annotations

import io
import json
import re
from decimal import Decimal

import pytest

from clock import Clock
from scrimp.render.progress import Progress, open_progress
from scrimp.render.streams import StreamStyle
from scrimp.render.tables import display_width

PLAIN = StreamStyle(terminal=False, color=False)
TERMINAL = StreamStyle(terminal=True, color=False, width=60, movable_cursor=True)
COST = Decimal("0.0123")


def opened(
    mode: str, style: StreamStyle, total: int | None = None, *, exact: bool = True
) -> tuple[Progress, io.StringIO, Clock]:
    stream, clock = io.StringIO(), Clock()
    return open_progress(stream, mode, lambda: (total, exact), style, clock=clock), stream, clock


def screen(text: str) -> list[str]:
    """What a terminal shows: a return goes to the line's start, ESC [K empties what follows."""
    return [re.sub(r"\x1b\[[0-9;]*m", "", re.split(r"\r\x1b\[K", line)[-1]) for line in text.split("\n")]


def run(progress: Progress, clock: Clock, seconds: int) -> None:
    for second in range(seconds):
        clock.now += 1
        progress.update(second + 1, 1, COST, 2)


@pytest.mark.parametrize(("cost", "shown", "told"), [(COST, "$0.0123+", "0.0123"), (Decimal(0), "unknown", "null")])
def test_a_cost_that_leaves_out_calls_of_unknown_price_says_so(cost: Decimal, shown: str, told: str) -> None:
    for mode, style in (("lines", PLAIN), ("bar", TERMINAL), ("json", PLAIN)):
        progress, stream, clock = opened(mode, style)
        clock.now += 11
        progress.update(3, 0, cost, 0, unknown=2)

        assert (f'"cost_usd":{told}' if mode == "json" else shown) in stream.getvalue()
        assert ('"at_least":true' in stream.getvalue()) == (mode == "json")


def test_a_short_run_prints_no_line() -> None:
    progress, stream, clock = opened("auto", PLAIN)
    run(progress, clock, 9)
    progress.close()

    assert stream.getvalue() == ""


def test_a_long_run_prints_a_line_every_ten_seconds() -> None:
    progress, stream, clock = opened("auto", PLAIN, total=1000)
    run(progress, clock, 35)

    assert stream.getvalue().splitlines() == [
        "scrimp: 10 of 1,000 rows, 2 from the cache, 1 failed, $0.0123, 0:10",
        "scrimp: 20 of 1,000 rows, 2 from the cache, 1 failed, $0.0123, 0:20",
        "scrimp: 30 of 1,000 rows, 2 from the cache, 1 failed, $0.0123, 0:30",
    ]


@pytest.mark.parametrize("mode", ["auto", "bar"])
def test_there_is_no_bar_where_the_cursor_cannot_be_moved(mode: str) -> None:
    progress, stream, clock = opened(mode, StreamStyle(terminal=True, color=True))
    run(progress, clock, 12)

    assert "\r" not in stream.getvalue()


def test_a_bar_stays_one_line_and_leaves_nothing_behind() -> None:
    progress, stream, clock = opened("auto", TERMINAL, total=100)
    run(progress, clock, 50)
    assert re.fullmatch(r"50/100 rows  #+[.]+  50 %  \$0.0123  1 failed  0:50 left", screen(stream.getvalue())[0])

    progress.close()
    assert screen(stream.getvalue()) == [""]


@pytest.mark.parametrize("width", [10, 20, 30, 40, 60, 80, 200])
@pytest.mark.parametrize("total", [None, 1_000_000])
def test_a_bar_leaves_the_last_column_free(width: int, total: int | None) -> None:
    progress, stream, clock = opened(
        "bar", StreamStyle(terminal=True, color=True, width=width, movable_cursor=True), total
    )
    clock.now += 4000
    progress.update(999, 12, Decimal("1.5"), 400)

    assert display_width(screen(stream.getvalue())[0]) < width


@pytest.mark.parametrize("mode", ["lines", "bar", "json"])
def test_escalated_rows_are_told_once_there_are_some(mode: str) -> None:
    progress, stream, clock = opened(mode, TERMINAL if mode == "bar" else PLAIN)
    clock.now += 11
    progress.update(30, 0, COST, 0, 0, 6)

    assert ('"escalated":6,' if mode == "json" else "6 escalated") in stream.getvalue()


def test_a_bar_is_not_drawn_more_than_ten_times_a_second() -> None:
    progress, stream, clock = opened("bar", TERMINAL)
    for done in range(1000):
        clock.now += 0.001
        progress.update(done, 0, COST, 0)

    assert stream.getvalue().count("\r") <= 12


def test_a_bar_comes_back_after_rows_were_printed() -> None:
    progress, stream, _ = opened("bar", TERMINAL)
    progress.clear()
    stream.write("a row\n")
    progress.update(1, 0, COST, 0)

    assert screen(stream.getvalue())[0] == "a row"
    assert screen(stream.getvalue())[1].startswith("1 rows")


def test_a_warning_stands_above_the_bar() -> None:
    progress, stream, clock = opened("bar", TERMINAL, total=10)
    run(progress, clock, 5)
    progress.print_message("the disk is full")
    above, bar = screen(stream.getvalue())

    assert above == "scrimp: warning: the disk is full"
    assert bar.startswith("5/10 rows")


def test_a_bar_without_color_has_no_color() -> None:
    for color in (False, True):
        progress, stream, clock = opened(
            "bar", StreamStyle(terminal=True, color=color, width=80, movable_cursor=True), 10
        )
        run(progress, clock, 5)
        assert ("\x1b[32m" in stream.getvalue()) == color


def test_json_has_an_object_a_second_and_one_at_the_end() -> None:
    progress, stream, clock = opened("json", PLAIN, total=5)
    run(progress, clock, 3)
    progress.print_message("slow")
    progress.close()
    objects = [json.loads(line) for line in stream.getvalue().splitlines()]

    assert [each["event"] for each in objects] == ["progress"] * 3 + ["warning", "progress"]
    assert objects[-1] == {
        "event": "progress", "done": 3, "total": 5, "failed": 1, "hits": 2, "escalated": 0,
        "cost_usd": 0.0123, "seconds": 3.0,
    }  # fmt: skip


def test_none_shows_nothing_but_warnings() -> None:
    progress, stream, clock = opened("none", TERMINAL)
    run(progress, clock, 100)
    progress.print_message("w")
    progress.close()

    assert stream.getvalue() == "scrimp: warning: w\n"


def test_an_estimated_total_is_marked_as_one() -> None:
    bar, on_screen, clock = opened("bar", TERMINAL, 100, exact=False)
    run(bar, clock, 5)
    lines, log, clock = opened("lines", PLAIN, 1000, exact=False)
    run(lines, clock, 10)
    objects, document, clock = opened("json", PLAIN, 5, exact=False)
    run(objects, clock, 1)

    assert screen(on_screen.getvalue())[0].startswith("5/~100 rows")
    assert log.getvalue().startswith("scrimp: 10 of ~1,000 rows")
    assert json.loads(document.getvalue())["total_estimated"] is True


def test_the_time_left_goes_by_the_last_half_minute_and_not_by_rows_of_the_cache() -> None:
    progress, stream, clock = opened("bar", TERMINAL, total=1_050)
    progress.update(1_000, 0, COST, 1_000)
    for second in range(40):
        clock.now += 1
        progress.update(1_000 + second // 2, 0, COST, 1_000)

    assert "1,019/1,050" in screen(stream.getvalue())[0]
    assert "1:02 left" in screen(stream.getvalue())[0]  # 31 rows, 15 of them in 30 seconds


@pytest.mark.parametrize(
    ("rows", "seconds", "speed"),
    [(300, 100, "3.0 rows/s"), (1200, 100, "12 rows/s"), (50, 100, "30 rows/min"), (2, 100, "1.2 rows/min"),
     (1, 400, "9 rows/h")],
)  # fmt: skip
def test_few_rows_a_second_are_told_as_rows_a_minute_and_never_as_none(rows: int, seconds: int, speed: str) -> None:
    progress, stream, clock = opened("bar", TERMINAL)
    clock.now += seconds
    progress.update(rows, 0, COST, 0)

    assert f"  {speed}" in screen(stream.getvalue())[0]


@pytest.mark.parametrize(("encoding", "drawn"), [("utf-8", "━╸─"), ("ascii", "#.")])
def test_a_bar_has_the_characters_that_the_terminal_can_show(encoding: str, drawn: str) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="")
    clock = Clock()
    progress = open_progress(stream, "bar", lambda: (100, True), TERMINAL, clock=clock)
    run(progress, clock, 17)
    stream.seek(0)

    assert drawn in screen(stream.read())[0]
