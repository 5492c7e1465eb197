"""What `scrimp tune shadow` says of its tasks: what is planned, before the first call, and what they share."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice

from scrimp.cli.session import Session
from scrimp.errors import ConfigError
from scrimp.flows.tune.pairs.pair_collector import note_command
from scrimp.flows.tune.pairs.pair_plan import MOST_PLANNED, PlannedGroup, naming_advice, plan_sentences
from scrimp.flows.tune.pairs.shared_templates import forget_shared_templates
from scrimp.store.tuning.pairs import StoredPrompt
from scrimp.values import Prompt


def read_ahead(chosen: Iterable[Prompt]) -> tuple[list[Prompt], Iterator[Prompt]]:
    """Return the first prompts, by which the plan is told before anything is paid, and the rest."""
    source = iter(chosen)
    return list(islice(source, MOST_PLANNED)), source


def note_plan(session: Session, groups: Sequence[PlannedGroup], of: str, planned: Sequence[StoredPrompt]) -> None:
    """Say what the planned prompts can certify at best, and what to do where no run would recognize them."""
    for sentence in plan_sentences(groups, of, more=len(planned) == MOST_PLANNED):
        session.messages.note(sentence)
    if (advice := naming_advice(planned)) is not None:
        session.messages.note(advice)


def note_tasks(session: Session, tasks: Collection[str], templates: Collection[str], words: Sequence[str]) -> None:
    """Keep how the tasks are run, and warn of certified ones that their template no longer finds."""
    note_command(session.services, tasks, words)
    try:
        shared = forget_shared_templates(session.services, tasks, templates)
    except ConfigError as error:  # the pairs are stored anyway
        session.messages.warn(str(error))
        return
    for task in sorted(shared):
        session.messages.warn(
            f"task {task} is found by --route {task} alone from now on: its template is that of "
            f"{', '.join(sorted(tasks))} too"
        )
