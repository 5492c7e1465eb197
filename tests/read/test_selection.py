"""--skip, --only-failed, --sample and --limit, in this order."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from scrimp.errors import InputError
from scrimp.read.options import ReadOptions
from scrimp.read.prompts import prompts
from scrimp.read.selection.sample import uniform_sample

Taken = Callable[..., list[int]]


@pytest.fixture
def taken(tmp_path: Path) -> Taken:
    """Return a function that reads rows of ten prompts and returns the indexes of those that are taken."""
    rows = tmp_path / "in.jsonl"
    rows.write_text("".join(f'{{"id": "r{index}", "text": "row {index}"}}\n' for index in range(10)))

    def read(former: str | None = None, *, name: str = "out.jsonl", **numbers: int) -> list[int]:
        if former is not None:
            (tmp_path / name).write_text(former)
        only_failed = None if former is None else str(tmp_path / name)
        options = ReadOptions(only_failed=only_failed, **numbers)
        found = list(prompts([str(rows)], options, warn=lambda _: None))
        assert all(prompt.id == f"r{prompt.index}" for prompt in found)
        return [prompt.index for prompt in found]

    return read


def output(*rows: tuple[int, str]) -> str:
    return "".join(json.dumps({"index": index, "id": f"r{index}", "status": status}) + "\n" for index, status in rows)


def test_rows_are_skipped_and_limited_and_keep_their_numbers(taken: Taken) -> None:
    assert taken(skip=3, limit=2) == [3, 4]
    assert taken(skip=10) == taken(limit=0) == taken(sample=0) == []


def test_a_skip_that_leaves_no_row_is_said(taken: Taken, tmp_path: Path) -> None:
    said: list[str] = []
    for skip in (9, 10, 1000):
        list(prompts([str(tmp_path / "in.jsonl")], ReadOptions(skip=skip), warn=said.append))

    assert said == ["--skip 10 leaves no row: there are 10", "--skip 1000 leaves no row: there are 10"]


def test_a_sample_is_the_same_each_time_in_order_and_another_for_each_seed(taken: Taken) -> None:
    first = taken(sample=4)

    assert first == sorted(set(first)) == taken(sample=4)
    assert len(first) == 4
    assert len({tuple(taken(sample=4, seed=seed)) for seed in range(20)}) > 10
    assert taken(sample=40) == list(range(10))
    assert taken(sample=4, limit=2) == first[:2]
    assert set(taken(skip=7, sample=2)) < {7, 8, 9}


def test_every_row_is_as_likely_as_any_other_to_be_in_a_sample() -> None:
    times = Counter(row for seed in range(3000) for row in uniform_sample(iter(range(10)), 3, seed))

    expected = 3000 * 3 / 10
    assert sum((times[row] - expected) ** 2 / expected for row in range(10)) < 27.9  # chi-square, 9 degrees, p = 0.001


def test_a_sample_holds_no_more_rows_than_it_has() -> None:
    alive = 0

    class Row:
        def __init__(self) -> None:
            nonlocal alive
            alive += 1

        def __del__(self) -> None:
            nonlocal alive
            alive -= 1

    def rows():  # type: ignore[no-untyped-def]
        for _ in range(1000):
            yield Row()
            assert alive <= 7

    assert len(list(uniform_sample(rows(), 5, 0))) == 5


def test_only_rows_that_are_not_ok_or_missing_in_a_former_output_are_run(taken: Taken) -> None:
    former = output((0, "ok"), (1, "error"), (2, "truncated"), (3, "skipped"), (4, "ok"), (5, "pending"))

    assert taken(former) == [1, 2, 3, 5, 6, 7, 8, 9]
    assert taken(former, skip=2, limit=2) == [2, 3]
    assert set(taken(former, sample=3)) < {1, 2, 3, 5, 6, 7, 8, 9}


def test_the_last_row_of_a_former_output_decides_for_its_id(taken: Taken) -> None:
    assert taken(output((0, "error"), (1, "ok"), (0, "ok"), (1, "error")), limit=2) == [1, 2]


def test_an_id_goes_before_the_place_in_the_input(taken: Taken) -> None:
    former = '{"index": 0, "id": "r4", "status": "ok"}\n{"index": 1, "id": "r5", "status": "error"}\n'

    assert taken(former) == [0, 1, 2, 3, 5, 6, 7, 8, 9]


def test_without_ids_the_index_decides_and_without_an_index_the_place(taken: Taken) -> None:
    assert taken('{"index": 1, "status": "ok"}\n{"index": 3, "status": "ok"}\n', limit=3) == [0, 2, 4]
    assert taken("text,output,error\nrow 0,yes,\nrow 1,,no\nrow 2,yes,\n", name="out.csv", limit=3) == [1, 3, 4]


@pytest.mark.parametrize(
    ("name", "former"),
    [
        ("out.csv", "index,id,status,output\n0,r0,ok,x\n1,r1,error,\n2,r2,ok,y\n"),
        ("out.tsv", "index\tid\tstatus\toutput\n0\tr0\tok\tx\n1\tr1\terror\t\n2\tr2\tok\ty\n"),
        ("out.json", "[" + output((0, "ok"), (1, "error"), (2, "ok")).replace("\n", ",")[:-1] + "]"),
        ("results", output((0, "ok"), (1, "error"), (2, "ok"))),
        ("results", "index,id,status,output\n0,r0,ok,x\n1,r1,error,\n2,r2,ok,y\n"),
    ],
)
def test_a_former_output_may_have_any_format_of_rows(taken: Taken, name: str, former: str) -> None:
    assert taken(former, name=name, limit=3) == [1, 3, 4]


@pytest.mark.parametrize("former", ['{"text": "row"}\n', "just text\n", "a\nb\n", '{"error": null}\n'])
def test_a_file_that_is_not_an_output_is_an_error_and_not_a_run_of_all_rows(taken: Taken, former: str) -> None:
    with pytest.raises(InputError, match="--only-failed"):
        taken(former)


def test_a_row_that_is_skipped_need_not_be_readable(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text('{"text": ""}\n{"text": "good"}\n')

    found = prompts([str(file)], ReadOptions(skip=1), warn=lambda _: None)
    assert [prompt.text for prompt in found] == ["good"]


@pytest.mark.parametrize("named", [True, False], ids=["by id", "by index"])
def test_a_row_that_was_answered_when_it_had_another_input_is_taken(tmp_path: Path, named: bool) -> None:
    def row(name: int, text: str, **more: object) -> dict[str, object]:
        return ({"id": f"r{name}"} if named else {}) | {"text": text} | more

    now = [row(0, "one", x=1), row(1, "TWO"), row(2, "three", x=1.50), row(3, "four")]
    before = [{"x": 1} | row(0, "one"), row(1, "two"), row(2, "three", x=1.50), None]
    (tmp_path / "in.jsonl").write_text("".join(f"{json.dumps(each)}\n" for each in now))
    (tmp_path / "out.jsonl").write_text("".join(
        json.dumps({"index": index, "id": f"r{index}" if named else None, "status": "ok"} | (
            {} if given is None else {"input": given}
        )) + "\n"
        for index, given in enumerate(before)
    ))  # fmt: skip
    said: list[str] = []

    left = list(prompts(
        [str(tmp_path / "in.jsonl")], ReadOptions(only_failed=str(tmp_path / "out.jsonl")), warn=said.append
    ))  # fmt: skip

    assert [prompt.text for prompt in left] == ["TWO"]
    (only,) = said
    assert f"answered {tmp_path}/in.jsonl:2 when its input was another one" in only
