from __future__ import annotations

import io

import pytest

from scrimp.render.streams import Messages, StreamStyle, stream_style
from scrimp.render.terminal import escape_controls

PLAIN = StreamStyle(terminal=False, color=False)
TERMINAL = StreamStyle(terminal=True, color=False, movable_cursor=True)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("flag", "env", "colored"),
    [
        ("auto", {}, True),
        ("auto", {"NO_COLOR": "1"}, False),
        ("auto", {"NO_COLOR": ""}, True),
        ("auto", {"TERM": "dumb"}, False),
        ("auto", {"TERM": "dumb", "FORCE_COLOR": "1"}, True),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ("always", {"NO_COLOR": "1"}, True),
        ("never", {"FORCE_COLOR": "1"}, False),
    ],
)
def test_a_terminal_has_colors_unless_something_says_no(flag: str, env: dict[str, str], colored: bool) -> None:
    assert stream_style(Terminal(), flag, env).color == colored


@pytest.mark.parametrize(
    ("flag", "env", "colored"),
    [
        ("auto", {}, False),
        ("auto", {"FORCE_COLOR": "1"}, True),
        ("auto", {"FORCE_COLOR": "0"}, False),
        ("always", {}, True),
    ],
)
def test_a_pipe_has_colors_only_when_asked_for(flag: str, env: dict[str, str], colored: bool) -> None:
    style = stream_style(io.StringIO(), flag, env)

    assert (style.color, style.terminal, style.movable_cursor) == (colored, False, False)


def test_the_cursor_of_a_dumb_terminal_is_left_alone() -> None:
    assert stream_style(Terminal(), "auto", {"TERM": "dumb"}) == StreamStyle(terminal=True, color=False)


def test_columns_are_80_unless_the_environment_knows_better() -> None:
    assert stream_style(Terminal(), "auto", {}).width == 80
    assert stream_style(io.StringIO(), "auto", {"COLUMNS": "61"}).width == 61
    assert stream_style(io.StringIO(), "auto", {"COLUMNS": "wide"}).width == 80


def test_control_characters_are_shown_as_pictures() -> None:
    assert escape_controls("a\x1b[31m\tb\r\nc\r\x07\x7f\x9b") == "a␛[31m\tb\nc␍␇\\x7f\\x9b"


def test_a_warning_is_printed_once() -> None:
    stream = io.StringIO()
    messages = Messages(stream, PLAIN)
    for _ in range(3):
        messages.warn("the cache is full")

    assert stream.getvalue() == "scrimp: warning: the cache is full\n"


def test_a_million_different_warnings_are_not_all_remembered() -> None:
    messages = Messages(io.StringIO(), PLAIN)
    for number in range(1500):
        messages.warn(str(number))

    assert len(messages._warned) == 1000


def test_quiet_leaves_errors() -> None:
    stream = io.StringIO()
    messages = Messages(stream, PLAIN, quiet=True)
    messages.warn("w")
    messages.note("s")
    messages.error("e")

    assert stream.getvalue() == "scrimp: e\n"


def test_what_a_provider_says_cannot_move_a_terminals_cursor() -> None:
    stream = io.StringIO()
    Messages(stream, TERMINAL).error("401 \x1b[2J")

    assert stream.getvalue() == "scrimp: 401 ␛[2J\n"


def test_messages_go_to_the_bar_while_there_is_one() -> None:
    stream, redirected = io.StringIO(), list[tuple[str, str]]()
    messages = Messages(stream, PLAIN)
    messages.redirect(lambda message, kind: redirected.append((message, kind)))
    messages.warn("w")
    messages.redirect(None)
    messages.note("s")

    assert redirected == [("w", "warning")]
    assert stream.getvalue() == "scrimp: s\n"


def test_of_an_error_of_a_megabyte_the_beginning_and_the_end_are_printed() -> None:
    stream = io.StringIO()
    Messages(stream, PLAIN).error(f"the key {'k' * 1_000_000} is unknown: use another")

    assert stream.getvalue().startswith("scrimp: the key kkk")
    assert stream.getvalue().endswith("kkk is unknown: use another\n")
    assert len(stream.getvalue()) < 5000
