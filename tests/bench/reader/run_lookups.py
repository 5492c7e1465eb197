"""Is JSON still read as well? A small model looks values up in records, in the form that each level gives them.

    SCRIMP_HOME=HOME scrimp local install
    SCRIMP_HOME=HOME python tests/bench/reader/run_lookups.py [--questions 100] [--seed 1] [--answers lookups.jsonl]
    python tests/bench/reader/run_lookups.py --model other.gguf --answers lookups.jsonl --report

Each question is asked greedily over an array of 8 to 18 records (`--rows`): indented (`off`), as each level leaves it,
and on one line with blanks. It is right where the completion begins with the value that was asked for. Pairs are
counted with the exact sign test; a form with the prompt of another is not read again, and has its answers.

A model that finds few values tells little by those that are right, so the table has beside them how many would be if it
took any record, and the pairs are counted a second time: arrays in one form of which it finds the right values
likelier than in the other, by the mean logarithm of their likelihood. `--show` answers one look-up first in each
prompt, by which small models find more.

Answers are appended to the file named by `--answers`; the same command resumes, and `--report` asks nothing. It judges
nothing: the exit status is 0 whatever the figures are.
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import sys
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))  # tests/, as pytest has it

from bench.reader.journal import Answer, Task, answered, kept
from bench.reader.lookups import ASKED_OF_EACH, FORMS, ROWS, Lookup, chance_of, is_right, lookups
from bench.reader.paired import pairs, sign_test
from bench.reader.questions import Question
from scrimp import tokens
from scrimp.config.paths import paths_of
from scrimp.transport.local.model_file import model_path

Results = Sequence[tuple[Task, Answer]]

_LEAST = 1e-9  # of a likelihood that is zero


def main() -> int:
    given = _arguments()
    model = given.model or model_path(paths_of(os.environ).data)
    asked = lookups(given.questions, seed=given.seed, of_each=given.of_each, rows=tuple(given.rows))
    tasks = tasks_of(list(asked), given.forms or list(FORMS), shown=given.show)
    if given.report:
        known = kept(given.answers, model.name)
        keys = [(task, (task.question.id, task.arm, task.key)) for task in tasks]
        results = [(task, known[key]) for task, key in keys if key in known]
    else:
        from bench.reader.runtime import load  # a report needs no model

        reading = answered(tasks, load(model, threads=given.threads), given.answers, model.name)
        results = list(zip(tasks, reading, strict=True))
    print(f"{model.name}; seed {given.seed}")
    print(report(results, cache(tokens.count)))
    return 0


def tasks_of(asked: Sequence[Question], forms: Sequence[str], *, shown: bool = False) -> list[Task]:
    """Return the tasks array by array, and form by form within it: a model keeps what it has read of a prompt."""
    return [
        Lookup(question=question, arm=form, context=FORMS[form](question, 0), shown=shown)
        for _, group in groupby(asked, key=lambda each: each.source)
        for questions in [list(group)]
        for form in forms
        for question in questions
    ]


def report(results: Results, count: Callable[[str], int]) -> str:
    """Return both tables over the questions that every form has been asked; `count` counts tokens."""
    by_form: dict[str, dict[str, tuple[Task, Answer]]] = {}
    for task, answer in results:
        by_form.setdefault(task.arm, {})[task.question.id] = (task, answer)
    common = set.intersection(*map(set, by_form.values())) if by_form else set()
    if not common:
        return "no question has been asked in every form yet"
    right = {
        form: {each: is_right(found[each][0].question, found[each][1].completion) for each in common}
        for form, found in by_form.items()
    }
    by_chance = sum(chance_of(by_form[next(iter(by_form))][each][0].question) for each in common)
    lines = [
        f"{len(common)} look-ups; of any record {by_chance:.1f} would be right",
        f"{'':12}{'tokens':>8}{'right':>7}{'likelihood':>12}",
    ]
    for form, found in by_form.items():
        size = sum(count(found[each][0].context) for each in common) // len(common)
        likely = statistics.fmean(found[each][1].likelihood for each in common)
        lines.append(f"{form:12}{size:8}{sum(right[form].values()):7}{likely:12.3f}")
    lines += ["", f"{'':24}{'both':>6}{'first':>7}{'second':>8}{'neither':>9}{'p':>8}{'likelier in arrays':>24}"]
    first, *others = by_form
    for form in others:
        told = pairs(right[first], right[form])
        counts = f"{told.both:6}{told.first_only:7}{told.second_only:8}{told.neither:9}{_chance(told.p):>8}"
        more, fewer = _likelier(by_form[first], by_form[form], common)
        likelier = f"{more} : {fewer} (p {_chance(sign_test(more, fewer))})"
        lines.append(f"{f'{first} : {form}':24}{counts}{likelier:>24}")
    return "\n".join(lines)


def _likelier(
    first: Mapping[str, tuple[Task, Answer]], second: Mapping[str, tuple[Task, Answer]], common: Collection[str]
) -> tuple[int, int]:
    """Return of how many arrays the right values are likelier in the first form, and in the second.

    Questions of one array are not independent of each other, arrays are.
    """
    gains: dict[str, float] = defaultdict(float)
    for each in common:
        one, other = (max(found[each][1].likelihood, _LEAST) for found in (first, second))
        gains[first[each][0].question.source] += math.log(one / other)
    return sum(gain > 0 for gain in gains.values()), sum(gain < 0 for gain in gains.values())


def _chance(p: float) -> str:
    return f"{p:.3f}" if p >= 0.001 else "<.001"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=100, metavar="N", help="how many (100)")
    parser.add_argument("--seed", type=int, default=1, help="of the records and questions (1)")
    parser.add_argument(
        "--of-each", type=int, default=ASKED_OF_EACH, metavar="N", help="asked of each array, 8 at most (4)"
    )
    parser.add_argument(
        "--rows", type=int, nargs=2, default=ROWS, metavar=("LEAST", "MOST"), help="records of an array (8 18)"
    )
    parser.add_argument("--show", action="store_true", help="answer one look-up first in each prompt")
    parser.add_argument("--answers", type=Path, default=Path("lookups.jsonl"), help="where answers are kept")
    parser.add_argument("--model", type=Path, help="a GGUF file (the embedded model)")
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="to read with (1)")
    parser.add_argument("--form", dest="forms", action="append", choices=FORMS, help="only this; may be given again")
    parser.add_argument("--report", action="store_true", help="ask nothing: print what is known")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
