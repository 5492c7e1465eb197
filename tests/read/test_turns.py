"""Conversations with tools, as different vendors' clients write them."""

from __future__ import annotations

import json

import pytest

from scrimp.errors import InputError
from scrimp.values import Message, ToolCall

USER = {"role": "user", "content": "Is it open?"}
CALL = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": '{"id":  7}'}}
ASKED = {"role": "assistant", "content": None, "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "c1", "content": '{"open":  true}'}
EXPECTED = (
    Message("assistant", "", calls=(ToolCall("c1", "find", '{"id":  7}'),)),
    Message("tool", '{"open":  true}', call_id="c1", name="find"),
)


def prompt(read, *turns):
    (found,) = read(json.dumps({"messages": list(turns)}).encode() + b"\n")
    return found


def test_results_after_the_users_last_turn_go_with_it(read):
    found = prompt(read, USER, ASKED, RESULT)

    assert (found.text, found.history, found.after) == ("Is it open?", (), EXPECTED)


def test_results_before_the_users_last_turn_are_history(read):
    found = prompt(read, USER, ASKED, RESULT, {"role": "user", "content": "And now?"})

    assert (found.text, found.after) == ("And now?", ())
    assert found.history == (Message("user", "Is it open?"), *EXPECTED)


def test_anthropics_parts_are_the_same_turns(read):
    use = {"type": "tool_use", "id": "c1", "name": "find", "input": {"id": 7}}
    result = {"type": "tool_result", "tool_use_id": "c1", "content": [{"type": "text", "text": "no"}], "is_error": True}
    asked = {"role": "assistant", "content": [{"type": "text", "text": "Let me see."}, use]}
    given = {"role": "user", "content": [result, {"type": "text", "text": "And now?"}]}

    found = prompt(read, USER, asked, given)
    assert found.text == "And now?"
    assert found.history[1:] == (
        Message("assistant", "Let me see.", calls=(ToolCall("c1", "find", '{"id":7}'),)),
        Message("tool", "no", call_id="c1", name="find", is_error=True),
    )
    assert prompt(read, USER, asked, {"role": "user", "content": [result]}).text == "Is it open?"


def test_calls_without_ids_are_answered_in_order_or_by_name(read):
    calls = [{"function": {"name": name, "arguments": {"n": n}}} for n, name in enumerate(("find", "now", "find"))]
    results = [{"role": "tool", "content": content, "tool_name": name} for content, name in (("x", "now"), ("y", ""))]
    found = prompt(
        read,
        USER,
        {"role": "assistant", "content": "", "tool_calls": calls},
        *results,
        {"role": "tool", "content": "z"},
    )

    assert [call.id for call in found.after[0].calls] == ["call_1", "call_2", "call_3"]
    assert [(turn.content, turn.call_id, turn.name) for turn in found.after[1:]] == [
        ("x", "call_2", "now"), ("y", "call_1", "find"), ("z", "call_3", "find"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("turns", "said"),
    [([USER, RESULT], "has the result of the call 'c1', which the assistant turn before it does not make"),
     ([USER, ASKED], "the call 'c1' of find has no result"),
     ([USER, ASKED, USER], "the call 'c1' of find has no result"),
     ([USER, ASKED, RESULT, RESULT], "has the result of the call 'c1'"),
     ([USER, {**ASKED, "tool_calls": [{"id": "c1", "function": {"name": "find", "arguments": "{"}}]}, RESULT],
      "the arguments of the call of find are not a JSON object"),
     ([USER, {**ASKED, "tool_calls": [{"id": "c1", "function": {"arguments": "{}"}}]}, RESULT], "has no name"),
     ([USER, {**ASKED, "tool_calls": ["c1"]}, RESULT], "names no function"),
     ([USER, {"role": "assistant", "content": None}], "contains 'null'"),
     ([ASKED, RESULT], "the last turn is not the user's")],
)  # fmt: skip
def test_turns_that_a_vendor_would_refuse_are_named_with_their_row(read, turns, said):
    with pytest.raises(InputError) as raised:
        prompt(read, *turns)

    assert str(raised.value).startswith("stdin:1: ")
    assert said in str(raised.value)
