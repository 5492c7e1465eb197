"""`scrimp tune label`: say which completion is right, where models differ and only there."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Annotated

import typer

from scrimp.cli import options as o
from scrimp.cli.session import Session, session
from scrimp.cli.tune.dataset import LEDGER, Flagship, Pool, Since, begin_of, recording
from scrimp.config.amounts import dollars
from scrimp.errors import UsageError
from scrimp.flows.tune.disputes import Dispute, checked, disputes
from scrimp.flows.tune.judge_labels import JudgeLabeler
from scrimp.render.amounts import money
from scrimp.render.shares import plural
from scrimp.render.terminal import paint, safe_text
from scrimp.store.pairs import PairStore

app = typer.Typer(rich_markup_mode=None, add_completion=False)
_PERSON, _CHECK = "person", "check"
_TOGETHER = 32  # prompts a check or a judge is asked about at once
_WORTH = {"y": 1.0, "n": 0.0, "p": 0.5}


@app.command()
def label(
    flagship: Flagship = None,
    pool: Pool = None,
    since: Since = None,
    check: o.Check = None,
    judge: Annotated[
        str | None, typer.Option(metavar="MODEL", help="A model that says whether each completion is right.")
    ] = None,
    max_cost: o.MaxCost = None,
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="Stop after so many prompts.")] = None,
) -> None:
    """Label the completions of prompts on which a cheap model and the flagship do not say the same.

    Where they say the same nothing needs to be known to compare them. On a terminal each completion is shown without
    its model's name: y it is right, n it is not, p for partly (0.5), s skips the prompt, q ends. With --check a command
    reads each completion and its exit status decides; with --judge a model is asked twice, in both orders of the
    answers it may give, and says nothing where it contradicts itself. Labels are kept as they come.
    """
    if check is not None and judge is not None:
        raise UsageError("--check and --judge exclude each other: give one")
    if check is None and judge is None and not sys.stdin.isatty():
        raise UsageError("nobody is there to ask: run it in a terminal, or give --check CMD or --judge MODEL")
    with session({"max_cost": None if max_cost is None else dollars(max_cost, "--max-cost")}) as here:
        begin = begin_of(since)
        found = recording(here, LEDGER, flagship, pool, None, begin)
        pairs = PairStore(here.services.paths.ledger_db)
        labels = Labeler(here, pairs)
        try:
            asked = islice(disputes(pairs, found, begin), limit)
            if judge is not None:
                status = labels.judged(asked, judge)
            elif check is not None:
                status = labels.checked(asked, check)
            else:
                status = labels.asked(asked)
        finally:
            pairs.close()
            labels.say()
    raise typer.Exit(status)


class Labeler:
    """Labels as they are given, kept at once, and counted."""

    def __init__(self, here: Session, pairs: PairStore) -> None:
        self._here, self._pairs = here, pairs
        self._prompts = self._labels = 0
        self._judging: JudgeLabeler | None = None

    def say(self) -> None:
        """Say how many were given."""
        paid = "" if self._judging is None else f", {money(self._judging.spent)} spent"
        labelled = plural(self._labels, "completion")
        self._here.messages.say(f"{plural(self._prompts, 'prompt')} looked at, {labelled} labelled{paid}")

    def checked(self, found: Iterator[Dispute], command: str) -> int:
        """Let the user's command decide; return the exit status."""
        while group := list(islice(found, _TOGETHER)):
            self._keep_all(group, checked(group, command), _CHECK)
        return 0

    def judged(self, found: Iterator[Dispute], model: str) -> int:
        """Let a model decide; return the exit status."""
        judging = self._judging = JudgeLabeler(model, self._here.defaults, self._here.services)
        while group := list(islice(found, _TOGETHER)):
            self._keep_all(group, judging.scores(group), f"judge {model}")
            if judging.stopped is not None:
                self._here.messages.error(judging.stopped.message)
                return judging.stopped.exit_status
        return 0

    def asked(self, found: Iterator[Dispute]) -> int:
        """Let the person at the terminal decide; return the exit status."""
        for dispute in found:
            answer = self._ask(dispute)
            if answer == "q":
                break
            self._prompts += 1
        return 0

    def _ask(self, dispute: Dispute) -> str:
        """Ask about each completion of a prompt; return the last answer."""
        answer = ""
        self._show("prompt", dispute.prompt.text)
        for saying in dispute.sayings:
            self._show("completion", saying.output)
            answer = _key()
            if answer not in _WORTH:
                break
            self._keep(dispute, dict.fromkeys(saying.models, _WORTH[answer]), _PERSON)
        return answer

    def _show(self, what: str, text: str) -> None:
        sys.stderr.write(paint(f"\n{what}\n", "1", color=self._here.err.color) + safe_text(text) + "\n")

    def _keep_all(self, group: Sequence[Dispute], scores: Sequence[dict[str, float]], by: str) -> None:
        for dispute, given in zip(group, scores, strict=True):
            self._keep(dispute, given, by)
        self._prompts += len(group)

    def _keep(self, dispute: Dispute, scores: dict[str, float], by: str) -> None:
        for model, score in scores.items():
            self._pairs.label(dispute.prompt.key, model, score, by)
        self._labels += len(scores)


def _key(keys: Sequence[str] = (*_WORTH, "s", "q")) -> str:
    """Return the first letter of a line, asking again until it is one of the keys; the end of input is q."""
    while True:
        sys.stderr.write("right? [y]es [n]o [p]artly [s]kip [q]uit: ")
        sys.stderr.flush()
        answer = sys.stdin.readline()
        if not answer:
            sys.stderr.write("\n")
            return "q"
        letter = answer.strip()[:1].lower()
        if letter in keys:
            return letter
