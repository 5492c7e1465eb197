"""Remove invisible white space: line ends, trailing space, runs of blank lines, margins.

Two blank lines stay, since they separate definitions in code outside fences.
"""

from __future__ import annotations

import re
from collections.abc import Callable

# The look-behind keeps a long run of spaces before a word from being scanned again from each of its spaces.
_TRAILING = re.compile(r"(?<![ \t])[ \t]++(?=\n)")
_BLANK_RUN = re.compile(r"\n{4,}")


def normalize_line_ends(text: str) -> str:
    r"""Replace \r\n and a lone \r by \n."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def strip_trailing_space(text: str) -> str:
    """Remove spaces and tabs at the ends of lines."""
    if " \n" not in text and "\t\n" not in text and not text.endswith((" ", "\t")):
        return text
    return _TRAILING.sub("", text)


def collapse_blank_lines(text: str) -> str:
    """Replace three or more blank lines by one."""
    return _BLANK_RUN.sub("\n\n", text) if "\n\n\n\n" in text else text


def trim_leading_blank_lines(text: str) -> str:
    """Remove blank lines at the start; the indentation of the first line with words stays, since it may matter."""
    body = text.lstrip()
    start = len(text) - len(body)
    return text[text.rfind("\n", 0, start) + 1 :] if body else ""


def trim_margins(text: str) -> str:
    """Remove blank lines at the start, and white space at the end."""
    return trim_leading_blank_lines(text).rstrip()


WHITESPACE_RULES: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("line ends", normalize_line_ends),
    ("trailing space", strip_trailing_space),
    ("blank lines", collapse_blank_lines),
    ("margins", trim_margins),
)
