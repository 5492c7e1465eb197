"""Labeling of disputed completions: by a person at the terminal, a check or a judge. Labels are stored as they come."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from scrimp.cli.session import Session
from scrimp.flows.tune.labels.check import check_disputes
from scrimp.flows.tune.labels.disputes import Dispute, DistinctAnswer
from scrimp.flows.tune.labels.judge import JudgeLabeler
from scrimp.render.terminal import escape_controls, paint
from scrimp.store.tuning.pairs import PairStore, StoredPrompt
from scrimp.units import format_count, format_dollars, pluralize

_PERSON, _CHECK = "person", "check"
_GROUP = 32  # prompts a check or a judge gets at once
_ERASE_LINE = "\r\x1b[K"
_SCORES = {"y": 1.0, "n": 0.0, "p": 0.5}  # by key


class Labeler:
    """Stores labels as they are given, counts them and shows how far it is."""

    def __init__(self, session: Session, pairs: PairStore, disputes: Sequence[Dispute]) -> None:
        self._session, self._pairs, self._disputes = session, pairs, disputes
        self._prompts = self._labels = 0
        self._judge: JudgeLabeler | None = None

    def print_summary(self) -> None:
        """Print how many prompts were seen, completions labeled, and prompts are left."""
        spent = "" if self._judge is None else f", {format_dollars(self._judge.spent)} spent"
        left = len(self._disputes) - self._prompts
        if self._session.err.movable_cursor:
            sys.stderr.write(_ERASE_LINE)
        ending = f"; {format_count(left)} left: rerun the same command to label them" if left else ""
        self._session.messages.note(
            f"{pluralize(self._prompts, 'prompt')} looked at, {pluralize(self._labels, 'completion')} labeled"
            f"{spent}{ending}"
        )

    def label(self, *, check: str | None, judge: str | None) -> int:
        """Let a command, a model or the person at the terminal decide; return the exit status."""
        if judge is not None:
            return self._label_by_judge(judge)
        return self._label_by_person() if check is None else self._label_by_check(check)

    def _label_by_check(self, command: str) -> int:
        def store(dispute: Dispute, answer: DistinctAnswer, score: float) -> None:
            self._store(dispute, dict.fromkeys(answer.models, score), _CHECK)
            if answer is dispute.answers[-1]:
                self._prompts += 1
                self._show_progress()

        check_disputes(self._disputes, command, store)
        return 0

    def _label_by_judge(self, model: str) -> int:
        judge = self._judge = JudgeLabeler(model, self._session.defaults, self._session.services)
        for start in range(0, len(self._disputes), _GROUP):
            group = self._disputes[start : start + _GROUP]
            for dispute, by_model in zip(group, judge.scores(group), strict=True):
                self._store(dispute, by_model, f"judge {model}")
            if judge.stopped is not None:
                self._session.messages.error(judge.stopped.message)
                return judge.stopped.exit_status
            self._prompts += len(group)
            self._show_progress()
        return 0

    def _label_by_person(self) -> int:
        for dispute in self._disputes:
            if self._ask(dispute) == "q":
                break
            self._prompts += 1
        return 0

    def _ask(self, dispute: Dispute) -> str:
        """Ask about each completion of a prompt; return the last key."""
        key = ""
        self._show(self._heading(dispute.prompt), dispute.prompt.text)
        if dispute.prompt.gold is not None:
            self._show("right answer", dispute.prompt.gold)
        for number, answer in enumerate(dispute.answers, 1):
            self._show(f"completion {number} of {len(dispute.answers)}", answer.output)
            key = _read_key()
            if key not in _SCORES:
                break
            self._store(dispute, dict.fromkeys(answer.models, _SCORES[key]), _PERSON)
        return key

    def _heading(self, prompt: StoredPrompt) -> str:
        row = ", ".join(name for name in (prompt.row_id, prompt.source) if name)
        progress = f"prompt {format_count(self._prompts + 1)} of {format_count(len(self._disputes))}"
        return f"{progress} ({row})" if row else progress

    def _show(self, heading: str, text: str) -> None:
        heading = escape_controls(heading)
        sys.stderr.write(paint(f"\n{heading}\n", "1", color=self._session.err.color) + escape_controls(text) + "\n")

    def _show_progress(self) -> None:
        """Redraw a line at a terminal; a summary follows at the end."""
        if self._session.err.movable_cursor:
            shown = f"{format_count(self._prompts)} of {format_count(len(self._disputes))}"
            sys.stderr.write(_ERASE_LINE + shown)
            sys.stderr.flush()

    def _store(self, dispute: Dispute, scores: dict[str, float], scored_by: str) -> None:
        for model, score in scores.items():
            self._pairs.label(dispute.prompt.key, model, score, scored_by)
        self._labels += len(scores)


def _read_key(keys: Sequence[str] = (*_SCORES, "s", "q")) -> str:
    """Return the first letter of a line, asking again until it is one of the keys; the end of input is q."""
    while True:
        sys.stderr.write("right? [y]es [n]o [p]artly [s]kip [q]uit: ")
        sys.stderr.flush()
        try:
            typed = sys.stdin.readline()
        except KeyboardInterrupt:
            sys.stderr.write("\n")
            raise
        if not typed:
            sys.stderr.write("\n")
            return "q"
        letter = typed.strip()[:1].lower()
        if letter in keys:
            return letter
