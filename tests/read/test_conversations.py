from __future__ import annotations

import json

import pytest

from scrimp.errors import InputError
from scrimp.values import Message

USER = {"role": "user", "content": "Hi"}


def line(row):
    return json.dumps(row).encode() + b"\n"


def test_the_last_turn_is_the_text_and_the_others_are_history(read):
    turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"}]

    (prompt,) = read(line({"messages": turns}))

    assert (prompt.text, prompt.history) == ("c", (Message("user", "a"), Message("assistant", "b")))


@pytest.mark.parametrize("role", ["system", "developer"])
def test_system_turns_travel_apart(read, role):
    (prompt,) = read(line({"messages": [{"role": role, "content": "Be brief."}, USER]}))

    assert (prompt.system, prompt.history) == ("Be brief.", ())


def test_a_row_of_openais_batch_form_is_understood(read):
    body = {"messages": [{"role": "developer", "content": "S"}, USER]}

    (prompt,) = read(line({"custom_id": "t-1", "method": "POST", "url": "/v1/chat/completions", "body": body}))

    assert (prompt.id, prompt.text, prompt.system) == ("t-1", "Hi", "S")


@pytest.mark.parametrize("system", ["S", [{"type": "text", "text": "S", "cache_control": {"type": "ephemeral"}}]])
def test_a_row_of_anthropics_batch_form_is_understood(read, system):
    (prompt,) = read(line({"custom_id": "t-1", "params": {"system": system, "messages": [USER]}}))

    assert (prompt.id, prompt.text, prompt.system) == ("t-1", "Hi", "S")


def test_parts_of_text_become_lines(read):
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]

    assert read(line({"messages": [{"role": "user", "content": parts}]}))[0].text == "a\nb"


def test_the_flag_replaces_the_system_text_of_the_row(read):
    row = line({"messages": [{"role": "system", "content": "S"}, USER]})

    assert read(row, system="T")[0].system == "T"
    assert read(row, system="")[0].system is None


def test_parameters_of_the_rows_are_ignored_with_one_warning(read):
    read(line({"custom_id": "1", "body": {"model": "m", "temperature": 0, "messages": [USER]}}) * 3)

    assert read.warnings == [
        "model, temperature in the rows are ignored: set the model and its parameters with scrimp's flags"
    ]


def test_a_column_beside_the_messages_is_data_unless_it_is_a_parameter(read):
    read(line({"messages": [USER], "label": "x", "id": 3}))
    assert read.warnings == []

    read(line({"messages": [USER], "label": "x", "max_tokens": 3}))
    assert read.warnings == ["max_tokens in the rows are ignored: set the model and its parameters with scrimp's flags"]


def test_messages_come_before_a_column_of_a_usual_name(read):
    assert read(line({"text": "no", "messages": [USER]}))[0].text == "Hi"


def test_a_template_comes_before_the_messages(read):
    assert read(line({"text": "yes", "messages": [USER]}), template="{text}!")[0].text == "yes!"


@pytest.mark.parametrize(
    ("content", "kind"),
    [([{"type": "image_url", "image_url": {"url": "x"}}], "image_url"), ([None], "null"), ([3], "int")],
)
def test_content_that_is_not_text_is_refused(read, content, kind):
    with pytest.raises(
        InputError, match=f"stdin:1: a turn of 'messages' contains '{kind}', and scrimp sends only text"
    ):
        read(line({"messages": [{"role": "user", "content": content}]}))


@pytest.mark.parametrize("turn", [{"role": "user", "content": None}, {"role": "user"}])
def test_a_user_turn_that_is_null_fails_its_row_alone(read, turn):
    gap, other = read(line({"id": 1, "messages": [turn]}) + line({"id": 2, "messages": [USER]}))

    assert (gap.text, gap.id) == ("", "1")
    assert gap.defect == "a user turn of 'messages' is null: give the row a prompt, or remove it"
    assert (other.text, other.defect) == (USER["content"], "")


@pytest.mark.parametrize("turn", [{"role": "function", "content": "x"}, {"content": "x"}, "x", None])
def test_a_role_that_scrimp_does_not_know_is_named(read, turn):
    with pytest.raises(InputError, match="stdin:1: a turn of 'messages' has the role"):
        read(line({"messages": [turn, USER]}))


@pytest.mark.parametrize(
    "turns", [[], [{"role": "system", "content": "S"}], [USER, {"role": "assistant", "content": "x"}]]
)
def test_a_conversation_ends_with_the_user(read, turns):
    with pytest.raises(InputError, match="stdin:1: the last turn is not the user's"):
        read(line({"messages": turns}))


def test_a_body_whose_messages_are_not_a_list_is_refused(read):
    with pytest.raises(InputError, match="stdin:1: 'messages' is not a list"):
        read(line({"body": {"messages": "Hi"}}))
