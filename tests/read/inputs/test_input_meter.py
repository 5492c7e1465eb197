from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from scrimp.read.inputs.input_meter import InputMeter
from scrimp.read.options import ReadOptions
from scrimp.read.prompts import prompts
from scrimp.values import Prompt

ROWS = 4000


def metered(
    inputs: Sequence[Path | str], limit: int | None = None, **options: int
) -> tuple[InputMeter, Iterator[Prompt]]:
    names = [str(name) for name in inputs]
    meter = InputMeter(names, limit)
    return meter, prompts(names, ReadOptions(limit=limit, **options), warn=print, meter=meter)


def read(rows: Iterator[Prompt], count: int) -> None:
    for _ in range(count):
        next(rows)


@pytest.fixture(params=["rows.jsonl", "rows.csv", "rows.txt", "rows.jsonl.gz"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The same rows in formats that are read line by line."""
    path = tmp_path / request.param
    texts = [f"text number {number} of many" for number in range(ROWS)]
    if "jsonl" in path.name:
        texts = [f'{{"prompt": "{text}"}}' for text in texts]
    data = "".join(f"{line}\n" for line in (["prompt", *texts] if path.suffix == ".csv" else texts)).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def test_the_total_is_estimated_while_a_file_is_read_and_exact_at_its_end(file: Path) -> None:
    meter, rows = metered([file])
    assert meter.total() == (None, False)
    read(rows, ROWS // 2)
    estimate, exact = meter.total()
    if file.suffix != ".gz":  # so small that it is decompressed at once
        assert estimate is not None
        assert estimate == pytest.approx(ROWS, rel=0.1)
    assert not exact

    assert len(list(rows)) == ROWS // 2
    assert meter.total() == (ROWS, True)


def test_several_files_and_directories_are_one_input(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    for number in range(100):
        (tmp_path / f"texts/{number}.md").write_text("a text of some length")
    (tmp_path / "rows.jsonl").write_text('{"prompt": "sixteen"}\n' * 100)
    meter, rows = metered([tmp_path / "texts", tmp_path / "rows.jsonl"])
    read(rows, 120)

    assert meter.total()[0] == pytest.approx(200, rel=0.1)


def test_a_limit_is_the_most_there_can_be(file: Path) -> None:
    meter, rows = metered([file], limit=600)
    read(rows, 500)
    estimate, _ = meter.total()
    assert estimate is None or 500 <= estimate <= 600

    assert len(list(rows)) == 100
    assert meter.total() == (600, True)


def test_rows_that_are_left_out_are_not_counted(file: Path) -> None:
    meter, rows = metered([file], skip=3 * ROWS // 4)
    read(rows, 400)
    estimate, _ = meter.total()

    assert estimate is None or estimate == pytest.approx(ROWS // 4, rel=0.15)
    assert (estimate is None) == (file.suffix == ".gz")


def test_a_sample_has_as_many_rows_as_were_asked_for(file: Path) -> None:
    meter, rows = metered([file], limit=50, sample=50)
    read(rows, 20)

    assert meter.total() == (50, False)


def test_a_file_that_is_read_whole_has_no_estimate(tmp_path: Path) -> None:
    (tmp_path / "rows.json").write_text(json.dumps([{"prompt": "x"}] * 300))
    meter, rows = metered([tmp_path / "rows.json"])
    read(rows, 200)

    assert meter.total() == (None, False)


def test_a_pipe_has_no_total_before_its_end() -> None:
    reader, writer = os.pipe()
    os.write(writer, b"text\n" * 100)
    os.close(writer)
    meter = InputMeter(["-"])
    with open(reader, "rb") as stdin:
        rows = prompts(["-"], ReadOptions(), warn=print, stdin=stdin, meter=meter)
        read(rows, 50)
        assert meter.total() == (None, False)
        list(rows)

    assert meter.total() == (100, True)


def test_an_input_that_is_gone_is_the_readers_to_report(tmp_path: Path) -> None:
    (tmp_path / "rows.txt").write_text("text\n" * 100)
    meter, rows = metered([tmp_path / "rows.txt"])
    read(rows, 50)
    (tmp_path / "rows.txt").unlink()

    assert meter.total() == (None, False)
