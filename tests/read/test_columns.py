"""Values as they were written, and columns of any name, in templates and in the options that name a column."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.errors import InputError
from scrimp.read.formats.decoding import decode_json
from scrimp.read.options import ReadOptions
from scrimp.read.prompts import prompts
from scrimp.read.template import Template, compile_template

NUMBERS = (
    "19.90", "1e2", "1E+2", "123456789012345678901", "1E400", "-1e-400", "-0", "-0.0", "0.10", "1.0", "7", "-12",
    "9" * 5000, "0.1000000000000000055511151231257827",
)  # fmt: skip


@pytest.mark.parametrize("written", NUMBERS)
@pytest.mark.parametrize("shape", ['{{"text":{0}}}', '{{"a": [1, {{"b":{0} }}], "text" : {0},"c":-0}}'])
def test_a_number_goes_out_as_it_was_written(read, written, shape):
    line = shape.format(written).encode()
    for data, format_name in ((line, "jsonl"), (b"[" + line + b"]", "json")):
        (prompt,) = read(data, format_name, template="{text}", id_field="text")

        assert (prompt.text, prompt.id) == (written, written)
        assert msgspec.json.encode(prompt.row) == line.replace(b" ", b"")


_NUMBER = st.from_regex(r"-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,5})?", fullmatch=True)


_VALUES = st.recursive(
    _NUMBER | st.sampled_from(['"-0 , 1.50"', '"é"', "null", "true"]),
    lambda inner: st.lists(inner, max_size=3).map(lambda items: f"[{','.join(items)}]"),
)


@given(st.lists(_VALUES))
def test_any_json_of_numbers_is_written_as_it_was_read(values: list[str]) -> None:
    line = "{" + ",".join(f'"{at}":{value}' for at, value in enumerate(values)) + "}"

    assert msgspec.json.encode(decode_json(line.encode())).decode() == line


@pytest.mark.parametrize("broken", [b"[-0, NaN]", b"[-0,]", b'["\\ud800", -0]', b"[" + b"9" * 5000 + b", NaN]"])
def test_json_that_is_broken_is_so_beside_any_number(broken):
    with pytest.raises((msgspec.DecodeError, UnicodeDecodeError)):
        decode_json(broken)


_NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(_NAMES, st.text())
def test_a_column_of_any_name_can_be_put_in_a_template(name: str, value: str) -> None:
    row = {name: value, "other": "x"}
    quoted = json.dumps(name, ensure_ascii=False)

    assert Template(f"{{{quoted}}}!")(row, "t:1") == f"{value}!"
    if not set("{}").intersection(name) and name.strip():
        assert Template(f"a {{{name}}} b")(row, "t:1") == f"a {value} b"


@pytest.mark.parametrize(
    ("template", "row", "text"),
    [("{ a }", {"a": "1"}, "1"), ("{ a }", {"a": "1", " a ": "2"}, "2"), ('{"a"}', {"a": "1", '"a"': "2"}, "2"),
     ('{"a"}', {"a": "1"}, "1"), ('{"a.b"}', {"a": {"b": "in"}, "a.b": "out"}, "out"), ("{a, b}", {"a, b": "1"}, "1"),
     ('{ "x}" }', {"x}": "1"}, "1"), ('{"say \\"hi\\""}', {'say "hi"': "1"}, "1"), ("{größe}", {"größe": "1"}, "1")],
)  # fmt: skip
def test_names_are_taken_as_they_are_before_they_are_understood(template, row, text):
    assert compile_template(template)(row, "t:1") == text


@pytest.mark.parametrize("template", ['{"l": 1}', '{"label": "{text}"}', '{"a": 1, "text": {text}}', '{\n "a": 1\n}',
                                      '{text} {"label"}', "{label: 1}"])  # fmt: skip
def test_json_in_a_template_says_how_braces_are_written(template):
    with pytest.raises(InputError, match=r"write {{ and }} for braces that belong to the text, such as those of JSON"):
        compile_template(template)({"text": "x"}, "t:1")


@pytest.mark.parametrize("name", ["a b", "a,b", 'say "hi"', "{a}", "a.b", "größe", " a ", "a:1"])
def test_a_column_of_any_name_can_be_the_prompt_and_the_id(read, name):
    (prompt,) = read(json.dumps({name: "x", "other": "y"}).encode(), "jsonl", prompt_field=name, id_field=name)

    assert (prompt.text, prompt.id) == ("x", "x")


def test_a_missing_column_lists_names_that_could_be_mistaken_in_quotes(read):
    with pytest.raises(InputError, match=r'the columns are "", "a, b", " c", d;'):
        read(b'"","a, b"," c",d\n1,2,3,4\n', "csv", prompt_field="e")


@pytest.mark.parametrize(
    ("data", "format_name"),
    [(b'{"note":"hello","n":1}\n', "jsonl"), (b'[{"note":"hello","n":1}]', "json"), (b"note,n\nhello,1\n", "csv"),
     (b"note\tn\nhello\t1\n", "tsv"), (b"hello\n", "lines"), (b"hello", "text")],
)  # fmt: skip
def test_every_format_has_the_columns_text_line_file_and_row(read, data, format_name):
    row = 2 if format_name in ("csv", "tsv") else 1
    if format_name in ("csv", "tsv"):
        data = data.replace(b"n\n", b"id\n", 1)
    (prompt,) = read(data, format_name, template="{text}|{line}|{file}|{row}", id_field="row")

    line = "hello" if format_name in ("lines", "text") else json.dumps(prompt.row, separators=(",", ":"))
    assert prompt.text == f"hello|{line}|stdin|{row}"
    assert prompt.id == str(row)


def test_a_column_of_the_input_comes_before_the_one_that_every_row_has(read):
    (prompt,) = read(b'{"text":"t","line":"l","file":"f","row":"r"}', template="{text}{line}{file}{row}")

    assert prompt.text == "tlfr"


def test_no_text_column_and_no_only_text_is_a_missing_column(read):
    with pytest.raises(InputError, match="there is no column 'text': the columns are a, b, file, row; name one"):
        read(b'{"a":"x","b":"y"}', template="{text}")


def test_a_column_that_plain_text_lacks_points_at_tables(read):
    with pytest.raises(InputError, match=r"there is no column 'body': .*; if this is a table, add --format csv"):
        read(b"Hello, you\n", template="{body}")


@pytest.mark.parametrize(
    ("data", "options", "texts"),
    [
        (b"id,text\n1,hello\n", {}, ["hello"]),
        (b"id;prompt\n1;hello\n", {}, ["hello"]),
        (b"sep=|\nid|note\n1|hello\n", {}, ["hello"]),
        (b"no,body\n1,hello\n", {"template": "{body}"}, ["hello"]),
        (b"no,body\n1,hello\n", {"prompt_field": "body"}, ["hello"]),
        (b"body\nhello\n", {"template": "{body}"}, ["hello"]),
        (b"id^body\n1^hello\n", {"delimiter": "^"}, ["hello"]),
        (b"red,green\nblue,black\n", {}, ["red,green", "blue,black"]),
        (b"Hello, text, or question?\n", {}, ["Hello, text, or question?"]),
        (b"Which text, please\n", {"template": "{line}"}, ["Which text, please"]),
        (b"What is a prompt; a question\n", {}, ["What is a prompt; a question"]),
        (b"text\n", {}, ["text"]),
    ],
)  # fmt: skip
def test_a_table_on_stdin_is_told_by_its_header(read, data, options, texts):
    assert [prompt.text for prompt in read(data, **options)] == texts


@pytest.mark.parametrize(("data", "delimiter"), [("name,body\nAda,hello\n", None), ("name^the body\nAda^hello\n", "^")])
def test_a_table_in_a_txt_file_is_read_as_lines_with_a_warning(tmp_path, data, delimiter):
    table, warnings = tmp_path / "a.txt", []
    table.write_text(data)

    assert len(list(prompts([str(table)], ReadOptions(delimiter=delimiter), warn=warnings.append))) == 2
    assert warnings == [
        f"{table} is read as lines: if its first line is the header of a table, stop and rerun with --format csv"
    ]


def test_what_may_be_a_header_is_read_as_a_line_with_a_warning(read):
    assert len(read(b"name,body\nAda,hello\n")) == 2
    assert read.warnings == [
        "stdin is read as lines: if its first line is the header of a table, stop and rerun with --format csv"
    ]
