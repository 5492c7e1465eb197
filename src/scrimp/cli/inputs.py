"""Which inputs a command reads: those named, or stdin where something is piped into it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from scrimp.errors import UsageError


def inputs_or_stdin(inputs: Sequence[str] | None) -> list[str]:
    """Return the inputs; with none named, stdin unless it is a terminal, where reading would wait for typing."""
    if inputs:
        return list(inputs)
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("no input: name files, directories or globs, or pipe prompts in (- is stdin)")
    return ["-"]
