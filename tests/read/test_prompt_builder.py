from __future__ import annotations

import json
import re

import pytest

from scrimp.errors import InputError


def json_lines(*rows):
    return "".join(f"{json.dumps(row)}\n" for row in rows)


def one(read, row, **options):
    (prompt,) = read(json.dumps(row).encode(), "jsonl", **options)
    return prompt


@pytest.mark.parametrize("name", ["prompt", "text", "input", "question", "content", "instruction"])
def test_a_column_of_a_usual_name_is_the_prompt(read, name):
    assert one(read, {"a": "x", name: "the prompt", "b": "y"}).text == "the prompt"


def test_the_first_of_the_usual_names_wins(read):
    assert one(read, {"content": "c", "text": "t", "prompt": "p"}).text == "p"


@pytest.mark.parametrize(
    ("row", "task", "other"),
    [({"instruction": "Sum up.", "input": "A long text", "output": "s"}, "instruction", "input"),
     ({"instruction": "Write a poem.", "input": "", "output": "s"}, "instruction", "input"),
     ({"context": "c", "text": "The sky is blue.", "question": "Which color?"}, "question", "text"),
     ({"question": "Which color?", "content": "The sky is blue."}, "question", "content"),
     ({"question": "What is twice that?", "input": 21}, "question", "input"),
     ({"question": "Which color?", "content": {"sky": "blue"}}, "question", "content")],
)  # fmt: skip
def test_a_task_beside_its_data_is_not_left_out(read, row, task, other):
    with pytest.raises(
        InputError, match=rf"stdin:1: '{task}' and '{other}' may both .* -t '\{{{task}\}} \{{{other}\}}'"
    ):
        one(read, row)
    assert one(read, row, prompt_field=task).text == row[task]
    assert one(read, row | {"prompt": "p"}).text == "p"


@pytest.mark.parametrize(("value", "text"), [("404", "404"), ("true", "true"), ("19.90", "19.90")])
def test_a_prompt_that_is_a_number_is_sent_as_it_is_written_and_no_other_column_steps_in(read, value, text):
    (prompt,) = read(f'{{"text": {value}, "author": "Ann"}}'.encode(), "jsonl")

    assert prompt.text == text


@pytest.mark.parametrize(
    ("value", "kind"), [([{"role": "user", "content": "hi"}], "a list"), ({"question": "hi"}, "an object")]
)
def test_a_prompt_that_is_a_list_or_an_object_is_refused_and_no_other_column_steps_in(read, value, kind):
    with pytest.raises(InputError, match=rf"stdin:1: 'input' is {kind}, not a text: name .* --prompt-field, or"):
        one(read, {"input": value, "ideal": "hello"})


@pytest.mark.parametrize(
    ("column", "row"),
    [
        ("conversations", {"conversations": [{"from": "human", "value": "hi"}], "source": "web"}),
        ("request", {"key": "k-1", "request": {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}}),
        ("modelInput", {"recordId": "r-1", "modelInput": {"messages": [{"role": "user", "content": "hi"}]}}),
    ],
)
def test_the_only_column_of_text_is_not_the_prompt_beside_a_conversation(read, column, row):
    with pytest.raises(InputError, match=f"stdin:1: '{column}' holds a conversation in a form that is not read: "):
        one(read, row)
    assert one(read, {"tags": ["a"], "by": {"role": "buyer"}, "review": "fine"}).text == "fine"


@pytest.mark.parametrize("value", [3, 0.5, None, {"amount": 3}])
def test_an_object_whose_from_and_value_are_not_text_is_not_a_conversation(read, value):
    assert one(read, {"note": "rent", "transfers": [{"from": "Ann", "value": value}]}).text == "rent"


def test_the_only_column_of_text_is_the_prompt(read):
    assert one(read, {"review": "fine", "stars": 4, "id": "r-1", "system": "S"}).text == "fine"


def test_an_id_is_never_taken_for_the_prompt(read):
    with pytest.raises(InputError, match="stdin:1: cannot tell which column is the prompt"):
        one(read, {"custom_id": "a", "body": {"input": "x"}})


def test_a_row_that_does_not_say_which_is_its_prompt_lists_its_columns_and_both_flags(read):
    with pytest.raises(InputError, match=r"stdin:1: .*--prompt-field, or write a --template; the columns are a, b$"):
        one(read, {"a": "x", "b": "y"})


def test_a_column_may_be_named(read):
    assert one(read, {"text": "no", "ticket": "yes"}, prompt_field="ticket").text == "yes"
    assert one(read, {"ticket": {"body": ["yes", 1]}}, prompt_field="ticket.body").text == '["yes",1]'


def test_a_named_column_that_is_missing_is_an_error(read):
    with pytest.raises(InputError, match="stdin:1: there is no column 'tiket': the columns are ticket"):
        one(read, {"ticket": "x"}, prompt_field="tiket")


ODD_ROWS = [
    ({"template": "Sum up {text}"}, "there is no column 'text': the columns are id, note, file, row; "),
    ({"prompt_field": "text"}, "there is no column 'text': the columns are id, note, file, row; "),
    ({}, "cannot tell which column is the prompt: "),
]


@pytest.mark.parametrize(("options", "message"), ODD_ROWS)
def test_a_row_unlike_those_before_it_fails_alone(read, options, message):
    given = [{"text": "x", "id": 1}, {"id": 2, "note": 5}, {"text": "y", "id": 3}, {"id": 4, "note": 5}]
    rows = read(json_lines(*given).encode(), "jsonl", **options)

    assert [row.id for row in rows] == ["1", "2", "3", "4"]
    assert [bool(row.defect) for row in rows] == [False, True, False, True]
    assert rows[1].defect.startswith(message)
    assert (rows[1].text, rows[1].source) == ("", "stdin:2")


@pytest.mark.parametrize("options", [{"id_field": "name"}, {"attach_field": "name"}])
def test_a_row_without_the_column_of_its_id_or_its_attachments_fails_alone(read, options):
    given = [{"text": "x", "name": None}, {"text": "y"}, {"text": "z", "name": None}]
    rows = read(json_lines(*given).encode(), "jsonl", **options)

    assert [row.text for row in rows] == ["x", "", "z"]
    assert rows[1].defect.startswith("there is no column 'name': ")
    with pytest.raises(InputError, match="no column 'name'"):
        read(json_lines(*given[1:]).encode(), "jsonl", **options)


@pytest.mark.parametrize(("options", "message"), ODD_ROWS)
def test_the_first_row_of_each_input_must_be_as_the_options_say(read, file, options, message):
    good, odd = file("a.jsonl", json_lines({"text": "x", "id": 1})), file("b.jsonl", json_lines({"id": 2, "note": 5}))

    with pytest.raises(InputError, match=re.escape(f"{odd}:1: {message}")):
        read.files(good, odd, **options)


@pytest.mark.parametrize("options", [{}, {"prompt_field": "text"}, {"template": "Sum up {text}"}])
def test_a_prompt_that_is_null_fails_its_row_and_no_other_column_steps_in(read, options):
    prompt = one(read, {"text": None, "content": "x", "id": 7}, **options)

    assert (prompt.text, prompt.id, prompt.source) == ("", "7", "stdin:1")
    assert prompt.defect.startswith("'text' is null: give the row a ")


def test_the_built_in_text_of_a_row_whose_prompt_is_null_is_null(read):
    assert one(read, {"question": None}, template="Sum up {text}").defect.startswith("'text' is null: ")


@pytest.mark.parametrize(
    ("row", "expected"),
    [({"id": 7}, "7"), ({"id": "a", "custom_id": "b"}, "b"), ({"id": None}, None), ({"id": ""}, None), ({}, None)],
)
def test_a_row_is_named_by_its_own_id(read, row, expected):
    assert one(read, {"text": "x", **row}).id == expected


def test_the_column_of_the_id_may_be_named(read):
    assert one(read, {"text": "x", "id": 1, "ticket": {"no": 9}}, id_field="ticket.no").id == "9"


def test_an_unknown_column_of_the_id_lists_the_known_ones(read):
    with pytest.raises(InputError, match="stdin:1: there is no column 'key': the columns are text, id"):
        one(read, {"text": "x", "id": 1}, id_field="key")


def test_equal_ids_are_the_callers_business(read):
    assert [prompt.id for prompt in read(b'{"text":"a","id":1}\n{"text":"b","id":1}\n')] == ["1", "1"]


def test_a_system_column_is_the_system_text_unless_the_flag_is_given(read):
    row = {"text": "x", "system": "Be brief."}

    assert one(read, row).system == "Be brief."
    assert one(read, row, system="Be long.").system == "Be long."
    assert one(read, {"text": "x", "system": 3}).system is None


def test_a_string_is_a_row_without_columns(read):
    prompt = one(read, "Hello", system="S")

    assert (prompt.text, prompt.row, prompt.system, prompt.source) == ("Hello", None, "S", "stdin:1")


@pytest.mark.parametrize(("row", "kind"), [(3, "a number"), (True, "true or false"), (None, "null"), ([1], "a list")])
def test_a_value_that_is_not_a_row_is_an_error(read, row, kind):
    with pytest.raises(InputError, match=f"stdin:1: a row must be an object or a string, not {kind}"):
        one(read, row)


def test_plain_text_has_the_columns_text_line_file_and_row(file, read):
    path = file("a.txt", "\nhello\n")

    (prompt,) = read.files(path, template="{file}|{row}|{line}|{text}", id_field="row")

    assert (prompt.text, prompt.id, prompt.row) == (f"{path}|2|hello|hello", "2", None)


def test_an_unknown_column_of_plain_text_lists_those(read):
    with pytest.raises(InputError, match="stdin:1: there is no column 'name': the columns are text, line, file, row"):
        read(b"hello\n", template="{name}")


def test_a_value_nested_beyond_reason_is_a_prompt_or_a_sentence(read):
    for depth in range(850, 1000, 3):
        data = b'{"a":' + b"[" * depth + b"]" * depth + b"}"
        try:
            read(data, template="{a}")
        except InputError as error:
            assert "nested too deeply" in str(error)  # noqa: PT017 - some depths can be written
