from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.errors import EmptyPromptError, InputError
from scrimp.read.template import Template, compile_template


def filled(template, row):
    return compile_template(template)(row, "t.jsonl:1")


def test_a_column_is_replaced_by_its_value():
    assert filled("Translate {text} to {lang}.", {"text": "hi", "lang": "German"}) == "Translate hi to German."


def test_doubled_braces_are_braces():
    assert filled('{{"t": {{{a}}}}}', {"a": "x"}) == '{"t": {x}}'


def test_a_dot_looks_into_objects():
    assert filled("{user.name.first}", {"user": {"name": {"first": "Ada"}}}) == "Ada"


def test_a_column_with_a_dot_in_its_name_comes_first():
    assert filled("{a.b}", {"a": {"b": "in"}, "a.b": "out"}) == "out"


def test_a_column_may_have_a_space():
    assert filled("{first name}", {"first name": "Ada"}) == "Ada"


@pytest.mark.parametrize(
    ("value", "text"),
    [(3, "3"), (1.5, "1.5"), (True, "true"), (["ä", 1], '["ä",1]'), ({"k": None}, '{"k":null}')],
)
def test_a_value_that_is_no_text_is_written_as_json(value, text):
    assert filled("{a}", {"a": value}) == text


def test_braces_in_a_value_are_left_alone():
    assert filled("{a}{b}", {"a": "{b}", "b": "{{"}) == "{b}{{"


@pytest.mark.parametrize("column", ["c", "a.x", "a.b.c", "b.x"])
def test_an_unknown_column_names_the_row_and_lists_the_known_ones(column):
    with pytest.raises(InputError, match=rf"t\.jsonl:1: there is no column '{column}': the columns are a, b;"):
        filled(f"{{{column}}}", {"a": {"b": 1}, "b": 2})


def test_the_list_of_known_columns_is_cut():
    with pytest.raises(InputError, match=r"c0, c1, .*c19 and 480 more"):
        filled("{x}", {f"c{number}": 1 for number in range(500)})


@pytest.mark.parametrize(
    ("template", "brace", "at"), [("a {", "{", 3), ("}", "}", 1), ("{a}}", "}", 4), ('{"k": {a}}', "{", 1)]
)
def test_a_lone_brace_says_where_it_is(template, brace, at):
    with pytest.raises(InputError, match=rf"a lone '\{brace}' at character {at}:"):
        compile_template(template)


def test_empty_braces_are_refused():
    with pytest.raises(InputError, match=r"a lone '\{\}' at character 1"):
        compile_template("{}")


@given(st.lists(st.one_of(st.text(), st.tuples(st.sampled_from("abc"))), max_size=8), st.text(), st.text(), st.text())
def test_any_text_and_any_values_come_out_as_they_went_in(pieces, a, b, c):
    row = {"a": a, "b": b, "c": c}
    template = "".join(
        f"{{{piece[0]}}}" if isinstance(piece, tuple) else piece.replace("{", "{{").replace("}", "}}")
        for piece in [*pieces, ("a",)]
    )

    text = "".join(row[each[0]] if isinstance(each, tuple) else each for each in pieces)
    assert Template(template)(row, "t.jsonl:1") == text + a


@pytest.mark.parametrize(
    ("template", "hint"),
    [
        ("Summarise {{body}}", "{{body}} is text in single braces; write {body} for a value"),
        ("Summarise {{ body }}:", "{{ body }} is text in single braces; write {body} for a value"),
        ("Summarise $body", "write {body} instead of $body for a value"),
        ("Summarise ${{body}}", "{{body}} is text in single braces; write {body} for a value"),
        ("Summarise this", "write {column} for a value, such as {text}"),
        ("", "write {column} for a value, such as {text}"),
        (__file__, f"for the text of that file, write @{__file__}"),
    ],
)
def test_a_template_without_a_column_says_what_was_meant(template, hint):
    with pytest.raises(InputError) as raised:
        compile_template(template)

    assert str(raised.value).startswith("the template has no column, so every row would get the same prompt: ")
    assert str(raised.value).endswith(hint)


@given(st.text())
def test_no_text_without_a_column_is_a_template(text):
    with pytest.raises(InputError, match="the template has no column"):
        compile_template(text.replace("{", "{{").replace("}", "}}"))


@pytest.mark.parametrize(
    ("template", "row", "message"),
    [
        ("Mood? {a}", {"a": ""}, "'a' is blank: give the row a value, or remove it"),
        ("Mood? {a}", {"a": " \n\t"}, "'a' is blank: give the row a value, or remove it"),
        ("{a}: {b}, {a}", {"a": "", "b": " "}, "'a' and 'b' are blank: give the row a value, or remove it"),
    ],
)
def test_a_row_whose_values_are_all_blank_has_nothing_to_ask(template, row, message):
    with pytest.raises(EmptyPromptError) as raised:
        filled(template, row)

    assert str(raised.value) == message


def test_a_blank_value_beside_another_is_left_out_and_one_beside_an_image_too():
    assert filled("{title}: {body}", {"title": "", "body": "late"}) == ": late"
    assert compile_template("What is it? {note}", same_for_all=True)({"note": ""}, "t.jsonl:1") == "What is it? "


def test_a_null_is_not_sent_as_a_word():
    with pytest.raises(EmptyPromptError, match=r"^'a' is null: give the row a value, or remove it"):
        filled("Summarise {a}", {"a": None, "b": 1})
