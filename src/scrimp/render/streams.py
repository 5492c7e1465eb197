"""What a stream can show, and what may be written to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TextIO

from msgspec import Struct

from scrimp.values import Failed, Outcome

if TYPE_CHECKING:
    from scrimp.render.bill import Bill

# ESC and its kin could move the cursor or retitle the window of whoever reads a completion.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_NARROWEST, _WIDEST = 40, 80


class Style(Struct, frozen=True):
    """What is known of a stream: a terminal or not, colours or not, columns to fill."""

    terminal: bool
    color: bool
    width: int = 80


def style_of(stream: TextIO, color: str, env: Mapping[str, str]) -> Style:
    """Return what a stream can show; NO_COLOR and TERM=dumb are honoured unless --color says otherwise."""
    terminal = stream.isatty()
    plain = bool(env.get("NO_COLOR")) or env.get("TERM") == "dumb"
    colored = color == "always" or (color == "auto" and terminal and not plain)
    return Style(terminal, colored, _width() if terminal else _WIDEST)


def _width() -> int:
    import shutil  # noqa: PLC0415 - typer has it loaded already; a program without typer need not

    return max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size((_WIDEST, 24)).columns))


def visible(text: str) -> str:
    """Return text for a terminal: control characters but tab and newline are shown as what they are."""
    return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text.replace("\r\n", "\n"))


def _nothing() -> None:
    """Clear no bar where none was drawn."""


class Messages:
    """Warnings and notes on stderr, each once; `redact` takes keys out of what a provider said."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._said: set[str] = set()
        self.before: Callable[[], None] = _nothing  # what must leave the line first: a progress bar

    def warn(self, text: str) -> None:
        """Print a warning, unless it was printed before."""
        if text in self._said:
            return
        self._said.add(text)
        self.note(f"scrimp: warning: {text}")

    def note(self, text: str) -> None:
        """Print a line."""
        self.before()
        self._stream.write(visible(text) + "\n")
        self._stream.flush()

    def failed(self, outcome: Failed) -> None:
        """Print why a row has no completion."""
        self.note(f"scrimp: {outcome.prompt.source}: {outcome.failure.message}")

    def outcome(self, outcome: Outcome) -> None:
        """Print where a row went and why."""
        if isinstance(outcome, Failed):
            self.failed(outcome)
            return
        answer = outcome.answer
        sure = "" if answer.confidence is None else f", confidence {answer.confidence:.2f}"
        self.note(f"{outcome.prompt.source}: {outcome.cache}, {answer.provider}/{answer.model} ({answer.why}{sure})")

    def bill(self, bill: Bill, how: str, style: Style) -> None:
        """Print the bill as it was asked for."""
        if how == "none":
            return
        if how == "json":
            import msgspec  # noqa: PLC0415 - loaded already; named where it is used

            self.note(msgspec.json.encode(bill.as_json()).decode())
            return
        for line in bill.text(style.width):
            self.note(line)
