"""Does a model still answer? A small one reads what compression leaves, and its answers are marked.

    SCRIMP_HOME=HOME scrimp local install
    SCRIMP_HOME=HOME python tests/bench/reader/run.py DATA [--questions 200] [--seed 1] [--answers answers.jsonl]
    python tests/bench/reader/run.py DATA --model other.gguf --answers answers.jsonl --report

`DATA` is a directory with `qa.jsonl`: items with `id`, `type` (rag or qa_article), `text` that ends with the question,
`question`, `answers` and `gold_sentence`. Of the questions the first are the corpus's own, XQuAD's; the rest are ours
(`questions.jsonl`), over the articles of the same set. Each is answered from the whole context, from what
`--level focus` leaves of it at 0.6 and 0.4, from as much text with sentences or words deleted by chance, and from no
context at all. A context is cut to `--passages` parts around the answer first, the same for every arm, so that it fits
the model's window.

Columns: cut, tokens of the context (o200k_base); there, contexts that still hold the words of an answer; exact and F1
as in SQuAD; says it, completions that hold the words of an answer; likelihood, the mean chance the model gives the
tokens of the right answer, which tells more than a completion of so small a model. Intervals are drawn by text, paired.

The model reads on one thread: an hour or more, for 200 questions and a model of 0.1 billion parameters. Every answer is
appended to the file named by `--answers`; the same command resumes it where it stopped, and `--report` prints
what is known without asking. It judges nothing: the exit status is 0 whatever the figures are.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))  # tests/, as pytest has it

from bench.reader import questions
from bench.reader.arms import ARMS
from bench.reader.journal import Task, answered, kept
from bench.reader.questions import Question
from bench.reader.report import Result, tables
from scrimp import tokens
from scrimp.config.paths import paths_of
from scrimp.transport.local.model_file import model_path


def main() -> int:
    given = _arguments()
    model = given.model or model_path(paths_of(os.environ).data)
    asked = questions.load(given.data, most=given.questions, passages=given.passages)
    tasks = list(_tasks(asked, given.arms or list(ARMS), given.seed))
    results = _known(tasks, given.answers, model) if given.report else _read(tasks, given.answers, model, given.threads)
    print(f"{model.name}; questions: {questions.sources(asked)}; seed {given.seed}")
    print(tables(results, cache(tokens.count), seed=given.seed))
    return 0


def _tasks(asked: Sequence[Question], arms: Sequence[str], seed: int) -> Iterator[Task]:
    """Yield text by text, in an order drawn by chance, so that a run that is stopped has a fair sample in every arm.

    Within a text it goes arm by arm: a model keeps what it has read of a prompt whose beginning is the same.
    """
    by_source: dict[str, list[Question]] = defaultdict(list)
    for question in asked:
        by_source[question.source].append(question)
    for source in random.Random(seed).sample(sorted(by_source), len(by_source)):
        for arm in arms:
            for question in sorted(by_source[source], key=lambda each: each.context):
                yield Task(question=question, arm=arm, context=ARMS[arm](question, seed))


def _read(tasks: Sequence[Task], answers: Path, model: Path, threads: int) -> list[Result]:
    from bench.reader.runtime import load  # a report needs no model

    results: list[Result] = []
    reading = answered(tasks, load(model, threads=threads), answers, model.name)
    for number, (task, answer) in enumerate(zip(tasks, reading, strict=True), start=1):
        results.append(Result(task, answer))
        if number % 50 == 0:
            print(f"reader: {number} of {len(tasks)}, {task.arm}", file=sys.stderr, flush=True)
    return results


def _known(tasks: Sequence[Task], answers: Path, model: Path) -> list[Result]:
    known = kept(answers, model.name)
    keys = {task: (task.question.id, task.arm, task.key) for task in tasks}
    return [Result(task, known[key]) for task, key in keys.items() if key in known]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA", help="a directory with qa.jsonl")
    parser.add_argument("--questions", type=int, default=200, metavar="N", help="at most so many (200)")
    parser.add_argument("--passages", type=int, default=3, metavar="N", help="parts of a context, at most (3)")
    parser.add_argument("--seed", type=int, default=1, help="of what is deleted by chance, and of the intervals (1)")
    parser.add_argument("--answers", type=Path, default=Path("answers.jsonl"), help="where answers are kept")
    parser.add_argument("--model", type=Path, help="a GGUF file (the embedded model)")
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="to read with (1)")
    parser.add_argument("--arm", dest="arms", action="append", choices=ARMS, help="only this arm; may be given again")
    parser.add_argument("--report", action="store_true", help="ask nothing: print what is known")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
