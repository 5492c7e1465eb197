from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrimp.answers.json_reply import JsonReplyError, json_reply

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(max_size=5), VALUES, max_size=4)
LISTS = st.lists(OBJECTS, min_size=1, max_size=3)
FRAMES = [
    "{}", "```json\n{}\n```", "```\n{}\n```", "```JSON {}```", "  \n{}\n\n",
    "Sure, here it is:\n\n```json\n{}\n```\nAnything else?",
    "According to [1] and [see below], the {{answer}} is {} (see [2]).", "Here: {}", "{} - hope that helps",
]  # fmt: skip


@settings(max_examples=3 * settings().max_examples)
@given(frame=st.sampled_from(FRAMES), value=OBJECTS | LISTS, indent=st.sampled_from([None, 2]))
def test_json_is_found_in_whatever_frame_a_model_puts_it(frame: str, value: object, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    frame = frame.replace("{{", "<").replace("}}", ">").replace("{}", "\0").replace("<", "{").replace(">", "}")
    found = json_reply(frame.replace("\0", text))

    assert found.value == value
    assert json.loads(found.text) == value


@given(VALUES)
def test_a_reply_that_is_json_is_taken_as_it_is_to_the_last_character(value: object) -> None:
    text = json.dumps(value)

    assert json_reply(text).text == text


def test_numbers_keep_their_digits() -> None:
    assert json_reply('Total: {"price": 19.90, "n": 1e2}').text == '{"price": 19.90, "n": 1e2}'


def test_a_line_end_within_a_string_is_written_so_that_every_reader_takes_it() -> None:
    assert json.loads(json_reply('{"poem": "one\ntwo"}').text) == {"poem": "one\ntwo"}


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1} {"a": 2}', '{"a": 1}\n{"a": 1}', '```json\n{"a": 1}\n```\nor\n```json\n{"a": 2}\n```',
        'First {"a": 1}, then [{"b": 2}].', '["a"] ["b"]',
    ],
)  # fmt: skip
def test_several_values_are_none(text: str) -> None:
    with pytest.raises(JsonReplyError, match="2 JSON values instead of one"):
        json_reply(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1', '{"a": [{"b": 1}, {"c": 2}', '[{"a": 1},', 'Here: {"a": {"b": 1}, "c": ', '{"a": 1,}', '{"a": NaN}',
        '{"a": "\\ud800"}', "no", "", "{'a': 1}", "[" * 100_000, '{"a":' * 100_000,
    ],
)  # fmt: skip
def test_a_broken_value_is_none_and_neither_is_a_part_of_it(text: str) -> None:
    with pytest.raises(JsonReplyError, match="not JSON"):
        json_reply(text)


def test_brackets_that_open_nothing_cost_no_more_than_to_read_them(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []

    class Error(json.JSONDecodeError):
        def __init__(self, message: str, text: str, place: int) -> None:
            counted.append(place)  # the lines before it are counted
            super().__init__(message, text, place)

    monkeypatch.setattr(json.decoder, "JSONDecodeError", Error)
    text = "{'a': [see [1 of {name}] [true or not]} " * 2000
    with pytest.raises(JsonReplyError, match="not JSON"):
        json_reply(text)

    assert sum(counted) < 3 * len(text)
