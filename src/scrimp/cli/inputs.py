"""Which inputs a command reads: those named, or stdin where something is piped into it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from scrimp.errors import UsageError
from scrimp.read.options import ReadOptions, optional_text


def inputs_or_stdin(inputs: Sequence[str] | None) -> list[str]:
    """Return the inputs; with none named, stdin unless it is a terminal that would wait for somebody to type."""
    if inputs:
        return list(inputs)
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("no input: name files, directories or globs, or pipe prompts in (- is stdin)")
    return ["-"]


def read_options(
    format_name: str, template: str | None, prompt_field: str | None, id_field: str | None, system: str | None,
    limit: int | None, *, nul: bool,
) -> ReadOptions:  # fmt: skip
    """Return how inputs are to be read."""
    if template is not None and prompt_field is not None:
        raise UsageError("--template and --prompt-field exclude each other: give one")
    return ReadOptions(
        format=format_name, nul=nul, template=optional_text(template, "--template"), prompt_field=prompt_field,
        id_field=id_field, system=optional_text(system, "--system"), limit=limit,
    )  # fmt: skip
