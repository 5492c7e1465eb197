"""A buffer of text: the pieces so far, and what must separate them from the next word."""

from __future__ import annotations

import re

from scrimp.compress.html.elements import LINE, PARAGRAPH, SPACE

_GAPS = ("", " ", "\n", "\n\n")
_SPACE = re.compile(r"(?: *+[\t\n\r\f\u00a0]|  )[ \t\n\r\f\u00a0]*+")  # all but single spaces
_EXPONENT = re.compile("[\\d+\u2212-]|[^\\W\\d_](?![^\\W\\d_])")  # a number or a letter, unlike the letters of 2nd
_TICKS = re.compile("`+")
_STRIKETHROUGH = "~~"


def collapse_whitespace(text: str) -> str:
    """Return the text with single spaces, as a browser displays it."""
    return _SPACE.sub(" ", text).strip(" ")


class TextBuffer:
    """Text in pieces; marks wait for their first word, so that an empty element leaves none."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.prefix = ""  # the mark of a list item, heading or cell, directly before its word
        self.script = ""  # the sign of what starts: ^ of a superscript, _ of a subscript, a blank of a fraction
        self._strikethrough = ""
        self._gap = 0

    def separate(self, gap: int) -> None:
        """Separate the next word from the last by at least this: SPACE, LINE or PARAGRAPH."""
        if not self.prefix:
            self._gap = max(self._gap, gap)

    def next_line(self) -> None:
        """Start a line, or leave a blank line if one was just started."""
        self.separate(LINE if self._gap < LINE else PARAGRAPH)

    def join_next(self) -> None:
        """Write the next word directly after the last."""
        self._gap = 0

    def write(self, text: str) -> None:
        """Write words as they are."""
        if self.pieces:
            self.pieces.append(_GAPS[self._gap])
        self.pieces.append(f"{self.prefix}{self._strikethrough}{text}")
        self._gap, self.prefix, self._strikethrough = 0, "", ""

    def attach(self, text: str, gap: int = 0) -> None:
        """Write what belongs to the last word; the separation from the next word stays."""
        kept, self._gap = self._gap, gap
        self.write(text)
        self._gap = kept

    def write_text(self, text: str) -> None:
        """Write text with single spaces; white space at its ends separates it from its neighbors."""
        single = _SPACE.sub(" ", text)
        words = single.strip(" ")
        if not words:
            self.separate(SPACE if single else 0)
            return
        if single[0] == " ":
            self.separate(SPACE)
        self.write(self._with_sign(words))
        if single[-1] == " ":
            self.separate(SPACE)

    def _with_sign(self, words: str) -> str:
        """Write 10<sup>5</sup> as 10^5 rather than 105, 101<sub>2</sub> as 101_2, and a fraction after a blank."""
        script, self.script = self.script, ""
        before = self.pieces[-1][-1:] if self.pieces and not self._gap else ""
        joins = before.isalnum() if script == "^" else before.isdecimal()
        return f"{script}{words}" if joins and _EXPONENT.match(words) else words

    def begin_strikethrough(self) -> None:
        """Strike through what follows."""
        self._strikethrough += _STRIKETHROUGH

    def end_strikethrough(self) -> None:
        """End the strikethrough after the last word."""
        if self._strikethrough:
            self._strikethrough = self._strikethrough.removesuffix(_STRIKETHROUGH)
        else:
            self.attach(_STRIKETHROUGH)

    def write_code(self, code: str, language: str, *, block: bool) -> None:
        """Write code unchanged between as many backticks as needed."""
        longest = max(map(len, _TICKS.findall(code)), default=0)
        ticks = "`" * max(longest + 1, 3 if block else 1)
        if not code.strip():
            self.write_text(code)
        elif block:
            self.prefix = ""
            self.separate(PARAGRAPH)
            end = "" if code.endswith("\n") else "\n"
            self.write(f"{ticks}{language}\n{code}{end}{ticks}")
            self.separate(LINE)
        else:
            pad = " " if code[0] == "`" or code[-1] == "`" else ""
            self.write(f"{ticks}{pad}{code}{pad}{ticks}")
