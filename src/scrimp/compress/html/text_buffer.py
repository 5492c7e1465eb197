"""Text as it is being written: the pieces so far, and what must come between them and the next word."""

from __future__ import annotations

import re
from collections.abc import Iterable

from scrimp.compress.html.elements import LINE, PARAGRAPH, SPACE

_GAPS = ("", " ", "\n", "\n\n")
_SPACE = re.compile(r"(?: *+[\t\n\r\f\u00a0]|  )[ \t\n\r\f\u00a0]*+")  # all but the single spaces
_TICKS = re.compile("`+")
_STRIKETHROUGH = "~~"


def collapse_whitespace(text: str) -> str:
    """Return the text with single spaces, as a browser shows it."""
    return _SPACE.sub(" ", text).strip(" ")


class TextBuffer:
    """What is written, in pieces; marks wait for their first word, so that an empty element leaves none."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.lead = ""  # the mark of a list item, heading or cell; nothing comes between it and its word
        self.raised = False
        self._struck = ""
        self._between = 0

    def apart(self, width: int) -> None:
        """Let the next word begin at least that far from the last: a space, a line, a paragraph."""
        if not self.lead:
            self._between = max(self._between, width)

    def next_line(self) -> None:
        """Begin a line, or leave one blank where one was begun."""
        self.apart(LINE if self._between < LINE else PARAGRAPH)

    def joined(self) -> None:
        """Let the next word touch the last."""
        self._between = 0

    def write(self, text: str) -> None:
        """Write a word or words as they are."""
        if self.pieces:
            self.pieces.append(_GAPS[self._between])
        self.pieces.append(f"{self.lead}{self._struck}{text}")
        self._between, self.lead, self._struck = 0, "", ""

    def aside(self, text: str) -> None:
        """Write in brackets what belongs to the last word; the next stays as far from that as it was."""
        between, self._between = self._between, SPACE
        self.write(f"({text})")
        self._between = between

    def text(self, text: str) -> None:
        """Write words with single spaces between them; blank space at the ends keeps their neighbours apart."""
        single = _SPACE.sub(" ", text)
        words = single.strip(" ")
        if not words:
            self.apart(SPACE if single else 0)
            return
        if single[0] == " ":
            self.apart(SPACE)
        self.write(self._power(words))
        if single[-1] == " ":
            self.apart(SPACE)

    def _power(self, words: str) -> str:
        """Keep 10<sup>5</sup> from being read as 105."""
        raised, self.raised = self.raised, False
        before = self.pieces[-1][-1:] if self.pieces and not self._between else ""
        return f"^{words}" if raised and before.isalnum() and (words[0].isdigit() or words[0] in "+-\u2212") else words

    def strike(self) -> None:
        """Mark what follows as struck out."""
        self._struck += _STRIKETHROUGH

    def struck(self) -> None:
        """End what is struck out, at its last word."""
        if self._struck:
            self._struck = self._struck.removesuffix(_STRIKETHROUGH)
            return
        between, self._between = self._between, 0
        self.write(_STRIKETHROUGH)
        self._between = between

    def code(self, code: str, language: str, *, block: bool) -> None:
        """Write code byte for byte between as many ticks as it takes."""
        ticks = "`" * max(_max_length(_TICKS.findall(code)) + 1, 3 if block else 1)
        if not code.strip():
            self.text(code)
        elif block:
            self.lead = ""
            self.apart(PARAGRAPH)
            self.write(f"{ticks}{language}\n{code}{'' if code.endswith(_END) else _END}{ticks}")
            self.apart(LINE)
        else:
            pad = " " if code[0] == "`" or code[-1] == "`" else ""
            self.write(f"{ticks}{pad}{code}{pad}{ticks}")


_END = "\n"


def _max_length(pieces: Iterable[str]) -> int:
    return max(map(len, pieces), default=0)
