"""No level makes a text longer in tokens, whatever is in it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from compress import grammar
from scrimp import tokens
from scrimp.compress import LEVELS, compress
from scrimp.compress.pipeline import LONGER

# Strings that begin or end with what the tokenizer joins to a space, a bracket or a comma.
words = st.sampled_from(
    ["a", "#x", "(y)", "-", "/", "}", "]", "'", '"', "<b>", "%", "$", "*", "?", "!", " ", "é", "桥", ""]
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), words),
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(words, inner, max_size=5)),
    max_leaves=25,
)
layouts = st.sampled_from(
    [{"separators": (", ", ": ")}, {"separators": (", ", ":")}, {"indent": 1}, {"indent": 2}, {"indent": "\t"}]
)


def sent(text: str, level: str) -> str:
    return compress(text, level, query="Who was it?", count=tokens.count).text


@given(value=st.lists(values, min_size=1, max_size=6), layout=layouts)
@example(value=[{}, "?"] * 20, layout={"separators": (", ", ": ")})
def test_json_is_never_longer_in_tokens(value: Any, layout: dict[str, Any]) -> None:
    text = json.dumps(value, ensure_ascii=False, **layout)

    for level in ("lossless", "dense"):
        assert tokens.count(sent(text, level)) <= tokens.count(text)


@pytest.mark.parametrize("level", LEVELS)
@given(text=st.one_of(grammar.PROMPT, grammar.BROKEN))
def test_no_prompt_is_longer_in_tokens(level: str, text: str) -> None:
    assert tokens.count(sent(text, level)) <= tokens.count(text)


def test_json_that_would_be_longer_in_tokens_stays_and_the_reason_is_said() -> None:
    text = json.dumps([{}, "?"] * 20)
    done = compress(text, "lossless", count=tokens.count)

    assert tokens.count(compress(text, "lossless").text) > tokens.count(text)
    assert done.text == text
    assert done.taken_back == (("json white space", "the text would get longer"),)


ROWS = 'Where is shop 7?\n\n[{"id": 7,"city":"Rome"},{"id":8,"city":"Bern"}]\n'


def test_a_rule_whose_text_has_more_tokens_than_before_is_taken_back() -> None:
    kept = compress(ROWS, "lossless", count=lambda text: len(text) + 10 * text.count(":7"))

    assert (kept.text, kept.taken_back) == (ROWS, (("json white space", LONGER),))
    assert compress(ROWS, "lossless", count=len).text == ROWS.replace(": ", ":")


def test_a_text_that_has_more_tokens_where_its_parts_meet_is_as_it_was() -> None:
    kept = compress(ROWS, "lossless", count=lambda text: len(text) + 10 * text.count('?\n\n[{"id":7'))

    assert (kept.text, kept.taken_back) == (ROWS, ())
