from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.render.rich_table import rich_table
from scrimp.render.streams import StreamStyle

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def shown(
    headers: tuple[str, ...], rows: list[tuple[str, ...]], align: str, width: int = 80, color: bool = False
) -> str:
    style = StreamStyle(terminal=True, color=color, width=width, movable_cursor=True)
    return rich_table(headers, rows, align, style, io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))


def test_columns_are_aligned_under_a_rule() -> None:
    lines = [line.rstrip() for line in shown(("model", "calls"), [("a", "1"), ("bcd", "1,000")], "lr").splitlines()]

    assert lines == ["model  calls", "────────────", "a          1", "bcd    1,000"]


@pytest.mark.parametrize("text", ["[red]x[/red]", "[/]", "[link=http://x]y[/link]", ":warning:", "\\[bold]"])
def test_markup_in_data_is_printed_literally(text: str) -> None:
    assert text in shown((text, "n"), [(text, "1")], "lr", color=True)
    assert shown((text, "n"), [(text, "1")], "lr").count(text) == 2


@given(texts, st.booleans())
def test_no_control_character_of_data_reaches_the_terminal(text: str, color: bool) -> None:
    noise = f"{text}\x1b[31m\x1b]0;title\x07\x9b2J\x7f\r\x08"
    output = re.sub(r"\x1b\[(0|1|36)m", "", shown((noise, "n"), [(noise, noise)], "lr", color=color))

    assert not [char for char in output if char != "\n" and not char.isprintable()]


def test_a_text_that_does_not_fit_continues_below_and_numbers_stay_whole() -> None:
    name = "provider/a-very-long-name-of-a-model"
    lines = shown(("model", "cost"), [(name, "$1,234.50")], "lr", width=30).splitlines()

    assert "".join(line[:19].strip() for line in lines[2:]) == name
    assert lines[2].endswith("$1,234.50")
    assert max(map(len, lines)) <= 30


def test_there_is_no_escape_sequence_without_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")

    assert "\x1b" not in shown(("model",), [("a",)], "l")


def test_colors_are_ours_to_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    assert "\x1b[36m" in shown(("model",), [("a",)], "l", color=True)
