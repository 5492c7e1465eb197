"""White space that no reader sees: rules that change nothing but line ends, trailing space and runs of blank lines.

A run of two blank lines stays: it separates definitions in code that carries no fence.
"""

from __future__ import annotations

import re
from collections.abc import Callable

# The look-behind keeps a long run of spaces that ends in a word from being scanned once for each of its spaces.
_TRAILING = re.compile(r"(?<![ \t])[ \t]++(?=\n)")
_BLANK_RUN = re.compile(r"\n{4,}")


def normalize_line_ends(text: str) -> str:
    r"""Write \r\n and a lone \r as \n."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def strip_trailing_space(text: str) -> str:
    """Drop spaces and tabs that nothing follows on their line."""
    if " \n" not in text and "\t\n" not in text and not text.endswith((" ", "\t")):
        return text
    return _TRAILING.sub("", text)


def collapse_blank_lines(text: str) -> str:
    """Write three or more blank lines as one."""
    return _BLANK_RUN.sub("\n\n", text) if "\n\n\n\n" in text else text


def trim_leading_blank_lines(text: str) -> str:
    """Keep the indentation of the first line that has words: it may matter to what follows."""
    body = text.lstrip()
    start = len(text) - len(body)
    return text[text.rfind("\n", 0, start) + 1 :] if body else ""


def trim_margins(text: str) -> str:
    """Drop blank lines before the first word, and what is blank after the last."""
    return trim_leading_blank_lines(text).rstrip()


WHITESPACE_RULES: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("line ends", normalize_line_ends),
    ("trailing space", strip_trailing_space),
    ("blank lines", collapse_blank_lines),
    ("margins", trim_margins),
)
