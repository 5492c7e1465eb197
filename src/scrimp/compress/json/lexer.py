"""Split JSON into lexemes. Nothing is decoded, so nothing can be spelled differently when it is written again."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from msgspec import Struct

WHITESPACE = " \t\n\r"

# Possessive, so that no text is read twice.
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_LEXEMES = re.compile(rf"{_STRING}|[\[\]{{}},:]|[^\s\[\]{{}},:\"]++")  # of text that is JSON
_CONSTANT = re.compile(rf"{_STRING}|(NaN|-?Infinity)")  # which Python reads, though JSON has none


def _reject_constant(word: str) -> None:
    raise ValueError(word)


_DECODER = json.JSONDecoder(parse_float=bool, parse_int=bool, parse_constant=_reject_constant)  # numbers are not parsed
_FIRST_PIECES, _LONGEST_SIGN = (4096, 65_536), 12  # characters; a piece may end within a constant or an escape


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
    if not more or not is_value(first):
        return [_LEXEMES.findall(body)] if is_value(body) else []
    lines = [line for line in body.split("\n") if line.strip(WHITESPACE)]
    return list(map(_LEXEMES.findall, lines)) if all(map(is_record, lines)) else []


def is_value(text: str) -> bool:
    """Return whether a text is one JSON value, perhaps between white space, and nothing else."""
    body = text.strip(WHITESPACE)
    return _value_end(body) == (len(body), True)


def is_record(line: str) -> bool:
    """Return whether a line is one array or object."""
    return line.lstrip(WHITESPACE).startswith(("{", "[")) and is_value(line)


def find_end(text: str, start: int) -> tuple[int, bool]:
    """Return the end of the array or object at `start` and True, or where it becomes invalid and False.

    What is nested deeper than Python reads, which is about a thousand levels, is invalid, and so is all after it. An
    error costs the time to count the lines before it, so short pieces are tried first.
    """
    for size in (*_FIRST_PIECES, len(text)):
        piece = text[start : start + size]
        end, complete = _value_end(piece)
        if complete or len(piece) < size or end < size - _LONGEST_SIGN:
            break
    return start + end, complete


def may_begin_value(text: str) -> bool:
    """Return whether a text begins with an array or object, or with as much of one as is read at first."""
    head = text.lstrip(WHITESPACE)[: _FIRST_PIECES[0]]
    end, complete = _value_end(head)
    return head[:1] in {"{", "["} and (complete or end > len(head) - _LONGEST_SIGN)


def _value_end(text: str) -> tuple[int, bool]:
    try:
        return _DECODER.raw_decode(text)[1], True  # the decoded value is discarded
    except json.JSONDecodeError as error:
        return len(text) if error.msg.startswith("Unterminated") else error.pos, False
    except RecursionError:
        return len(text), False
    except ValueError:
        return next(found.start() for found in _CONSTANT.finditer(text) if found[1]), False


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
        elif lexeme in {"[", "{"}:
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
