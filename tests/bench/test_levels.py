"""The table of what levels save by workload, and look-ups in records: the pieces of both, without a model."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from bench.levels import WorkloadInput, estimated, row, workloads
from bench.reader.journal import Answer, answered
from bench.reader.lookups import FORMS, Lookup, is_right, lookups, orders
from bench.reader.paired import Pairs, pairs, sign_test
from bench.reader.public_questions import SHORT_ANSWERS
from bench.reader.reading import Reading
from bench.reader.run_lookups import report, tasks_of


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with a text of each type that workloads are made of."""
    passages = "\n\n".join(
        f"Document [{n}]: House {n} is {color}. It is old." for n, color in enumerate(("red", "blue"), 1)
    )
    texts = {
        "issue": "It crashes.", "email": "Where is my parcel?", "code": "x = 1\ny = 2\n" * 60, "diff": "-a\n+b\n",
        "html": "<p>Hello.</p>\n" * 9, "log": "error: no\n" * 9, "json_nested": json.dumps({"a": [1, 2]}, indent=2),
    }  # fmt: skip
    lines = [{"id": kind, "type": kind, "text": text} for kind, text in texts.items()]
    (tmp_path / "data.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    asked = {"id": "r", "type": "rag", "text": f"{passages}\n\nQuestion: Which house is red?\nAnswer:",
             "question": "Which house is red?", "gold_sentence": "House 1 is red.", "answers": ["1"]}  # fmt: skip
    (tmp_path / "qa.jsonl").write_text(json.dumps(asked) + "\n")
    return tmp_path


def test_every_workload_has_rows_and_the_same_ones_for_the_same_seed(data: Path) -> None:
    first, again, other = (list(workloads(data, seed)) for seed in (1, 1, 2))

    assert first == again != other
    assert [each.name for each in first][:2] == ["tickets", "tickets with orders as JSON"]
    assert all(each.rows for each in first)


def test_a_row_of_the_table_is_what_estimate_says(tmp_path: Path) -> None:
    records = json.dumps([{"id": n, "name": f"n{n}"} for n in range(9)], indent=2)
    workload = WorkloadInput("records", [{"text": f"Which name has id 4?\n\n{records}"}])
    refused = WorkloadInput("refused", [{"messages": []}])
    name, rows, tokens, *cuts = row(workload, estimated(workload, tmp_path))

    assert (name, rows) == ("records", "1")
    assert int(tokens) > 100
    assert 30 < int(cuts[0].removesuffix(" %")) <= int(cuts[-1].removesuffix(" %"))
    assert row(refused, estimated(refused, tmp_path)) == ("refused", "1", "refused")


def test_a_look_up_names_one_record_and_its_answer_stands_in_every_form() -> None:
    for question in lookups(40, seed=3, rows=(6, 9)):
        values = [str(value) for record in json.loads(question.context) for value in record.values()]
        assert values.count(question.answers[0]) == 1
        for form, make in FORMS.items():
            assert question.answers[0] in make(question, 0), form
        assert json.loads(FORMS["lossless"](question, 0)) == json.loads(question.context)
        assert FORMS["tidy"](question, 0) == FORMS["focus"](question, 0) == FORMS["lossless"](question, 0)
        assert len(FORMS["dense"](question, 0)) < len(FORMS["lossless"](question, 0)) < len(question.context)


def test_a_value_is_right_as_a_whole_only() -> None:
    (question,) = [each for each in lookups(40, seed=1) if each.id == "1/0"]
    value = question.answers[0]

    assert all(is_right(question, said) for said in (value, f" {value}.", f'"{value}", and', value.upper()))
    assert not any(is_right(question, said) for said in ("", f"{value}7", f"not {value}", value[:-1]))


def test_orders_are_one_to_twelve() -> None:
    assert {len(orders(random.Random(seed))) for seed in range(200)} == set(range(1, 13))


def test_the_sign_test_is_exact() -> None:
    # Tables of the sign test: 1 of 8 has 0.0703 two-sided, 0 of 5 0.0625; 11 : 0 is one in 1024.
    assert sign_test(7, 1) == sign_test(1, 7) == pytest.approx(0.0703125)
    assert sign_test(5, 0) == pytest.approx(0.0625)
    assert sign_test(0, 11) == pytest.approx(2 / 2048)
    assert sign_test(4, 4) == sign_test(0, 0) == 1
    first, second = {"a": True, "b": True, "c": False, "d": True}, {"a": True, "b": False, "c": False, "e": True}
    assert pairs(first, second) == Pairs(both=1, first_only=1, second_only=0, neither=1)


def test_look_ups_are_reported_in_pairs() -> None:
    asked = list(lookups(8, seed=1))
    tasks = tasks_of(asked, ["off", "lossless"])
    read = [
        (task, answer(task.question.answers if task.arm == "off" or at % 2 else ["?"], task.arm))
        for at, task in enumerate(tasks)
    ]
    lines = report(read, len).splitlines()

    by_chance = sum(1 / len(json.loads(each.context)) for each in asked)
    assert lines[0] == f"8 look-ups; of any record {by_chance:.1f} would be right"
    assert [line.split()[2] for line in lines[2:4]] == ["8", "4"]
    assert lines[-1].split()[:8] == ["off", ":", "lossless", "4", "4", "0", "0", "0.125"]
    assert lines[-1].endswith("2 : 0 (p 0.500)")  # both arrays are likelier to be read as they are


def test_a_look_up_is_shown_one_of_another_record_with_its_answer() -> None:
    for question in lookups(40, seed=2):
        plain, shown = (
            Lookup(question=question, arm="off", context=question.context, shown=one) for one in (False, True)
        )
        example = shown.prompt.removeprefix(question.context).removesuffix(plain.prompt.removeprefix(question.context))
        wanted, value = example.splitlines()[-1].removeprefix("Answer: The ").split(" is ")
        named = example.partition(" whose ")[2].partition(" is ")[0]
        (record,) = [each for each in json.loads(question.context) if str(each[wanted]) == value]

        assert value != question.answers[0]
        assert f"whose {named} is {record[named]}?" in example
        assert f"What is the {wanted} of the " in question.question


def test_the_same_prompt_in_another_form_is_read_once(tmp_path: Path) -> None:
    tasks = tasks_of(list(lookups(4, seed=1)), ["lossless", "tidy", "dense"])
    prompts: list[str] = []

    def reader(prompt: str, right: str) -> Reading:
        prompts.append(prompt)
        return Reading(right, 0.5)

    answers = list(answered(tasks, reader, tmp_path / "a.jsonl", "m"))
    again = list(answered(tasks, reader, tmp_path / "a.jsonl", "m"))

    assert len(prompts) == 8 == len(set(prompts))
    assert [each.arm for each in answers] == [task.arm for task in tasks]
    assert again == answers


def answer(said: Sequence[str], arm: str) -> Answer:
    likelihood = 0.5 if arm == "off" else 0.4
    return Answer(question="", arm=arm, model="m", key="", completion=said[0], likelihood=likelihood)


def test_every_public_question_of_the_reader_is_one_of_those_that_focus_is_measured_by() -> None:
    folder = SHORT_ANSWERS.parent.parent / "focus"
    items = map(json.loads, (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines())
    known = {
        one["question"] for item in items if item["set"] in ("NaturalQuestions", "HotpotQA") for one in item["asked"]
    }
    lines = [json.loads(line) for line in SHORT_ANSWERS.read_text(encoding="utf-8").splitlines()]

    assert {line["question"] for line in lines} == known
    assert all(line["answers"] and all(line["answers"]) for line in lines)
