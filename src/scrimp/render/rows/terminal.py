"""Outcomes as a person reads them at a terminal: the row's id, its completion, and dimmed which model it cost what.

A short completion shares its line with both; a longer one stands below them. Programs get JSON lines instead.
"""

from __future__ import annotations

from collections.abc import Iterator

from scrimp.billing.row_cost import cost_in_run
from scrimp.render.rows.byte_sink import ByteSink
from scrimp.render.streams import StreamStyle
from scrimp.render.tables import display_width, one_line, truncate_middle
from scrimp.render.terminal import escape_controls, paint
from scrimp.units import format_dollars
from scrimp.values import Failed, Outcome

_CYAN, _DIM, _RED, _YELLOW = "36", "2", "31", "33"
# On a wide screen what a row cost would stand too far from what it says.
_WIDEST = 100
_GAP = 2
_WIDEST_LABEL, _WIDEST_MODEL = 24, 28
_COST_OF = {"hit": "cached", "dup": "duplicate"}


class TerminalRowWriter:
    """A line for each row with a short completion, a paragraph for any other; labels are aligned as far as is known."""

    def __init__(self, sink: ByteSink, style: StreamStyle) -> None:
        self._sink, self._style = sink, style
        self._room = min(style.width, _WIDEST)
        self._label_width = 0  # the widest so far
        self._ended_blank = True
        self.flush = sink.flush

    def write(self, outcome: Outcome) -> None:
        """Write one row."""
        label = truncate_middle(one_line(escape_controls(_label(outcome))), _WIDEST_LABEL)
        self._label_width = max(self._label_width, display_width(label))
        lines = list(self._lines(outcome, label))
        self._ended_blank = not lines[-1]
        self._sink.write("".join(f"{line}\n" for line in lines).encode())

    def close(self) -> None:
        """Separate the rows from the bill below them."""
        if not self._ended_blank:
            self._sink.write(b"\n")
        self._sink.close()

    def _lines(self, outcome: Outcome, label: str) -> Iterator[str]:
        text = escape_controls(outcome.answer.output).strip("\n") if outcome.answer is not None else ""
        source = _source(outcome)
        left = self._painted(label, _CYAN) + " " * (self._label_width - display_width(label) + _GAP)
        if isinstance(outcome, Failed):
            color = _YELLOW if outcome.status == "truncated" else _RED
            yield left + self._painted(f"{outcome.status}: {escape_controls(outcome.failure.message)}", color)
            if text and text not in escape_controls(outcome.failure.message):
                yield from (text, "")
            return
        text = text or "(empty)"
        if "\n" not in text and (gap := self._gap(self._label_width + _GAP + display_width(text), source)):
            yield left + text + gap + self._painted(source, _DIM)
        else:
            gap = self._gap(display_width(label), source) or " " * _GAP
            yield self._painted(label, _CYAN) + gap + self._painted(source, _DIM)
            yield from (text, "")

    def _gap(self, taken: int, source: str) -> str:
        """Return the space that puts `source` at the right edge; none if both do not fit on the line."""
        free = self._room - taken - display_width(source)
        return " " * free if free >= _GAP else ""

    def _painted(self, text: str, code: str) -> str:
        return paint(text, code, color=self._style.color)


def _label(outcome: Outcome) -> str:
    """Return the row's id, else its place in the input, without the directory."""
    prompt = outcome.prompt
    label = prompt.id or prompt.source.rpartition("/")[2] or str(prompt.index)
    return label if prompt.sample is None else f"{label} #{prompt.sample}"


def _source(outcome: Outcome) -> str:
    """Return the model of a row's completion, and what it cost in this run."""
    if outcome.answer is None:
        return ""
    model = truncate_middle(one_line(outcome.answer.model), _WIDEST_MODEL)
    return f"{model}  {_COST_OF.get(outcome.cache) or _cost(outcome)}"


def _cost(outcome: Outcome) -> str:
    dollars = cost_in_run(outcome)
    return "unknown cost" if dollars is None else format_dollars(dollars)
