"""The reader's pieces do what they say, with a reader that is not a model; how well it reads is not judged here."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from bench.reader import questions
from bench.reader.arms import ARMS
from bench.reader.intervals import difference, mean
from bench.reader.journal import Task, answered, kept
from bench.reader.questions import Question
from bench.reader.reading import Reading, first_line, likelihood, prompt_of
from bench.reader.report import Result, tables
from bench.reader.scores import exact, f1, says

_WRITTEN = """
The mill at Orsk was built in 1702 by a weaver named Anna Holt. It stood on the left bank, where the current is slow
and the ice comes late. Nobody lived in it but a boy with his goats. Its wheel was sold for firewood, and the stones
lie in the garden of the inn. Old maps show a second mill below it, of which there is no other trace.

The bridge was opened by the mayor of Teln. It has four arches, and no toll was ever taken on it, not even in the
years when salt was dear. The stone came down the river on rafts. Each winter two men watch it for drifting logs.
They sleep in turns in a hut of planks, and a bell is rung when one of them is late.

Every autumn the market moves to the hill. Cheese is sold there, and wool, and lamps of a kind that nobody lights
any more. The road is steep and the carts are slow. Those who come last sleep under their tables until the morning.
At noon on the third day all of it is taken down again, and the hill belongs to the sheep.

The school burnt down twice. After the second fire it was built of brick, with a flat roof that has leaked since.
Its bell came from a ship at the coast. Children from three valleys walk to it, and some of them stay the week. The
teacher has a room over the stable, which is warm, and a clock that the parents wind.
"""
_PARTS = [" ".join(part.split()) for part in _WRITTEN.split("\n\n")]
_ARTICLE = "\n\n".join(_PARTS)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A corpus with one article, and own questions beside it."""
    item = {
        "id": "a-1",
        "type": "qa_article",
        "text": f"{_ARTICLE}\n\nQuestion: Who opened the bridge?",
        "question": "Who opened the bridge?",
        "answers": ["the mayor of Teln"],
        "gold_sentence": "The bridge was opened by the mayor of Teln.",
    }
    (tmp_path / "qa.jsonl").write_text(json.dumps(item) + "\n" + json.dumps({"id": "s", "type": "qa_story"}) + "\n")
    own = [
        {"context": "a-1", "question": "When was the mill built?", "answer": "1702"},
        {"context": "a-1", "question": "What is the school made of today?", "answer": "brick"},
        {"context": "gone", "question": "Who?", "answer": "nobody"},
    ]
    (tmp_path / "own.jsonl").write_text("".join(json.dumps(line) + "\n" for line in own))
    return tmp_path


@pytest.fixture
def asked(data: Path) -> list[Question]:
    return questions.load(data, most=9, passages=4, own=data / "own.jsonl")


class Finder:
    """Says an answer that stands in its prompt, and counts how often it was asked."""

    def __init__(self, answers: Sequence[str]) -> None:
        self.answers = answers
        self.prompts: list[str] = []

    def __call__(self, prompt: str, answer: str) -> Reading:
        self.prompts.append(prompt)
        found = answer in prompt and answer in self.answers
        return Reading(answer if found else "", 0.5 if found else 0.1)


def _tasks(asked: Sequence[Question], *arms: str) -> list[Task]:
    return [Task(question=each, arm=arm, context=ARMS[arm](each, 1)) for arm in arms for each in asked]


def test_xquads_questions_come_before_our_own_and_others_are_left_out(asked: list[Question]) -> None:
    assert [each.id for each in asked] == ["a-1", "a-1/0", "a-1/1"]
    assert questions.sources(asked) == {"xquad": 1, "own": 2}
    assert {each.context for each in asked} == {_ARTICLE}


def test_a_context_is_cut_to_the_parts_around_the_answer(data: Path) -> None:
    cut = questions.load(data, most=9, passages=2, own=data / "own.jsonl")

    assert [each.context for each in cut] == ["\n\n".join(_PARTS[at : at + 2]) for at in (0, 0, 2)]
    assert all(says(each.context, each.answers) for each in cut)


def test_a_question_that_its_text_cannot_answer_is_an_error(data: Path) -> None:
    wrong = data / "wrong.jsonl"
    wrong.write_text(json.dumps({"context": "a-1", "question": "Who?", "answer": "Napoleon"}))

    with pytest.raises(ValueError, match="Napoleon"):
        questions.load(data, most=9, own=wrong)


def test_all_our_own_questions_are_different_ones() -> None:
    lines = [json.loads(line) for line in questions.OWN.read_text(encoding="utf-8").splitlines()]

    assert len({(line["context"], line["question"]) for line in lines}) == len(lines) >= 200
    assert all(line["answer"].strip() and line["question"].endswith("?") for line in lines)


@pytest.mark.parametrize("arm", [name for name in ARMS if name[-1].isdigit()])
def test_an_arm_leaves_about_what_it_says_in_the_order_it_came(arm: str, asked: list[Question]) -> None:
    shares = []
    for question in asked:
        left = ARMS[arm](question, 1)
        rest = iter(_ARTICLE.split())

        assert all(word in rest for word in left.split())
        shares.append(len(left) / len(_ARTICLE))

    # A certain answer takes half of what is kept on average, less a sentence that does not fit; others more.
    assert min(shares) > 0.1
    assert sum(shares) / len(shares) < float(arm[-3:]) + 0.1


def test_chance_takes_as_much_as_focus_and_the_same_for_the_same_seed(asked: list[Question]) -> None:
    for kind in ("sentences", "words"):
        for question in asked:
            left, focused = ARMS[f"{kind} 0.6"](question, 1), ARMS["focus 0.6"](question, 1)

            assert abs(len(left) - len(focused)) < 100  # a sentence
            assert left == ARMS[f"{kind} 0.6"](question, 1)
        assert len({ARMS[f"{kind} 0.6"](asked[0], seed) for seed in range(9)}) > 1


def test_completions_are_compared_as_in_squad() -> None:
    assert exact("The Mayor of Teln.", ["a mayor of Teln"]) == 1
    assert exact("mayor", ["the mayor of Teln"]) == 0
    assert f1("the mayor", ["the mayor of Teln"]) == pytest.approx(0.5)
    assert f1("", ["1702"]) == f1("the", ["1702"]) == 0
    assert says("It was in 1702, they say", ["1702"]) == says("a 4-arch bridge", ["4"]) == 1
    assert says("17020", ["1702"]) == 0


def test_a_prompt_has_the_context_only_where_there_is_one() -> None:
    assert "Text:\nThe mill.\n\nQuestion: When?\nAnswer:" in prompt_of("The mill.", "When?")
    assert "Text:" not in prompt_of("", "When?")
    assert first_line("\n  \n 1702 \nor so") == "1702"


def test_the_likelihood_of_an_answer_is_the_mean_chance_of_its_tokens() -> None:
    chances: Mapping[str, Mapping[bytes, float]] = {
        "A:": {b" 1": 0.5, b" 17": 0.4, b" the": 0.1},
        "A: 17": {b"02": 0.9, b"0": 0.1},
    }

    def following(prompt: str) -> list[tuple[bytes, float]]:
        return [(token, math.log(chance)) for token, chance in chances[prompt].items()]

    assert likelihood("A:", "1702", following) == pytest.approx(math.sqrt(0.4 * 0.9))
    assert likelihood("A:", "17", lambda _prompt: []) == 0
    assert likelihood("A:", "1755", following) == pytest.approx(math.sqrt(0.4 * 0.1))


def test_a_run_goes_on_where_it_was_stopped(tmp_path: Path, asked: list[Question]) -> None:
    answers, tasks = tmp_path / "answers.jsonl", _tasks(asked, "whole", "nothing")
    first, second = Finder(["1702"]), Finder(["1702"])

    half = [answer for answer, _ in zip(answered(tasks, first, answers, "m"), range(4), strict=False)]
    with answers.open("a") as lines:
        lines.write('{"question": "a-1", "arm')  # killed while writing
    whole = list(answered(tasks, second, answers, "m"))

    assert whole[: len(half)] == half
    assert len(kept(answers, "m")) == len(tasks)
    assert len(first.prompts) + len(second.prompts) <= len(tasks) + 1
    assert [answer.completion for answer in whole] == ["", "1702", "", "", "", ""]


def test_another_prompt_or_model_is_asked_anew(tmp_path: Path, asked: list[Question]) -> None:
    answers, tasks = tmp_path / "answers.jsonl", _tasks(asked, "whole")
    list(answered(tasks, Finder([]), answers, "m"))
    changed = [Task(question=each.question, arm=each.arm, context="Shorter.") for each in tasks]
    again = Finder([])

    list(answered(changed, again, answers, "m"))

    assert len(again.prompts) == len(tasks)
    assert len(kept(answers, "m")) == 2 * len(tasks)
    assert kept(answers, "other") == kept(tmp_path / "none.jsonl", "m") == {}


def test_an_interval_holds_the_mean_and_is_drawn_by_text() -> None:
    values = {f"q{at}": float(at % 2) for at in range(40)}
    apart, together = {name: name for name in values}, {name: str(int(name[1:]) % 2) for name in values}

    wide, narrow = (mean(values, contexts, seed=1) for contexts in (together, apart))

    assert narrow.low < narrow.value == 0.5 < narrow.high
    assert (wide.low, wide.high) == (0, 1)
    assert difference(values, values, apart, seed=1).high == 0


def test_the_tables_show_what_was_cut_found_and_answered(tmp_path: Path, asked: list[Question]) -> None:
    tasks = _tasks(asked, "whole", "nothing")
    reader = Finder([answer for each in asked for answer in each.answers])
    results = [
        Result(task, answer)
        for task, answer in zip(tasks, answered(tasks, reader, tmp_path / "a.jsonl", "m"), strict=True)
    ]

    lines = tables(results, len, seed=1).splitlines()

    cells: dict[str, list[Any]] = {line[:15].strip(): line[15:].split() for line in lines}
    assert lines[0].startswith("3 questions on 1 texts")
    assert cells["whole"][:3] == ["0.0%", "100.0%", "1.00"]
    assert cells["nothing"][:3] == ["100.0%", "0.0%", "0.00"]
    assert any(line.startswith("nothing - whole") and "-1.00" in line for line in lines)
    assert tables([], len, seed=1) == "no question has been answered in every arm yet"
