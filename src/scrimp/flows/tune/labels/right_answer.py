"""Scores of completions by a prompt's right answer: one of a column of its row, or of a file of labels."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from scrimp.answers.canonical import canonical
from scrimp.answers.labels import label_of, listed
from scrimp.errors import InputError
from scrimp.read.columns import as_text, column_value
from scrimp.store.tuning.pairs import OutputSpec
from scrimp.units import pluralize
from scrimp.values import Prompt

_MOST_NAMED = 5  # rows in warnings


def score_by(right: str, output: str, asked: OutputSpec) -> float | None:
    """Return 1 where a completion asserts the right answer, else 0.

    None if the right answer is a text that asserts nothing to compare by, and the completion is another text.
    """
    wanted = canonical(right, asked.choices, asked.schema)
    if wanted is not None:
        return float(canonical(output, asked.choices, asked.schema) == wanted)
    return 1.0 if output.split() == right.split() else None


def why_no_answer(right: str, asked: OutputSpec) -> str | None:
    """Return why no completion could give a right answer: it is none of the labels, or does not fit what is asked."""
    if asked.choices and label_of(right, asked.choices) is None:
        return f"'{right}' is none of {listed(asked.choices)}"
    if asked.schema is not None and canonical(right, (), asked.schema) is None:
        return f"'{right}' is not JSON whose fields can be compared"
    return None


class GoldColumn:
    """The column of rows that holds the right answer."""

    def __init__(self, column: str, asked: OutputSpec, warn: Callable[[str], None]) -> None:
        """`warn` is called with the first rows whose answer no completion could give."""
        self._column, self._asked, self._warn = column, asked, warn
        self._known = False
        self._without: set[int] = set()  # indexes of prompts without a usable answer
        self._unusable: set[int] = set()  # rows whose answer no completion could give

    def right(self, prompt: Prompt) -> str | None:
        """Return a row's right answer, None if it has none; InputError if no row had the column so far."""
        right = self._value(prompt)
        problem = None if right is None else why_no_answer(right, self._asked)
        if right is None or problem is not None:
            self._without.add(prompt.index)
        if problem is None:
            return right
        self._report(prompt, problem)
        return None

    def score(self, prompt: Prompt, output: str) -> tuple[float | None, str | None]:
        """Return a completion's score and what gave it; None and None without a right answer."""
        right = self.right(prompt)
        score = None if right is None else score_by(right, output, self._asked)
        return score, None if score is None else "gold"

    @property
    def summary(self) -> str:
        """A sentence on rows without a usable answer; empty if each has one."""
        if not self._without:
            return ""
        missing = pluralize(len(self._without), "prompt")
        return f"{missing} without a right answer in {self._column}: scrimp tune label labels their completions"

    def _report(self, prompt: Prompt, problem: str) -> None:
        if prompt.index in self._unusable:
            return
        self._unusable.add(prompt.index)
        if len(self._unusable) <= _MOST_NAMED:
            more = "; further rows are only counted" if len(self._unusable) == _MOST_NAMED else ""
            self._warn(f"{prompt.source}: {self._column}: {problem}: its completions get no label{more}")

    def _value(self, prompt: Prompt) -> str | None:
        value = None
        if self._known:
            with suppress(InputError):  # another row had the column
                value = column_value(prompt.row or {}, self._column, prompt.source)
        else:
            value = column_value(prompt.row or {}, self._column, prompt.source, "correct the row or --gold")
            self._known = True
        text = "" if value is None else as_text(value)
        return text if text.strip() else None
