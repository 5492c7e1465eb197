"""`scrimp tune label`: say which completions are right, only where models differ."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Annotated

import typer
from msgspec.structs import replace

from scrimp.cli.flags import completions
from scrimp.cli.flags.flag_group import FlagGroup
from scrimp.cli.flags.flag_groups import grouped
from scrimp.cli.flags.options.reading import Encoding
from scrimp.cli.flags.options.spending import MaxCost
from scrimp.cli.session import Session, open_session
from scrimp.cli.tune.dataset import check_task, load_dataset
from scrimp.cli.tune.labels.label_file import export_prompts, import_labels
from scrimp.cli.tune.labels.labeler import Labeler
from scrimp.cli.tune.tune_flags import PairFlags
from scrimp.errors import UsageError
from scrimp.flows.tune.labels.disputes import Dispute, find_disputes
from scrimp.flows.tune.pairs.observed_gains import refresh_task_gains
from scrimp.store.tuning.pairs import PairStore, StoredPrompt
from scrimp.units import parse_dollars

app = typer.Typer(rich_markup_mode=None, add_completion=False)


class LabelingFlags(FlagGroup, frozen=True):
    """What says which completions are right, and of how many prompts."""

    check: Annotated[
        str | None,
        typer.Option(metavar="CMD", help="A command that reads each completion; exit status 0: it is right."),
    ] = None
    judge: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help="A model that decides whether each completion is right.",
            autocompletion=completions.models,
        ),
    ] = None
    from_file: Annotated[
        str | None,
        typer.Option("--import", metavar="FILE", help="A file of right answers: CSV or JSONL with id and label."),
    ] = None
    to_file: Annotated[
        str | None,
        typer.Option(
            "--export", metavar="FILE", help="Write the prompts that need a label as such a file (-: stdout)."
        ),
    ] = None
    encoding: Encoding = None
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --import: say what would be labeled, and store nothing.")
    ] = False
    max_cost: MaxCost = None
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="Stop after N prompts.")] = None

    def refuse_conflicts(self) -> None:
        """Raise UsageError if not exactly one source of labels is given; none is a person at the terminal."""
        ways = {
            "--check": self.check, "--judge": self.judge, "--import": self.from_file, "--export": self.to_file
        }  # fmt: skip
        given = [name for name, value in ways.items() if value is not None]
        if len(given) > 1:
            raise UsageError(f"{' and '.join(given)} cannot be combined: give one")
        if self.dry_run and given != ["--import"]:
            raise UsageError("--dry-run is for --import FILE: leave it out")
        if not given and not (sys.stdin and sys.stdin.isatty()):
            raise UsageError(
                "stdin is not a terminal: run it in one, or give --check CMD, --judge MODEL or --import FILE"
            )

    def cap(self) -> Decimal | None:
        """Return the most dollars that a judge may cost, where it is given."""
        return None if self.max_cost is None else parse_dollars(self.max_cost, "--max-cost")


@app.command()
@grouped()
def label(compared: PairFlags, labeling: LabelingFlags) -> None:
    """Label the completions of prompts on which a cheap model and the flagship differ.

    Where they give the same answer no label is needed to compare them. On a terminal each completion is shown without
    its model's name: y it is right, n it is not, p partly (0.5), s skips the prompt, q quits. Labels are stored as they
    come: after Ctrl-C the same command goes on where it was.

    With --check a command reads each completion on stdin and its exit status decides. It finds the prompt in
    SCRIMP_PROMPT (and, however long, in the file SCRIMP_PROMPT_FILE), its row in SCRIMP_ID and SCRIMP_SOURCE
    (tickets.csv:3), and the right answer in SCRIMP_GOLD, where these are known. With --judge a model is asked twice,
    with "right" and "wrong" swapped, and gives no label where it contradicts itself.

    With --import each row of a file gives the right answer (label) of the row with that id; a row without an id has
    its place for one (tickets.csv:3). Completions that assert it are right, others wrong; rows that cannot be used are
    named and the others stored. --export writes such a file, its labels to be filled in.
    """
    labeling.refuse_conflicts()
    with open_session({"max_cost": labeling.cap()}) as session:
        begin = compared.start()
        with PairStore(session.services.paths.ledger_db) as pairs, _prior_is_told(session, pairs):
            if labeling.from_file is not None:
                prompts = _of_task(list(pairs.prompts(since=begin)), compared.route)
                status = import_labels(
                    session, pairs, prompts, labeling.from_file, labeling.encoding, dry_run=labeling.dry_run
                )
                raise typer.Exit(status)
            disputes = _disputes(session, pairs, compared, begin)[: labeling.limit]
            if labeling.to_file is not None:
                export_prompts(session, [each.prompt for each in disputes], labeling.to_file)
                return
            labeler = Labeler(session, pairs, disputes)
            try:
                status = labeler.label(check=labeling.check, judge=labeling.judge)
            finally:
                labeler.print_summary()
    raise typer.Exit(status)


def _disputes(session: Session, pairs: PairStore, compared: PairFlags, begin: float) -> Sequence[Dispute]:
    """Return the prompts, of one task where it is named, whose completions need a label."""
    dataset = load_dataset(session, replace(compared, route=None))
    disputes = find_disputes(pairs, dataset, begin)
    asked = {prompt.key for prompt in _of_task([each.prompt for each in disputes], compared.route)}
    return [each for each in disputes if each.prompt.key in asked]


@contextmanager
def _prior_is_told(session: Session, pairs: PairStore) -> Iterator[None]:
    """Tell the prior at the end of what the labels say of each task."""
    try:
        yield
    finally:
        refresh_task_gains(session.services, pairs, {task for task, _ in pairs.tasks().values()})


def _of_task(prompts: Sequence[StoredPrompt], task: str | None) -> Sequence[StoredPrompt]:
    """Return the prompts of a task where one is named; UsageError if there are none of it among some."""
    if task is None:
        return prompts
    check_task(task, {prompt.signature for prompt in prompts})
    return [prompt for prompt in prompts if prompt.signature == task]
