from __future__ import annotations

import gzip
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scrimp.errors import InputError
from scrimp.read.options import ReadOptions
from scrimp.read.prompts import prompts
from scrimp.values import Message, Prompt


def read(path: Path, *, warned: list[str] | None = None, **options: Any) -> list[Prompt]:
    return list(prompts([str(path)], ReadOptions(**options), warn=(warned if warned is not None else []).append))


def file(tmp_path: Path, name: str, content: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("name", "content", "texts"),
    [
        ("a.jsonl", '{"text":"x"}\n\n{"text":"y"}', ["x", "y"]),
        ("a.csv", 'text,n\n"a, ""b""\nc",1\n', ['a, "b"\nc']),
        ("a.tsv", "text\tn\nx y\t1\n", ["x y"]),
        ("a.json", '[{"prompt":"x"},{"prompt":"y"}]', ["x", "y"]),
        ("a.txt", "x\r\n\ny\n", ["x", "y"]),
        ("a.md", "# x\n\ny\n", ["# x\n\ny\n"]),
        ("a.jsonl", b'\xef\xbb\xbf{"text":"x"}\n', ["x"]),
    ],
)
def test_each_format_gives_its_prompts(tmp_path: Path, name: str, content: str | bytes, texts: list[str]) -> None:
    assert [prompt.text for prompt in read(file(tmp_path, name, content))] == texts


def test_packed_files_directories_and_globs_are_read_in_order(tmp_path: Path) -> None:
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(b'{"text":"packed"}\n'))
    file(tmp_path, "a.jsonl", '{"text":"plain"}\n')
    file(tmp_path, ".hidden.jsonl", '{"text":"hidden"}\n')

    assert [prompt.text for prompt in read(tmp_path)] == ["plain", "packed"]
    assert [prompt.text for prompt in read(tmp_path / "*.jsonl")] == ["plain"]


def test_a_batch_row_of_openai_is_understood_and_its_model_is_not_obeyed(tmp_path: Path) -> None:
    row = {
        "custom_id": "r1", "method": "POST", "url": "/v1/chat/completions",
        "body": {"model": "gpt-5", "messages": [
            {"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"},
            {"role": "assistant", "content": "yes?"}, {"role": "user", "content": [{"type": "text", "text": "bye"}]},
        ]},
    }  # fmt: skip
    warned: list[str] = []
    (prompt,) = read(file(tmp_path, "a.jsonl", json.dumps(row)), warned=warned)

    assert (prompt.id, prompt.system, prompt.text) == ("r1", "Be brief.", "bye")
    assert prompt.history == (Message("user", "hi"), Message("assistant", "yes?"))
    assert len(warned) == 1


def test_a_template_takes_columns_and_braces(tmp_path: Path) -> None:
    path = file(tmp_path, "a.jsonl", '{"a":"x","b":{"c":[1,2]}}\n')

    assert read(path, template="{a} {{b}} {b.c}")[0].text == "x {b} [1,2]"


@given(
    st.lists(
        st.dictionaries(st.sampled_from("ab"), st.none() | st.integers(-9, 9) | st.text(max_size=9)).map(
            lambda row: row | {"c": 1}
        ),
        max_size=6,
    )
)
def test_columns_are_kept_as_they_were(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    path = file(tmp_path, "rows.jsonl", "".join(json.dumps(row) + "\n" for row in rows))

    assert [prompt.row for prompt in read(path, template="x{c}")] == rows


PIECES = st.sampled_from([
    b'{"text":"a"}', b'{"text":"b","id":1}', b"text", b"words",
    b"\n", b",", b"\t", b'"', b"[", b"]", b"\xff", b"\0",
])  # fmt: skip


@given(
    st.binary(max_size=60) | st.lists(PIECES, max_size=12).map(b"".join),
    st.sampled_from(["a.jsonl", "a.csv", "a.tsv", "a.json", "a.txt", "a.md"]),
)
@example(b"t\0\0\0", "a.jsonl")  # the byte that is told is past the end
def test_any_bytes_are_prompts_or_an_input_error(tmp_path: Path, content: bytes, name: str) -> None:
    found = []
    with suppress(InputError):  # any other exception fails the test
        found = read(file(tmp_path, name, content))

    assert all(isinstance(prompt.text, str) for prompt in found)


def test_reading_stops_at_the_limit_without_another_look(tmp_path: Path) -> None:
    path = file(tmp_path, "a.jsonl", '{"text":"x"}\nnot json\n')

    assert len(read(path, limit=1)) == 1


@pytest.mark.parametrize(
    ("name", "content", "where"),
    [
        ("a.jsonl", '{"text": "one"}\n{"text": ""}\n', "a.jsonl:2"),
        ("a.jsonl", '{"text": "one"}\n{"text": " \\n\\t\\u2003"}\n', "a.jsonl:2"),
        ("a.json", '[{"text": "one"}, {"text": ""}]', "a.json:2"),
        ("a.json", '["one", " "]', "a.json:2"),
        ("a.json", '["one", "<scrimp:keep> </scrimp:keep>"]', "a.json:2"),
        ("a.csv", "id,text\n1,one\n2,\n", "a.csv:3"),
        ("a.jsonl", '{"text": "one"}\n{"messages": [{"role": "user", "content": ""}]}\n', "a.jsonl:2"),
    ],
)
def test_a_blank_prompt_has_a_defect_and_no_text(tmp_path: Path, name: str, content: str, where: str) -> None:
    first, blank = read(file(tmp_path, name, content))

    assert (first.text, first.defect) == ("one", "")
    assert (blank.text, blank.told, blank.defect) == ("", (), "the prompt is empty: give the row a text, or remove it")
    assert blank.source == f"{tmp_path}/{where}"


def test_a_blank_string_has_a_defect_behind_a_template_too(tmp_path: Path) -> None:
    first, blank = read(file(tmp_path, "a.json", '["one", " "]'), template="Mood? {text}")

    assert (first.text, blank.text, blank.source) == ("Mood? one", "", f"{tmp_path}/a.json:2")
    assert blank.defect == "'text' is blank: give the row a value, or remove it"


def test_prompts_of_a_folder_carry_their_file(tmp_path: Path) -> None:
    for name, content in [("a.md", "# A"), ("b.txt", "two\nlines\n"), ("c.lines", "one\n"), ("e.md", " "),
                          ("d.jsonl", '{"text":"x"}\n{"text":"y","id":"own"}\n')]:  # fmt: skip
        file(tmp_path, name, content)
    warned: list[str] = []
    found = read(tmp_path, warned=warned)

    assert [prompt.text for prompt in found] == ["# A", "two\nlines\n", "one", "x", "y"]
    assert [prompt.id for prompt in found] == [
        f"{tmp_path}/a.md", f"{tmp_path}/b.txt", f"{tmp_path}/c.lines:1", f"{tmp_path}/d.jsonl:1", "own",
    ]  # fmt: skip
    assert warned == [f"{tmp_path}/e.md contains no prompt"]


def test_a_file_that_is_one_prompt_has_its_path_for_an_id_and_rows_of_one_file_have_none(tmp_path: Path) -> None:
    assert [prompt.id for prompt in read(file(tmp_path, "a.md", "# A"))] == [f"{tmp_path}/a.md"]
    assert [prompt.id for prompt in read(file(tmp_path, "a.txt", "one\ntwo\n"))] == [None, None]
    assert [prompt.id for prompt in read(file(tmp_path, "a.jsonl", '{"text":"x"}\n'))] == [None]


def test_a_former_output_may_be_a_directory_of_parts(read, file):
    rows = file("in.lines", "a\nb\nc\nd\n")
    file("out/part-000000.jsonl", '{"index":0,"status":"ok"}\n{"index":1,"status":"error"}\n')
    file("out/part-000001.jsonl", '{"index":2,"status":"ok"}\n{"index":3,"status":"error"}\n')

    prompts = read.files(rows, only_failed=str(rows.parent / "out"))
    assert [prompt.text for prompt in prompts] == ["b", "d"]
