"""Access to JSON of any shape: a wrong type gives the default and never an exception."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.failures import is_retryable
from scrimp.providers.endpoint import HttpReply
from scrimp.providers.json_access import (
    array,
    count,
    dumps,
    event_object,
    is_count,
    nonempty,
    number,
    obj,
    reply_object,
    string,
    unreadable_reply,
    well_formed,
)

# Integers of any number of digits: JSON has no largest one.
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**400), 10**400)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
)
any_json = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


def read(data: bytes) -> dict[str, Any] | None:
    return reply_object(HttpReply(status=200, body=data))


@given(any_json)
def test_a_value_is_itself_where_its_type_fits_and_the_default_elsewhere(value: Any) -> None:
    kind = type(value)

    assert obj(value) == (value if kind is dict else {})
    assert array(value) == (value if kind is list else [])
    assert string(value) == (value if kind is str else "")
    assert nonempty(value) == (value if kind is str and value != "" else None)


@given(any_json, st.lists(st.sampled_from("abc"), max_size=3))
def test_a_path_is_followed_as_far_as_there_are_objects(value: Any, path: list[str]) -> None:
    expected = value
    for key in path:
        expected = expected.get(key) if type(expected) is dict else None

    assert obj(value, *path) == (expected if type(expected) is dict else {})


@given(any_json)
def test_a_count_is_never_negative_and_is_exact_where_it_is_one(value: Any) -> None:
    assert count(value) >= 0
    assert not is_count(value) or count(value) == value


@pytest.mark.parametrize(
    ("value", "tokens", "well_formed"),
    [
        (0, 0, True), (7, 7, True), (999_999_999_999_999, 999_999_999_999_999, True), (10**15, 0, False), (10**400, 0, False),
        (-1, 0, False), (1.9, 1, False), (-0.5, 0, False), (1e300, 0, False), (float("nan"), 0, False), (True, 0, False),
        (None, 0, False), ("7", 0, False), ([7], 0, False), ({"n": 7}, 0, False),
    ],
)  # fmt: skip
def test_what_passes_for_a_count_of_tokens(value: Any, tokens: int, well_formed: bool) -> None:
    assert (count(value), is_count(value)) == (tokens, well_formed)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, 0.0), (-3, -3.0), (2.5, 2.5), (10**400, None), (-(10**400), None), (True, None), ("1", None), (None, None), ([], None)],
)  # fmt: skip
def test_a_number_is_one_that_a_float_can_hold(value: Any, expected: float | None) -> None:
    assert number(value) == expected


@given(st.dictionaries(st.text(max_size=5), any_json, max_size=3), st.text(" \n\r\t", max_size=4))
def test_an_object_that_the_standard_library_writes_is_read_back(body: dict[str, Any], blank: str) -> None:
    text = blank + json.dumps(body) + blank

    assert event_object(text) == read(text.encode()) == body


@given(st.binary(max_size=30) | st.text(max_size=30) | any_json.map(json.dumps))
def test_what_is_not_an_object_is_none_and_raises_nothing(data: bytes | str) -> None:
    result = read(data) if isinstance(data, bytes) else event_object(data)

    assert result is None or type(result) is dict


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "3",
        '"a"',
        "{",
        "{}{}",
        "{'a': 1}",
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"a": tru}',
        '{"a": 1} and more',
    ],
)
def test_text_that_is_not_one_object_is_none(text: str) -> None:
    assert event_object(text) is None
    assert read(text.encode()) is None


@given(
    st.dictionaries(
        st.text(),
        st.recursive(st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(), st.lists),
        max_size=3,
    )
)
def test_a_written_object_is_utf_8_that_the_standard_library_reads(body: dict[str, Any]) -> None:
    assert json.loads(dumps(body).decode("utf-8")) == body


def test_an_unreadable_reply_is_a_failure_with_an_excerpt_and_may_be_retried() -> None:
    page = b"\n<html><h1>It works!</h1>" + "ö".encode() * 200
    failure = unreadable_reply("acme", HttpReply(status=200, body=page))

    assert (failure.kind, failure.http, is_retryable(failure)) == ("server", 200, True)
    assert "acme" in failure.message
    assert "<html><h1>It works!" in failure.message
    assert len(failure.message) < 200
    assert "\n" not in failure.message


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b'\xef\xbb\xbf{"a": "x"}', "x"), (b'{"a": "caf\xe9"}', "caf\ufffd"), (b'{"a": "one\ntwo\tthree"}', "one\ntwo\tthree"),
        (rb'{"a": "smile \ud83d"}', "smile \ufffd"), (rb'{"a": "smile \ud83d\ude00"}', "smile \U0001f600"), (b'{"a": "x", "b": NaN}', "x"),
        (b'{"a": "x", "b": [-Infinity, 1e999]}', "x"), (b'{"a": "x"}\n\ndata: [DONE]\n\n', "x"), (b'\n\n{"a": "x"}\n: ping\n', "x"),
        (b'{"a": "\xe2\x80\xa8"}', "\u2028"), (b'{"a": "\x00"}', "\x00"),
    ],
)  # fmt: skip
def test_a_reply_that_was_paid_is_not_lost_for_one_character(data: bytes, text: str) -> None:
    body = read(data)

    assert body is not None
    assert body["a"] == text


@given(st.text(st.characters(categories=["Cs", "L"], max_codepoint=0xFFFF), max_size=8), any_json)
def test_text_read_from_a_reply_can_always_be_written(text: str, value: Any) -> None:
    body = read(json.dumps({"a": [text], text: value, "b": float("nan")}).encode())

    assert body is not None
    assert body["a"] == [well_formed(text)]
    body["a"][0].encode("utf-8")
    dumps(body | {"b": None})


@pytest.mark.parametrize(
    ("encoding", "content_type", "text"),
    [
        ("utf-16", "application/json", "caf\u00e9 \u20ac"),
        ("utf-16-le", "application/json; charset=utf-8", "caf\u00e9 \u20ac"),
        ("utf-16-be", "text/plain", "caf\u00e9 \u20ac"),
        ("iso-8859-1", "application/json; charset=ISO-8859-1", "caf\u00e9"),
        ("windows-1252", 'text/json;charset="windows-1252"', "caf\u00e9 \u20ac"),
        ("shift_jis", "application/json; charset=shift_jis", "\u732b"),
        ("utf-8", "application/json; charset=iso-8859-1", "caf\u00e9 \u20ac"),  # the bytes are believed, not the header
    ],
)
def test_a_reply_in_another_encoding_than_utf_8_is_read(encoding: str, content_type: str, text: str) -> None:
    body = f'{{"a": "{text}"}}'.encode(encoding)

    assert reply_object(HttpReply(status=200, body=body, headers={"content-type": content_type})) == {"a": text}


@pytest.mark.parametrize("charset", ["no-such-name", "hex", "undefined", "utf-8", "ascii", ""])
def test_bytes_in_no_encoding_that_is_known_are_replaced(charset: str) -> None:
    headers = {"content-type": f"application/json; charset={charset}"}

    assert reply_object(HttpReply(status=200, body=b'{"a": "caf\xe9"}', headers=headers)) == {"a": "caf\ufffd"}
