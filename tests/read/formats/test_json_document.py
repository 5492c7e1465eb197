from __future__ import annotations

import pytest

from scrimp.errors import InputError


@pytest.mark.parametrize(
    "data",
    [b'[{"text":"a"}, {"text":"b"}]', b'\n[\n {"text":"a"},\n {"text":"b"}\n]\n', b'["a","b"]',
     b'{"meta": {"n": 2}, "data": [{"text":"a"}, {"text":"b"}]}'],
)  # fmt: skip
def test_rows_are_the_elements_of_the_array(read, data):
    assert [(prompt.text, prompt.source) for prompt in read(data, "json")] == [("a", "stdin:1"), ("b", "stdin:2")]


@pytest.mark.parametrize(
    "data",
    [b'{"text": "a"}', b'{"text": "a", "tags": [{"text": "b"}]}', b'{"a": "a", "x": [1], "y": [2]}',
     b'{"messages": [{"role": "user", "content": "a"}]}'],
)  # fmt: skip
def test_an_object_that_is_a_row_is_one_row(read, data):
    assert [prompt.text for prompt in read(data, "json")] == ["a"]


def test_a_piped_array_needs_no_format(read):
    assert [prompt.text for prompt in read(b'[\n  {"text": "a"}\n]\n')] == ["a"]


def test_a_row_that_cannot_be_read_names_its_place(read):
    with pytest.raises(InputError, match=r"stdin:2: byte 10 \(0xe9\) is not UTF-8: "):
        read(b'[{"text":"a"},{"text":"\xe9"}]', "json")


def test_json_lines_in_a_json_file_are_told(file, read):
    path = file("rows.json", '{"text":"a"}\n{"text":"b"}\n')

    with pytest.raises(
        InputError, match=r"rows\.json: not JSON \(trailing .*if each line is a row, use --format jsonl"
    ):
        read.files(path)


def test_values_on_end_in_a_json_file_are_told(file, read):
    path = file("rows.json", '{\n  "text": "a"\n}\n{\n  "text": "b"\n}\n')

    with pytest.raises(
        InputError, match=r"rows\.json: not JSON \(trailing .*one line, as `jq -c` does, and use --format jsonl"
    ):
        read.files(path)


@pytest.mark.parametrize("data", [b"3", b'"a"', b"null", b"hello"])
def test_a_document_that_holds_no_rows_is_an_error(read, data):
    with pytest.raises(InputError, match="stdin: a JSON input must be an array of rows or an object"):
        read(data, "json")


@pytest.mark.parametrize("data", [b"", b" \n", b"[]", b'{"data": []}'])
def test_an_empty_document_holds_no_prompt(read, data):
    assert read(data, "json") == []
    assert read.warnings == ["stdin contains no prompt"]
