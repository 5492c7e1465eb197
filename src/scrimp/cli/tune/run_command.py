"""The command that runs the prompts of a task, as `scrimp tune apply` shows it: made of the one that collected them."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from scrimp.cli.flags.run_flags import AnswerFlags, ReadingFlags
from scrimp.cli.results.run_record import command_words
from scrimp.config.resolved.tuned_routes import TunedRoute

_STDIN = "-"


def run_words(inputs: Sequence[str], reading: ReadingFlags, answer: AnswerFlags) -> tuple[str, ...]:
    """Return inputs and flags of a run that asks all of what `tune shadow` asked a share of."""
    all_rows = replace(reading, skip=0, only_failed=None, sample=None, seed=0, limit=None)
    return tuple(command_words(inputs or (_STDIN,), (all_rows, answer), hidden=()))


def run_lines(
    applied: Sequence[TunedRoute], tasks: Sequence[str], commands: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """Yield for each of the tasks the command that runs its prompts, named where its template does not find it."""
    templates = [route.template for route in applied]
    for route in applied:
        if route.signature in tasks:
            words = ["scrimp", "run", *commands.get(route.signature, ("FILE",))]
            if not route.template or templates.count(route.template) > 1:
                words += ["--route", route.signature]
            yield f"to run {route.signature}: {shlex.join(words)}"
