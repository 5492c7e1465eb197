"""JSON read as the lexemes it is written in: nothing is decoded, so nothing can come back written differently."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    State: TypeAlias = "dict[str, State]"
else:
    State = dict[str, Any]

WHITE = " \t\n\r"

# Possessive throughout: a lexeme either is one or is not, and no text is read twice to find out.
_PLAIN = r'[^"\\\x00-\x1f]*+'
_STRING = rf'"{_PLAIN}(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{{4}}){_PLAIN})*+"'
_NUMBER = r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+"
_LEXEME = rf"{_STRING}|[\[\]{{}},:]|{_NUMBER}|true|false|null"
# What is no lexeme is an empty one: to its end where all are wanted, a character where they are asked for one by one.
_ALL = re.compile(rf"(?:({_LEXEME})|(?s:.++))[{WHITE}]*+")
_EACH = re.compile(rf"(?:({_LEXEME})|(?s:.))[{WHITE}]*+")

_SCALAR = r'["\-0-9tfn]'
_FLAT = re.compile(rf'\{{(?:":{_SCALAR}(?:,":{_SCALAR})*+)?+\}}|\[(?:{_SCALAR}(?:,{_SCALAR})*+)?+\]')
_ROUNDS = 8

# A state maps the first character of each lexeme that may come next to the state after it.
_UP: State = {}  # a value has ended: what may follow depends on what it is in
_END: State = {}  # the outermost value has ended
_VALUE: State = dict.fromkeys('"-0123456789tfn', _UP)
_FIRST_ITEM: State = {**_VALUE, "]": _UP}
_COLON: State = {":": _VALUE}
_KEY: State = {'"': _COLON}
_FIRST_KEY: State = {**_KEY, "}": _UP}
for _state in (_VALUE, _FIRST_ITEM):
    _state.update({"[": _FIRST_ITEM, "{": _FIRST_KEY})
_AFTER: dict[str, State] = {"[": {",": _VALUE, "]": _UP}, "{": {",": _KEY, "}": _UP}}


class Container(Struct, frozen=True, gc=False):
    """Where an array or object is written: indices of its last lexeme, its keys and the first lexeme of its values."""

    last: int
    keys: list[int]
    values: list[int]


def records(text: str) -> list[list[str]]:
    """Return the lexemes of a JSON document (one record) or of each line of JSONL; nothing if the text is neither."""
    body = text.strip(WHITE)
    first, more, _ = body.partition("\n")
    if not more or not lexemes(first):
        whole = lexemes(body)
        return [whole] if whole else []
    found = [lexemes(line) for line in body.split("\n") if line.strip(WHITE)]
    return found if all(record and record[0] in _AFTER for record in found) else []


def lexemes(text: str) -> list[str]:
    """Return the lexemes of a JSON value and nothing else, or none if the text is not that."""
    found: list[str] = _ALL.findall(text.strip(WHITE))
    if not found or not found[-1]:
        return []
    kinds = "".join([lexeme[0] for lexeme in found])
    for _ in range(_ROUNDS):  # only for speed: a flat array or object may stand wherever a number may
        kinds, folded = _FLAT.subn("0", kinds)
        if not folded:
            break
    read, whole = _read(kinds)
    return found if whole and read == len(kinds) else []


def end(text: str, start: int) -> tuple[int, bool]:
    """Return where the JSON value at `start` ends, or where it fails, and which of them it is."""
    at = start

    def kinds() -> Iterator[str]:
        nonlocal at
        for match in _EACH.finditer(text, start):
            at = match.end(1) if match[1] else match.start()
            yield match[1][0] if match[1] else ""

    _, whole = _read(kinds())
    return at, whole


def _read(kinds: Iterable[str]) -> tuple[int, bool]:
    """Read one value from the first characters of lexemes: return how many it took, and whether it is whole."""
    around = [_END]
    state = _VALUE
    read = 0
    for read, kind in enumerate(kinds, 1):
        if kind not in state:
            return read, False
        state = state[kind]
        if kind in _AFTER:
            around.append(_AFTER[kind])
        elif state is _UP:
            if kind in "]}":
                around.pop()
            state = around[-1]
            if state is _END:
                return read, True
    return read, False


def containers(record: list[str]) -> dict[int, Container]:
    """Return each array and object of a value by the index of its first lexeme, inner ones before outer ones."""
    found: dict[int, Container] = {}
    around: list[tuple[int, list[int], list[int]]] = []
    for index, lexeme in enumerate(record):
        if len(lexeme) > 1:
            continue
        if lexeme in _AFTER:
            filled = lexeme == "[" and record[index + 1] != "]"
            around.append((index, [], [index + 1] if filled else []))
        elif lexeme == ":":
            around[-1][1].append(index - 1)
            around[-1][2].append(index + 1)
        elif lexeme == ",":
            first, _, values = around[-1]
            if record[first] == "[":
                values.append(index + 1)
        elif lexeme in {"]", "}"}:
            first, keys, values = around.pop()
            found[first] = Container(index, keys, values)
    return found
