"""`scrimp tune label`: say which completions are right, only where models differ."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Annotated

import typer

from scrimp.cli.flags import completions
from scrimp.cli.flags import options as o
from scrimp.cli.session import Session, open_session
from scrimp.cli.tune.dataset import LEDGER, Flagship, Pool, Since, load_dataset, since_time
from scrimp.errors import UsageError
from scrimp.flows.tune.disputes import Dispute, check_disputes, find_disputes
from scrimp.flows.tune.judge_labels import JudgeLabeler
from scrimp.render.terminal import escape_controls, paint
from scrimp.store.pairs import PairStore
from scrimp.units import format_dollars, parse_dollars, pluralize

app = typer.Typer(rich_markup_mode=None, add_completion=False)
_PERSON, _CHECK = "person", "check"
_GROUP = 32  # prompts a check or a judge gets at once
_SCORES = {"y": 1.0, "n": 0.0, "p": 0.5}  # by key


@app.command()
def label(
    flagship: Flagship = None,
    pool: Pool = None,
    since: Since = None,
    check: o.Check = None,
    judge: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help="A model that decides whether each completion is right.",
            autocompletion=completions.models,
        ),
    ] = None,
    max_cost: o.MaxCost = None,
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="Stop after N prompts.")] = None,
) -> None:
    """Label the completions of prompts on which a cheap model and the flagship differ.

    Where they give the same answer no label is needed to compare them. On a terminal each completion is shown without
    its model's name: y it is right, n it is not, p partly (0.5), s skips the prompt, q quits. With --check a command
    reads each completion and its exit status decides; with --judge a model is asked twice, with "right" and
    "wrong" swapped, and gives no label where it contradicts itself. Labels are stored as they come.
    """
    if check is not None and judge is not None:
        raise UsageError("--check and --judge cannot be combined: give one")
    if check is None and judge is None and not (sys.stdin and sys.stdin.isatty()):
        raise UsageError("stdin is not a terminal: run it in one, or give --check CMD or --judge MODEL")
    with open_session({"max_cost": None if max_cost is None else parse_dollars(max_cost, "--max-cost")}) as session:
        begin = since_time(since)
        dataset = load_dataset(session, LEDGER, flagship, pool, None, begin)
        pairs = PairStore(session.services.paths.ledger_db)
        labeler = Labeler(session, pairs)
        try:
            disputes = islice(find_disputes(pairs, dataset, begin), limit)
            if judge is not None:
                status = labeler.label_by_judge(disputes, judge)
            elif check is not None:
                status = labeler.label_by_check(disputes, check)
            else:
                status = labeler.label_by_person(disputes)
        finally:
            pairs.close()
            labeler.print_summary()
    raise typer.Exit(status)


class Labeler:
    """Stores labels as they are given, and counts them."""

    def __init__(self, session: Session, pairs: PairStore) -> None:
        self._session, self._pairs = session, pairs
        self._prompts = self._labels = 0
        self._judge: JudgeLabeler | None = None

    def print_summary(self) -> None:
        """Print how many prompts were seen and completions labeled."""
        spent = "" if self._judge is None else f", {format_dollars(self._judge.spent)} spent"
        labeled = pluralize(self._labels, "completion")
        self._session.messages.note(f"{pluralize(self._prompts, 'prompt')} looked at, {labeled} labeled{spent}")

    def label_by_check(self, disputes: Iterator[Dispute], command: str) -> int:
        """Let the user's command decide; return the exit status."""
        while group := list(islice(disputes, _GROUP)):
            self._store_group(group, check_disputes(group, command), _CHECK)
        return 0

    def label_by_judge(self, disputes: Iterator[Dispute], model: str) -> int:
        """Let a model decide; return the exit status."""
        judge = self._judge = JudgeLabeler(model, self._session.defaults, self._session.services)
        while group := list(islice(disputes, _GROUP)):
            self._store_group(group, judge.scores(group), f"judge {model}")
            if judge.stopped is not None:
                self._session.messages.error(judge.stopped.message)
                return judge.stopped.exit_status
        return 0

    def label_by_person(self, disputes: Iterator[Dispute]) -> int:
        """Let the person at the terminal decide; return the exit status."""
        for dispute in disputes:
            if self._ask(dispute) == "q":
                break
            self._prompts += 1
        return 0

    def _ask(self, dispute: Dispute) -> str:
        """Ask about each completion of a prompt; return the last key."""
        key = ""
        self._show("prompt", dispute.prompt.text)
        for answer in dispute.answers:
            self._show("completion", answer.output)
            key = _read_key()
            if key not in _SCORES:
                break
            self._store(dispute, dict.fromkeys(answer.models, _SCORES[key]), _PERSON)
        return key

    def _show(self, heading: str, text: str) -> None:
        sys.stderr.write(paint(f"\n{heading}\n", "1", color=self._session.err.color) + escape_controls(text) + "\n")

    def _store_group(self, group: Sequence[Dispute], scores: Sequence[dict[str, float]], scored_by: str) -> None:
        for dispute, by_model in zip(group, scores, strict=True):
            self._store(dispute, by_model, scored_by)
        self._prompts += len(group)

    def _store(self, dispute: Dispute, scores: dict[str, float], scored_by: str) -> None:
        for model, score in scores.items():
            self._pairs.label(dispute.prompt.key, model, score, scored_by)
        self._labels += len(scores)


def _read_key(keys: Sequence[str] = (*_SCORES, "s", "q")) -> str:
    """Return the first letter of a line, asking again until it is one of the keys; the end of input is q."""
    while True:
        sys.stderr.write("right? [y]es [n]o [p]artly [s]kip [q]uit: ")
        sys.stderr.flush()
        typed = sys.stdin.readline()
        if not typed:
            sys.stderr.write("\n")
            return "q"
        letter = typed.strip()[:1].lower()
        if letter in keys:
            return letter
