"""The words of `scrimp ask` where they are plain: parsed here, since importing typer takes as long as everything else.

Plain are the words of a prompt, and flags written out whole that take a text, a word of a closed set, or a count, or
nothing. Whatever else is typed, and whatever is wrong, is for typer: None is returned, and it has the say. A test
compares the two over any words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from scrimp import enums
from scrimp.cli.flags.all_ask_flags import AllAskFlags
from scrimp.cli.startup.suspicious_words import is_suspicious

_SHORT = {"-s": "--system", "-m": "--model", "-c": "--continue", "-v": "--verbose"}
_FIELDS = {"--continue": "goes_on"}  # others are named like their flag
_SWITCHES = frozenset(
    ("--continue", "--verbose", "--allow-unpriced", "--allow-unkept", "--allow-unshared", "--dry-run")
)
_TEXTS = frozenset((
    "--system", "--tier", "--chain", "--model", "--choices", "--choices-text", "--schema", "--check", "--max-cost",
    "--max-cost-per-row", "--cache-ttl", "--baseline", "--budget", "--route", "--user",
))  # fmt: skip
_LISTS = frozenset(("--context", "--attach", "--tag"))
_COUNTS = frozenset(("--max-output", "--samples"))  # flags that take a count from 1
_WORDS: dict[str, Any] = {
    "--cache": enums.CacheMode, "--compress": enums.Level, "--effort": enums.Effort, "--on-dear": enums.OnDear,
    "--color": enums.ColorMode, "--priority": enums.Priority,
}  # fmt: skip
_MOST_DIGITS = 9  # digits of a count; a longer one cannot be meant


class _NotPlainError(Exception):
    """The words are for typer."""


def plain_words(words: Sequence[str]) -> tuple[AllAskFlags, list[str]] | None:
    """Return the flags that were typed after `ask`, and the words of the prompt; None if the words are not plain."""
    if any(map(is_suspicious, words)):
        return None
    try:
        given, prompt = _parsed(iter(words))
    except _NotPlainError:
        return None
    return AllAskFlags.of(given), prompt


def _parsed(words: Iterator[str]) -> tuple[dict[str, Any], list[str]]:
    """Return the flags by their fields, and the words of the prompt."""
    given: dict[str, Any] = {}
    prompt: list[str] = []
    for word in words:
        if not word.startswith("-") or word == "-":
            prompt.append(word)
            continue
        name, equals, text = word.partition("=")
        if equals and not word.startswith("--"):
            raise _NotPlainError
        flag = _SHORT.get(name, name)
        field = _FIELDS.get(flag, flag[2:].replace("-", "_"))
        if flag in _SWITCHES and not equals:
            given[field] = True
            continue
        value = _value(flag, text if equals else next(words, None))
        given[field] = [*given.get(field, ()), value] if flag in _LISTS else value
    return given, prompt


def _value(flag: str, text: str | None) -> str | int:
    """Return the value of a flag."""
    if text is None or text.startswith("-"):
        raise _NotPlainError
    if flag in _TEXTS or flag in _LISTS:
        return text
    if flag in _WORDS and text in get_args(_WORDS[flag]):
        return text
    if flag in _COUNTS and text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS and int(text):
        return int(text)
    raise _NotPlainError
