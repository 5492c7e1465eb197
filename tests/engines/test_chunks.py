"""Rows read in chunks: those of a run, with what is said and what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from scrimp.engines.chunks import InputRows, read_chunks
from scrimp.errors import InputError
from scrimp.read.options import ReadOptions
from scrimp.read.prompts import prompts
from scrimp.values import Prompt


def test_the_rows_are_those_of_a_run_in_their_order(tmp_path: Path) -> None:
    file = tmp_path / "in.lines"
    file.write_text("".join(f"row {n}\n" for n in range(1000)))
    options = ReadOptions(skip=3, limit=700)
    read = list(prompts([str(file)], options, warn=lambda _: None))
    chunks = list(read_chunks(InputRows(names=(str(file),), options=options)))

    assert [row for chunk in chunks for row in chunk.rows] == read
    assert len(chunks) > 2
    assert [chunk.number for chunk in chunks] == list(range(len(chunks)))
    assert [chunk.is_last for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    twice = read_chunks(InputRows(names=(str(file),), options=ReadOptions(limit=2), samples=2))
    assert [(row.text, row.sample) for chunk in twice for row in chunk.rows] == [
        ("row 0", 0), ("row 0", 1), ("row 1", 0), ("row 1", 1),
    ]  # fmt: skip


def test_an_input_that_cannot_be_read_ends_them_after_the_rows_before_it(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_bytes(b'{"text": "a"}\n{"text": "caf\xe9"}\n{"text": "c"}\n')
    first, last = read_chunks(InputRows(names=(str(file),), options=ReadOptions()))

    assert [row.text for row in first.rows] == ["a"]
    assert isinstance(last.error, InputError)
    assert "in.jsonl:2" in str(last.error)


def test_what_is_said_while_they_are_read_comes_along(tmp_path: Path) -> None:
    (tmp_path / "empty.lines").touch()
    (tmp_path / "in.lines").write_text("a\n")
    names = (str(tmp_path / "in.lines"), str(tmp_path / "empty.lines"))
    chunks = list(read_chunks(InputRows(names=names, options=ReadOptions())))

    assert [message for chunk in chunks for message in chunk.messages] == [
        ("warning", f"{names[1]} contains no prompt")
    ]


def test_a_mistake_in_the_options_is_an_error_too() -> None:
    (chunk,) = read_chunks(InputRows(names=("nowhere.jsonl",), options=ReadOptions()))

    assert isinstance(chunk.error, InputError)


def test_the_rows_of_some_chunks_can_be_read_alone(tmp_path: Path) -> None:
    file = tmp_path / "in.lines"
    file.write_text("".join(f"row {n}\n" for n in range(1000)))
    inputs = InputRows(names=(str(file),), options=ReadOptions())
    whole = list(read_chunks(inputs))
    alone = list(read_chunks(replace(inputs, alone=frozenset({1, 3}))))

    assert [list(chunk.rows) for chunk in alone] == [[row] for n in (1, 3) for row in whole[n].rows] + [[]]
    assert [chunk.number for chunk in alone] == list(range(len(alone)))
    assert alone[-1].is_last


def test_chunks_may_be_larger(tmp_path: Path) -> None:
    file, other = tmp_path / "in.jsonl", tmp_path / "other.jsonl"
    file.write_text("".join(f'"row {n}"\n' for n in range(1000)))
    other.write_text("{\n")  # a document on several lines
    chunks = list(read_chunks(InputRows(names=(str(file), str(other)), options=ReadOptions(), rows_per_chunk=600)))

    assert [[row.index for row in chunk.rows] for chunk in chunks] == [list(range(768)), list(range(768, 1000)), []]
    assert "other.jsonl:1" in str(chunks[-1].error)


class LongRows(InputRows, frozen=True, kw_only=True):
    """Rows that are large, but for the room they take here: all have the same text."""

    def prompts(self, **_: object) -> Iterator[Prompt]:
        text = "x" * 900_000
        return (Prompt(index=number, text=text) for number in range(40))


def test_chunks_of_long_rows_have_few_of_them_and_parts_all_that_they_should() -> None:
    chunks = list(read_chunks(LongRows(names=("in.jsonl",), options=ReadOptions())))
    part, _ = read_chunks(LongRows(names=("in.jsonl",), options=ReadOptions(), rows_per_chunk=4096))

    assert [len(chunk.rows) for chunk in chunks] == [18, 18, 4, 0]
    assert [chunk.number for chunk in chunks] == [0, 1, 2, 3]
    assert [row.index for chunk in chunks for row in chunk.rows] == list(range(40)) == [row.index for row in part.rows]
