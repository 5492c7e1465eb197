"""Split JSON into lexemes. Nothing is decoded, so nothing can be spelled differently when it is written again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    State: TypeAlias = "dict[str, State]"
else:
    State = dict[str, Any]

WHITESPACE = " \t\n\r"

# Possessive throughout, so that no text is read twice.
_PLAIN = r'[^"\\\x00-\x1f]*+'
_STRING = rf'"{_PLAIN}(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{{4}}){_PLAIN})*+"'
_NUMBER = r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+"
_LEXEME = rf"{_STRING}|[\[\]{{}},:]|{_NUMBER}|true|false|null"
_ALL = re.compile(_LEXEME)
# What is not a lexeme counts as an empty one.
_NEXT = re.compile(rf"(?:({_LEXEME})|(?s:.))[{WHITESPACE}]*+")

LONG_VALUE = 64  # lexemes

# A finite automaton: a state maps the first character of each lexeme that may follow to the next state.
_VALUE_DONE: State = {}  # a value has ended: what may follow depends on its container
_DONE: State = {}  # the outermost value has ended
_VALUE: State = dict.fromkeys('"-0123456789tfn', _VALUE_DONE)
_FIRST_ITEM: State = {**_VALUE, "]": _VALUE_DONE}
_COLON: State = {":": _VALUE}
_KEY: State = {'"': _COLON}
_FIRST_KEY: State = {**_KEY, "}": _VALUE_DONE}
for _state in (_VALUE, _FIRST_ITEM):
    _state.update({"[": _FIRST_ITEM, "{": _FIRST_KEY})
_AFTER: dict[str, State] = {"[": {",": _VALUE, "]": _VALUE_DONE}, "{": {",": _KEY, "}": _VALUE_DONE}}


class Container(Struct, frozen=True, gc=False):
    """An array or object by indexes of lexemes: its last one, and its keys or the first lexeme of each item.

    An array has no keys, and an object no items.
    """

    last: int
    keys: Sequence[int]
    items: Sequence[int]

    @property
    def values(self) -> Sequence[int]:
        """The first lexeme of each value of an object, or of each item of an array."""
        return [key + 2 for key in self.keys] if self.keys else self.items


def lex_records(text: str) -> list[list[str]]:
    """Return the lexemes of a JSON document (one record) or of each line of JSONL; [] if the text is neither."""
    body = text.strip(WHITESPACE)
    first, more, _ = body.partition("\n")
    if not more or not lex(first):
        record = lex(body)
        return [record] if record else []
    found = [lex(line) for line in body.split("\n") if line.strip(WHITESPACE)]
    return found if all(record and record[0] in _AFTER for record in found) else []


def lex(text: str) -> list[str]:
    """Return the lexemes of a text that is one JSON value, or [] if it is not."""
    body = text.strip(WHITESPACE)
    return _ALL.findall(body) if is_value(body) else []


def is_value(text: str) -> bool:
    """Return whether a text is one JSON value and nothing else."""
    end = _decoded_end(text, 0)
    return end == len(text) if end is not None else find_end(text, 0, quick=False) == (len(text), True)


def find_end(text: str, start: int, *, quick: bool = True) -> tuple[int, bool]:
    """Return the end of the array or object at `start` and True, or where it becomes invalid and False.

    One that fills a line, and with `quick` a long one, is first tried with the decoder, which for an invalid one costs
    the time to read it all.
    """
    line_end = text.find("\n", start)
    line = text[start : line_end if line_end >= 0 else len(text)].rstrip(WHITESPACE)
    if line[-1:] in ("}", "]") and (size := _decoded_end(line, 0)) is not None:
        return start + size, True
    at = start

    def kinds() -> Iterator[str]:
        nonlocal at
        for match in _NEXT.finditer(text, start):
            at = match.end(1) if match[1] else match.start()
            yield match[1][0] if match[1] else ""

    count, complete = _parse(islice(kinds(), LONG_VALUE))
    if complete or count < LONG_VALUE:
        return at, complete
    if quick and (last := _decoded_end(text, start)) is not None:
        return last, True
    _, complete = _parse(kinds())
    return at, complete


def _reject_constant(word: str) -> None:
    raise ValueError(word)


# Numbers are not parsed; NaN and Infinity are not JSON.
_DECODER = json.JSONDecoder(parse_float=bool, parse_int=bool, parse_constant=_reject_constant)


def _decoded_end(text: str, start: int) -> int | None:
    """Return the end of the value at `start` by the fast decoder, or None where it must be found lexeme by lexeme.

    The decoded value is discarded. A value nested too deep for the decoder may still be valid.
    """
    try:
        return _DECODER.raw_decode(text, start)[1]
    except (ValueError, RecursionError):
        return None


def _parse(kinds: Iterable[str]) -> tuple[int, bool]:
    """Parse one value from the first characters of lexemes; return how many were read, and whether it is complete."""
    stack = [_DONE]
    state = _VALUE
    count = 0
    for count, kind in enumerate(kinds, 1):
        if kind not in state:
            return count, False
        state = state[kind]
        if kind in _AFTER:
            stack.append(_AFTER[kind])
        elif state is _VALUE_DONE:
            if kind in "]}":
                stack.pop()
            state = stack[-1]
            if state is _DONE:
                return count, True
    return count, False


def find_containers(record: list[str]) -> dict[int, Container]:
    """Return each array and object of a value by the index of its first lexeme, inner before outer."""
    found: dict[int, Container] = {}
    stack: list[tuple[int, list[int]]] = []
    members: list[int] = []
    in_array = False
    for index, lexeme in enumerate(record):
        if len(lexeme) > 1:
            continue
        if lexeme == ",":
            if in_array:
                members.append(index + 1)
        elif lexeme == ":":
            members.append(index - 1)
        elif lexeme in _AFTER:
            in_array = lexeme == "["
            members = [index + 1] if in_array and record[index + 1] != "]" else []
            stack.append((index, members))
        elif lexeme in {"]", "}"}:
            first, members = stack.pop()
            found[first] = Container(index, (), members) if lexeme == "]" else Container(index, members, ())
            if stack:
                first, members = stack[-1]
                in_array = record[first] == "["
    return found
