"""A command that a user names, taken apart as a shell would: it is run without one, so it must not need one."""

from __future__ import annotations

import re
import shlex
from pathlib import PurePath

_SHELLS = ("sh", "bash", "dash", "zsh", "ksh", "fish")
# Words by which a shell joins commands, or sends their streams elsewhere; as an argument each would be a mistake.
_OPERATOR = re.compile(r"(?P<sign>\|\|?|&&?|;|(?:\d|&)?>>?|<)(?:(?<=[<>])\S*)?")


class CommandError(ValueError):
    """A command that cannot be run as it is written; it names no part of it that can be a secret."""


def command_words(command: str) -> list[str]:
    """Return the words of a command. Raises CommandError where it has none, or is written for a shell."""
    try:
        words = shlex.split(command)
        raw = shlex.shlex(command, posix=False, punctuation_chars=False)
        raw.whitespace_split, raw.commenters = True, ""
        quoted = list(raw)
    except ValueError as error:
        raise CommandError(str(error)) from error
    if not words:
        raise CommandError("it is empty")
    if PurePath(words[0]).name in _SHELLS:
        return words
    for word in quoted:
        operator = _OPERATOR.fullmatch(word)
        if operator is not None or ("$(" in word and "'" not in word):
            needs = "$(...)" if operator is None else operator["sign"]
            raise CommandError(f"it is run without a shell, which '{needs}' needs: write sh -c '...' around it")
    return words
