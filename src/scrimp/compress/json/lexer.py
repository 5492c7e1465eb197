"""JSON read as the lexemes it is written in: nothing is decoded, so nothing can come back written differently."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    State: TypeAlias = "dict[str, State]"
else:
    State = dict[str, Any]

WHITESPACE = " \t\n\r"

# Possessive throughout: a lexeme either is one or is not, and no text is read twice to find out.
_PLAIN = r'[^"\\\x00-\x1f]*+'
_STRING = rf'"{_PLAIN}(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{{4}}){_PLAIN})*+"'
_NUMBER = r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+"
_LEXEME = rf"{_STRING}|[\[\]{{}},:]|{_NUMBER}|true|false|null"
# What is no lexeme is an empty one: to its end where all are wanted, a character where they are asked for one by one.
_ALL = re.compile(rf"(?:({_LEXEME})|(?s:.++))[{WHITESPACE}]*+")
_NEXT = re.compile(rf"(?:({_LEXEME})|(?s:.))[{WHITESPACE}]*+")

_SCALAR = r'["\-0-9tfn]'
_FLAT = re.compile(rf'\{{(?:":{_SCALAR}(?:,":{_SCALAR})*+)?+\}}|\[(?:{_SCALAR}(?:,{_SCALAR})*+)?+\]')
_ROUNDS = 8
LONG_VALUE = 64  # lexemes
_MAX_CACHED = 1_000_000  # characters; of longer texts the memory would be felt

# A state maps the first character of each lexeme that may come next to the state after it.
_VALUE_DONE: State = {}  # a value has ended: what may follow depends on what it is in
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
    """Where an array or object is written: the index of its last lexeme, and of its keys or of its items.

    Items are given by their first lexemes; the other of the two is empty.
    """

    last: int
    keys: Sequence[int]
    items: Sequence[int]

    @property
    def values(self) -> Sequence[int]:
        """The first lexeme of each value of an object, or of each item of an array."""
        return [key + 2 for key in self.keys] if self.keys else self.items


def lex_records(text: str) -> list[list[str]]:
    """Return the lexemes of a JSON document (one record) or of each line of JSONL; nothing if the text is neither.

    They are not to be changed: a rule, its check and the next rule ask for those of the same text.
    """
    return _cached_records(text) if len(text) <= _MAX_CACHED else _lex_records(text)


def _lex_records(text: str) -> list[list[str]]:
    body = text.strip(WHITESPACE)
    first, more, _ = body.partition("\n")
    if not more or not lex(first):
        whole = lex(body)
        return [whole] if whole else []
    found = [lex(line) for line in body.split("\n") if line.strip(WHITESPACE)]
    return found if all(record and record[0] in _AFTER for record in found) else []


_cached_records = lru_cache(maxsize=2)(_lex_records)


def lex(text: str) -> list[str]:
    """Return the lexemes of a JSON value and nothing else, or none if the text is not that."""
    body = text.strip(WHITESPACE)
    found: list[str] = _ALL.findall(body)
    if not found or not found[-1]:
        return []
    if body[0] in _AFTER and _decoded_end(body, 0) == len(body):
        return found
    kinds = "".join([lexeme[0] for lexeme in found])
    for _ in range(_ROUNDS):  # only for speed: a flat array or object may stand wherever a number may
        kinds, folded = _FLAT.subn("0", kinds)
        if not folded:
            break
    read, whole = _parse(kinds)
    return found if whole and read == len(kinds) else []


def find_end(text: str, start: int, *, quick: bool = True) -> tuple[int, bool]:
    """Return where the array or object at `start` ends, or where it fails, and which of them it is.

    With `quick` one that goes on for long is tried at once, which takes a failure the time to read all before it.
    """
    at = start

    def kinds() -> Iterator[str]:
        nonlocal at
        for match in _NEXT.finditer(text, start):
            at = match.end(1) if match[1] else match.start()
            yield match[1][0] if match[1] else ""

    read, whole = _parse(islice(kinds(), LONG_VALUE))
    if whole or read < LONG_VALUE:
        return at, whole
    if quick and (last := _decoded_end(text, start)) is not None:
        return last, True
    _, whole = _parse(kinds())
    return at, whole


def _reject_constant(word: str) -> None:
    raise ValueError(word)


# Numbers are not read, for any has to do; NaN and Infinity are no JSON.
_DECODER = json.JSONDecoder(parse_float=bool, parse_int=bool, parse_constant=_reject_constant)


def _decoded_end(text: str, start: int) -> int | None:
    """Return where the value at `start` ends, for speed, or nothing where that has to be found out lexeme by lexeme.

    What is decoded is thrown away. A value that is nested too deep for the decoder may still be one.
    """
    try:
        return _DECODER.raw_decode(text, start)[1]
    except (ValueError, RecursionError):
        return None


def _parse(kinds: Iterable[str]) -> tuple[int, bool]:
    """Read one value from the first characters of lexemes: return how many it took, and whether it is whole."""
    around = [_DONE]
    state = _VALUE
    read = 0
    for read, kind in enumerate(kinds, 1):
        if kind not in state:
            return read, False
        state = state[kind]
        if kind in _AFTER:
            around.append(_AFTER[kind])
        elif state is _VALUE_DONE:
            if kind in "]}":
                around.pop()
            state = around[-1]
            if state is _DONE:
                return read, True
    return read, False


def find_containers(record: list[str]) -> dict[int, Container]:
    """Return each array and object of a value by the index of its first lexeme, inner ones before outer ones."""
    found: dict[int, Container] = {}
    around: list[tuple[int, list[int]]] = []
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
            around.append((index, members))
        elif lexeme in {"]", "}"}:
            first, members = around.pop()
            found[first] = Container(index, (), members) if lexeme == "]" else Container(index, members, ())
            if around:
                first, members = around[-1]
                in_array = record[first] == "["
    return found
