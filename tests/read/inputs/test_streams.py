from __future__ import annotations

import io
import json
import os
import threading
import tracemalloc
from itertools import islice

import pytest

from scrimp.errors import InputError
from scrimp.read.formats.row_formats import read_rows
from scrimp.read.inputs.streams import InputStream
from scrimp.read.options import ReadOptions
from scrimp.read.prompts import prompts


def unheard(message):
    del message


@pytest.fixture
def pipe():
    """A stdin whose writer is in the test's hand: reading ahead of what was written would block for ever."""
    out, into = os.pipe()
    with open(out, "rb") as stdin, open(into, "wb", buffering=0) as writer:
        yield stdin, writer


def test_prompts_of_several_inputs_are_numbered_through(file):
    paths = [file("b.jsonl", '{"text":"1"}\n{"text":"2"}\n'), file("a.lines", "3\n"), file("c.md", "4")]

    found = list(prompts([str(path) for path in paths], ReadOptions(), warn=unheard))

    assert [(prompt.index, prompt.text) for prompt in found] == [(0, "1"), (1, "2"), (2, "3"), (3, "4")]


def test_a_wrong_word_is_an_error_before_the_first_prompt(tmp_path):
    with pytest.raises(InputError):
        prompts([f"{tmp_path}/none"], ReadOptions(), warn=unheard)
    with pytest.raises(InputError):
        prompts(["-"], ReadOptions(template="{"), warn=unheard)


def test_an_input_without_prompts_is_told(file):
    heard = []
    paths = [file("a.txt", "\n \n"), file("b.md", " "), file("c.jsonl", ""), file("d.txt", "x")]

    found = list(prompts([str(path) for path in paths], ReadOptions(), warn=heard.append))

    assert [prompt.text for prompt in found] == ["x"]
    assert heard == [f"{path} contains no prompt" for path in paths[:3]]


@pytest.mark.parametrize(
    ("first", "second", "options"),
    [(b'{"text":"a"}\n', b'{"text":"b"}\n', {}), (b"a\n", b"b\n", {}), (b"a\0", b"b\0", {"nul": True}),
     (b"text\na\n", b"b\n", {"format": "csv"})],
)  # fmt: skip
def test_a_row_of_a_pipe_is_yielded_before_the_next_is_written(pipe, first, second, options):
    stdin, writer = pipe
    found = prompts(["-"], ReadOptions(**options), warn=unheard, stdin=stdin)

    writer.write(first)
    assert next(found).text == "a"
    writer.write(second)
    assert next(found).text == "b"
    writer.close()
    assert next(found, None) is None


@pytest.mark.parametrize(
    ("data", "options"),
    [(b'{"text":"a"}\n' * 2, {}), (b"a\n" * 2, {}), (b"a\0" * 2, {"nul": True}), (b"text\na\na\n", {"format": "csv"})],
)
def test_the_limit_does_not_wait_for_one_line_more(pipe, data, options):
    stdin, writer = pipe
    writer.write(data)

    assert len(list(prompts(["-"], ReadOptions(limit=2, **options), warn=unheard, stdin=stdin))) == 2


def test_a_limit_of_nothing_reads_nothing(pipe):
    assert list(prompts(["-"], ReadOptions(limit=0), warn=unheard, stdin=pipe[0])) == []


def test_a_limit_counts_over_all_inputs(file):
    path = str(file("a.lines", "1\n2\n3\n"))

    assert [prompt.index for prompt in prompts([path, path], ReadOptions(limit=4), warn=unheard)] == [0, 1, 2, 3]


def test_a_pipe_named_as_a_file_is_read(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_text, args=['{"text":"a"}\n'])
    writer.start()

    assert [prompt.text for prompt in prompts([str(path)], ReadOptions(), warn=unheard)] == ["a"]
    writer.join()


def test_memory_does_not_grow_with_the_input(tmp_path):
    path = tmp_path / "big.jsonl"
    path.write_bytes(b'{"text":"the parcel came late, and the box was broken"}\n' * 30_000)
    found = prompts([str(path)], ReadOptions(), warn=unheard)
    assert sum(1 for _ in islice(found, 1000)) == 1000

    tracemalloc.start()
    try:
        assert sum(1 for _ in found) == 29_000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 500_000


class Endless(io.RawIOBase):
    """A device that never ends a line; `given` is how many bytes of it were read."""

    given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer):
        memoryview(buffer).cast("B")[:] = b"x" * len(buffer)
        self.given += len(buffer)
        return len(buffer)


@pytest.mark.parametrize("encoding", [None, "cp1252"])
@pytest.mark.parametrize(
    ("format_name", "nul"), [(name, False) for name in ("jsonl", "csv", "text")] + [("lines", True)]
)
def test_a_row_without_end_is_refused_before_it_fills_the_memory(format_name, nul, encoding):
    device = Endless()
    stream = InputStream("endless", io.BufferedReader(device), encoding, longest=1 << 20)

    with pytest.raises(InputError, match="endless has a row of more than 1 MB"):
        list(read_rows(stream, format_name, nul=nul))
    assert device.given < 3 << 20


def test_a_json_document_without_end_is_refused_and_one_on_a_long_line_is_read():
    device = Endless()
    with pytest.raises(InputError, match="endless is one JSON document of more than 8 MB"):
        list(read_rows(InputStream("endless", io.BufferedReader(device), longest=1 << 20), "json"))
    assert device.given < 10 << 20

    rows = [{"text": "x" * 1000}] * 2000
    stream = InputStream("long", io.BytesIO(json.dumps(rows).encode()), longest=1 << 20)
    assert [row for row, _ in read_rows(stream, "json")] == rows


def test_stdin_stays_open():
    stdin = io.BytesIO(b"a\n")

    assert len(list(prompts(["-"], ReadOptions(), warn=unheard, stdin=stdin))) == 1
    assert not stdin.closed
