"""The answers so far, a line each, appended as they come: a stopped run resumes where it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from bench.reader.questions import Question
from bench.reader.reading import Reader, prompt_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a model answered to a prompt; `key` is the prompt's digest, `likelihood` that of the first right answer."""

    question: str
    arm: str
    model: str
    key: str
    completion: str
    likelihood: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A question over the context that one arm leaves."""

    question: Question
    arm: str
    context: str

    @property
    def prompt(self) -> str:
        """Return what the reader is asked."""
        return prompt_of(self.context, self.question.question)

    @property
    def key(self) -> str:
        """Return the prompt's digest, so that an answer to another prompt is not taken for this one's."""
        return hashlib.sha256(self.prompt.encode()).hexdigest()[:16]


def kept(path: Path, model: str) -> dict[tuple[str, str, str], Answer]:
    """Return the answers of a model that a file holds, by question, arm and key; a line cut short is left out."""
    if not path.exists():
        return {}
    answers = (Answer(**line) for line in _whole_lines(path))
    return {(each.question, each.arm, each.key): each for each in answers if each.model == model}


def answered(tasks: Iterable[Task], read: Reader, path: Path, model: str) -> Iterator[Answer]:
    """Yield the answer to each task: the one the file holds, or else the reader's, which is appended first.

    The same prompt in another arm has the same answer, and is not read again.
    """
    known = kept(path, model)
    by_prompt = {(each.question, each.key): each for each in known.values()}
    with path.open("a", encoding="utf-8") as lines:
        lines.write("\n" if _cut_short(path) else "")
        for task in tasks:
            answer = known.get((task.question.id, task.arm, task.key))
            if answer is None:
                same = by_prompt.get((task.question.id, task.key))
                answer = _asked(task, read, model) if same is None else replace(same, arm=task.arm)
                by_prompt[task.question.id, task.key] = answer
                lines.write(json.dumps(asdict(answer), ensure_ascii=False) + "\n")
                lines.flush()
            yield answer


def _asked(task: Task, read: Reader, model: str) -> Answer:
    reading = read(task.prompt, task.question.answers[0])
    return Answer(
        question=task.question.id,
        arm=task.arm,
        model=model,
        key=task.key,
        completion=reading.completion,
        likelihood=reading.likelihood,
    )


def _cut_short(path: Path) -> bool:
    """Return whether the last line was still being written when a run was stopped."""
    text = path.read_text(encoding="utf-8")
    return bool(text) and not text.endswith("\n")


def _whole_lines(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            yield json.loads(line)
        except json.JSONDecodeError:  # cut short: that answer is asked for again
            continue
