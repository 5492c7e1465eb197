"""White space that no reader sees: rules that change nothing but line ends, trailing space and runs of blank lines.

Fenced code is left as it is, byte for byte. A run of two blank lines stays too: it separates definitions in code that
carries no fence.
"""

from __future__ import annotations

import re
from collections.abc import Callable

# The look-behind keeps a long run of spaces that ends in a word from being scanned once for each of its spaces.
_TRAILING = re.compile(r"(?<![ \t])[ \t]++(?=\n|\Z)")
_BLANK_RUN = re.compile(r"\n{4,}")
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)", re.MULTILINE)


def line_ends(text: str) -> str:
    r"""Write \r\n and a lone \r as \n."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def trailing_space(text: str) -> str:
    """Drop spaces and tabs that nothing follows on their line."""
    return _TRAILING.sub("", text)


def blank_lines(text: str) -> str:
    """Write three or more blank lines as one."""
    return _BLANK_RUN.sub("\n\n", text)


def margins(text: str) -> str:
    """Drop blank lines before the first word and after the last."""
    return _leading_blank_lines(text).rstrip()


def _leading_blank_lines(text: str) -> str:
    """Keep the indentation of the first line that has words: it may matter to what follows."""
    body = text.lstrip()
    start = len(text) - len(body)
    return text[text.rfind("\n", 0, start) + 1 :] if body else ""


def _outside_fences(rule: Callable[[str], str]) -> Callable[[str], str]:
    def guarded(text: str) -> str:
        if "```" not in text and "~~~" not in text:
            return rule(text)
        return "".join(piece if fenced else rule(piece) for piece, fenced in _pieces(text))

    return guarded


def _pieces(text: str) -> list[tuple[str, bool]]:
    """Cut a text at its code fences: (piece, is it code?); a fence that is never closed runs to the end."""
    pieces: list[tuple[str, bool]] = []
    start, opened = 0, ""
    for match in _FENCE.finditer(text):
        mark = match[1]
        if not opened:
            pieces.append((text[start : match.start()], False))
            start, opened = match.start(), mark
        elif mark.startswith(opened):
            end = text.find("\n", match.end())
            end = len(text) if end < 0 else end
            pieces.append((text[start:end], True))
            start, opened = end, ""
    pieces.append((text[start:], bool(opened)))
    return pieces


def _margins_outside_fences(text: str) -> str:
    pieces = _pieces(text)
    if pieces[-1][1] or text.lstrip().startswith(("```", "~~~")):
        return text  # the text begins or ends in code, where even a blank line is not ours to drop
    return margins(text)


RULES: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("line ends", _outside_fences(line_ends)),
    ("trailing space", _outside_fences(trailing_space)),
    ("blank lines", _outside_fences(blank_lines)),
    ("margins", _margins_outside_fences),
)
