"""`--samples N`: several completions of each prompt, each with its number, paid once and cached under it."""

from __future__ import annotations

import json
from itertools import count

import pytest

from command import Scrimp
from fake_provider import FakeProvider, completion, error
from terminal import at_terminal, without_styles


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    numbers = count()
    provider.answer = lambda body: completion(f"{body['messages'][-1]['content']} {next(numbers)}")
    scrimp.provider(provider.url)
    scrimp.file("rows.jsonl", '{"id": "a", "text": "x"}\n{"id": "b", "text": "y"}\n')
    scrimp.file("table.csv", "text,team\nx,red\ny,blue\n")
    return scrimp


def test_each_prompt_is_called_for_as_often_as_asked_and_its_rows_are_numbered(
    ready: Scrimp, provider: FakeProvider
) -> None:
    ran = ready("run", "rows.jsonl", "--samples", "3")

    assert [(row["id"], row["index"], row["sample"]) for row in ran.rows] == [
        (name, index, number) for index, name in enumerate("ab") for number in range(3)
    ]
    assert sorted(provider.prompts) == ["x"] * 3 + ["y"] * 3
    assert len({row["output"] for row in ran.rows}) == 6


def test_more_samples_are_the_ones_paid_for_and_new_ones(ready: Scrimp, provider: FakeProvider) -> None:
    one = ready("run", "rows.jsonl").rows
    three = ready("run", "rows.jsonl", "--samples", "3").rows
    five = ready("run", "rows.jsonl", "--samples", "5").rows
    again = ready("run", "rows.jsonl", "--samples", "1").rows

    assert len(provider.bodies) == 2 + 4 + 4
    assert [row["output"] for row in one] == [row["output"] for row in three if row["sample"] == 0]
    assert [row["output"] for row in three] == [row["output"] for row in five if row["sample"] < 3]
    assert [row["cache"] for row in five[:5]] == ["hit"] * 3 + ["miss"] * 2
    assert "sample" not in one[0]
    assert "sample" not in again[0]


def test_equal_rows_share_each_sample_and_no_two_samples_are_one(ready: Scrimp, provider: FakeProvider) -> None:
    ready.file("same.jsonl", '{"text": "x"}\n' * 4)
    rows = ready("run", "same.jsonl", "--samples", "2").rows

    assert len(provider.bodies) == 2
    assert [row["cache"] for row in rows] == ["miss"] * 2 + ["dup"] * 6
    assert [row["output"] for row in rows[2:4]] == [row["output"] for row in rows[:2]]


def test_an_estimate_and_the_progress_count_every_sample(ready: Scrimp) -> None:
    work = json.loads(ready("estimate", "rows.jsonl", "--samples", "3", "--json").out)["work"]
    ran = ready("run", "rows.jsonl", "--samples", "3", "--progress", "json", "-o", "out.jsonl")

    assert (work["rows"], work["duplicates"], work["calls"]) == (6, 0, 6)
    assert '"total":6' in ran.err.replace(" ", "")


def test_a_table_has_columns_for_the_row_and_the_sample(ready: Scrimp) -> None:
    table = ready("run", "table.csv", "--prompt-field", "text", "--samples", "2", "--out", "csv").out
    fields = ready("run", "rows.jsonl", "--samples", "2", "--out", "csv").out

    header, *lines = table.splitlines()
    assert header == "text,team,index,sample,output,error"
    assert [line.split(",")[:4] for line in lines] == [
        ["x", "red", "0", "0"], ["x", "red", "0", "1"], ["y", "blue", "1", "0"], ["y", "blue", "1", "1"],
    ]  # fmt: skip
    assert "sample" in fields.splitlines()[0].split(",")


@pytest.mark.parametrize(
    ("name", "files"),
    [("{id}.md", {"a.md", "a-2.md", "b.md", "b-2.md"}), ("{id}-{sample}.md", {"a-0.md", "a-1.md", "b-0.md", "b-1.md"})],
)
def test_each_sample_has_a_file_of_its_own(ready: Scrimp, name: str, files: set[str]) -> None:
    ran = ready("run", "rows.jsonl", "--samples", "2", "-o", f"out/{name}", "-q")

    assert ran.status == 0
    assert {path.name for path in (ready.cwd / "out").iterdir()} == files


@pytest.mark.parametrize("order", ["input", "completion"])
@pytest.mark.parametrize(
    ("source", "former"), [("rows.jsonl", "o.jsonl"), ("table.csv", "o.csv"), ("table.csv", "o.jsonl")]
)
def test_a_prompt_is_taken_up_again_unless_all_its_samples_are_ok(
    ready: Scrimp, provider: FakeProvider, source: str, former: str, order: str
) -> None:
    calls = count()
    provider.answer = lambda body: (
        error(400) if body["messages"][-1]["content"] == "x" and next(calls) == 0 else completion("fine")
    )
    words = ("--prompt-field", "text", "--samples", "3")
    ready("run", source, *words, "-o", former, "-j", "1", "--order", order)
    rest = ready("run", source, *words, "--only-failed", former).rows

    assert [(row["index"], row["sample"]) for row in rest] == [(0, 0), (0, 1), (0, 2)]
    assert len(provider.bodies) == 6 + 1


@pytest.mark.parametrize("words", [("run", "rows.jsonl"), ("estimate", "rows.jsonl"), ("ask", "x")])
def test_samples_that_will_be_the_same_are_a_warning(ready: Scrimp, words: tuple[str, ...]) -> None:
    said = [
        ready(*words, "--samples", number, "--temperature", temperature).err.count("mostly the same")
        for number, temperature in (("2", "0"), ("2", "0.7"), ("1", "0"))
    ]

    assert said == [1, 0, 0]


def test_ask_prints_each_completion_on_lines_of_its_own(ready: Scrimp, provider: FakeProvider) -> None:
    piped = ready("ask", "x", "--samples", "3")
    shown = at_terminal(ready, "ask", "y", "--samples", "2")
    listed = without_styles(at_terminal(ready, "run", "rows.jsonl", "--samples", "2", "-q"))

    assert sorted(piped.out.splitlines()) == ["x 0", "x 1", "x 2"]
    assert sorted(shown.splitlines()) == ["y 3", "y 4"]
    assert [line.split()[:2] for line in listed.splitlines() if line] == [
        ["a", "#0"],
        ["a", "#1"],
        ["b", "#0"],
        ["b", "#1"],
    ]
