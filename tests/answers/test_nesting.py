from __future__ import annotations

import json

import pytest

from scrimp.answers.canonical import canonical
from scrimp.answers.json_reply import JsonReplyError, json_reply
from scrimp.answers.literals import json_in, literal_in
from scrimp.answers.nesting import MAX_DEPTH, nested_too_deep


def nested(depth: int, opening: str = '{"a":', closing: str = "}") -> str:
    return opening * depth + "1" + closing * depth


@pytest.mark.parametrize(("opening", "closing"), [('{"a":', "}"), ("[", "]"), ('[{"b": 2}, ', "]")])
def test_a_value_may_be_nested_so_deep_and_no_deeper(opening: str, closing: str) -> None:
    assert not nested_too_deep(json.loads(nested(MAX_DEPTH - 1, opening, closing)))
    assert nested_too_deep(json.loads(nested(MAX_DEPTH + 1, opening, closing)))


@pytest.mark.parametrize("depth", [150, 900, 990, 5000, 200_000])
@pytest.mark.parametrize(("opening", "closing"), [('{"a":', "}"), ("[", "]"), ("{'a':", "}"), ("(", ",)")])
def test_what_is_nested_deeper_is_a_text_like_any_other(depth: int, opening: str, closing: str) -> None:
    text = nested(depth, opening, closing)

    assert json_in(text) is literal_in(text) is None
    canonical(text)
    canonical(text, schema={"type": "object"})
    with pytest.raises(JsonReplyError):
        json_reply(text)
