from __future__ import annotations

import io
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from screen import shown
from scrimp.cli.cost.ledger_sums import _add_up
from scrimp.render.streams import Messages, StreamStyle


class Sums:
    """Adds up two parts, then is stopped, or not."""

    def __init__(self, *, stopped: bool) -> None:
        self.stopped = stopped

    def refresh(self, progress: Callable[[int], None]) -> None:
        progress(400_000)
        if self.stopped:
            raise KeyboardInterrupt
        progress(600_000)


def said(monkeypatch: pytest.MonkeyPatch, *, terminal: bool, stopped: bool = False) -> str:
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    style = StreamStyle(terminal, color=False, movable_cursor=terminal)
    session: Any = SimpleNamespace(err=style, messages=Messages(stream, style))
    sums: Any = Sums(stopped=stopped)
    if stopped:
        with pytest.raises(KeyboardInterrupt):
            _add_up(session, sums, 1_000_000)
    else:
        _add_up(session, sums, 1_000_000)
    return stream.getvalue()


def test_a_line_at_a_terminal_counts_what_is_added_up_and_is_gone_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    note = "scrimp: adding up 1,000,000 calls of the ledger, which is done once"
    received = said(monkeypatch, terminal=True)

    assert "400,000 of 1,000,000 calls added up" in received
    assert shown(received) == [note, ""]
    assert said(monkeypatch, terminal=False) == f"{note}\n"


@pytest.mark.parametrize("terminal", [True, False])
def test_a_stop_says_what_is_kept(monkeypatch: pytest.MonkeyPatch, terminal: bool) -> None:
    lines = shown(said(monkeypatch, terminal=terminal, stopped=True))

    assert lines[1] == "scrimp: 400,000 calls added up; the next command adds the rest"
