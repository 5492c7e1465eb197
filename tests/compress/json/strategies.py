"""JSON for property tests: hostile lexemes and what is made of them, what is nearly JSON, and a strict parser."""

from __future__ import annotations

import json
from itertools import chain, cycle

from hypothesis import strategies as st

NUMBERS = [
    "0",
    "-0",
    "1",
    "1.0",
    "-0.10",
    "1e400",
    "1E+05",
    "12345678901234567890123",
    "0.1e-7",
    "true",
    "false",
    "null",
]
STRINGS = [
    '""', '"a"', '"b"', '"\\u0041"', '"\\\\"', '"\\""', '"\\/"', '" , : [{ "', '"\\ud800"', '"\ud800"', '"\u2028\xa0"',
    '"\x7f"', '"// no comment"', '"```"', '"_cols"', '"é\U0001f469\u200d\U0001f4bb"',
]  # fmt: skip
KEYS = ['"a"', '"b"', '"\\u0061"', '""', '"\ud800"', '"long key with spaces"']
SPACES = ["", "", " ", "\n", "\t", "\r\n", "  \n    "]


def _listed(opened, items, closed):
    """Return the lexemes of a container from those of its items."""
    commas = chain([[]], cycle([[","]]))
    return [opened, *chain.from_iterable([*comma, *item] for comma, item in zip(commas, items, strict=False)), closed]


def _object(keys, values):
    return _listed("{", [[key, ":", *value] for key, value in zip(keys, values, strict=False)], "}")


def _containers(inner):
    keys = st.lists(st.sampled_from(KEYS), max_size=4)
    arrays = st.lists(inner, max_size=4).map(lambda items: _listed("[", items, "]"))
    objects = st.builds(_object, keys, st.lists(inner, min_size=4, max_size=4))
    rows = st.lists(st.lists(inner, min_size=4, max_size=4), min_size=2, max_size=5)
    alike = st.builds(lambda names, rows: _listed("[", [_object(names, row) for row in rows], "]"), keys, rows)
    return arrays | objects | alike


def spaced(lexemes, spaces):
    return "".join(space + lexeme for space, lexeme in zip(cycle(spaces), lexemes, strict=False)) + spaces[0]


# The lexemes of JSON values: hostile ones, keys that come twice, arrays of objects with and without the same keys.
values = st.recursive(st.sampled_from(NUMBERS + STRINGS).map(lambda lexeme: [lexeme]), _containers, max_leaves=40)
spaces = st.lists(st.sampled_from(SPACES), min_size=1, max_size=7)
texts = st.builds(spaced, values, spaces)
# What is JSON, or nearly.
pieces = st.lists(st.sampled_from([*NUMBERS, *STRINGS, *KEYS, *"[[[]]]{{{}}}:::,,,\"'\\-.+ ", "[1,", '{"a":', "NaN"]))
nearly = pieces.map("".join) | st.text()

NOT_JSON = [
    "", " \n", '{"a": 1,}', "[1, 2, ]", "[1, // one\n2]", "[1 /* one */]", "# c\n[1 ]", "[NaN ]", "[Infinity ]",
    "[True ]", "{'a': 1}", "{a: 1}", "{1: 2}", "[1 2]", "[01 ]", "[+1 ]", "[.5 ]", "[1. ]", "[1e ]", "[- 1]", "[tru e]",
    "[0x1 ]",
    '["a\tb" ]', '["a\nb" ]', '["\\x41" ]', '["\\u12" ]', '["a ]', "[1 ", "1 ]", "[1 ]]", "[1 }", '{"a" 1}', '{"a": }',
    '{"a" }', '["a" : 1]', '{"a": 1 "b": 2}', "[, 1]", "[1, , 2]", "\ufeff[1, 2]", "[1,\xa02]", "[1,\x0b2]", "[1, \0]",
    "[\u0661 ]", "[1 ]\n[2 ] [3 ]", "[1 ]\nwords", "1 \n 2", "words", "[1 ]\n[\n2]", "[\n1]\n[2 ]", "\ud800 ",
]  # fmt: skip


def strictly(text: str):
    """Decode JSON as its standard has it, numbers as they are spelt; None if it is none."""

    def refuse(word):
        raise ValueError(word)

    try:
        return json.loads(text, parse_constant=refuse, parse_float=str, parse_int=str, object_pairs_hook=list)
    except ValueError:
        return None
