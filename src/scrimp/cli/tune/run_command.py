"""The command that runs the prompts of a task, as `scrimp tune apply` shows it: made of the one that collected them."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from scrimp.cli.flags.run_flags import AnswerFlags, ReadingFlags
from scrimp.cli.observers.run_record import command_words
from scrimp.config.resolved.tuned_levels import TunedLevel
from scrimp.config.resolved.tuned_routes import TunedRoute

_STDIN = "-"


def run_words(inputs: Sequence[str], reading: ReadingFlags, answer: AnswerFlags) -> tuple[str, ...]:
    """Return inputs and flags of a run that asks all of what `tune shadow` asked a share of."""
    all_rows = replace(reading, skip=0, only_failed=None, sample=None, seed=0, limit=None, shard=None)
    return tuple(command_words(inputs or (_STDIN,), (all_rows, answer), hidden=()))


def run_lines(
    applied: Sequence[TunedRoute | TunedLevel], tasks: Sequence[str], commands: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """Yield for each of the tasks the command that runs its prompts, named where its template does not find it."""
    templates = {each.signature: each.template for each in applied}
    for task in dict.fromkeys(tasks):
        words = ["scrimp", "run", *commands.get(task, ("FILE",))]
        if not templates[task] or list(templates.values()).count(templates[task]) > 1:
            words += ["--route", task]
        yield f"to run {task}: {shlex.join(words)}"
