"""Split JSON into lexemes. Nothing is decoded, so nothing can be spelled differently when it is written again."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import suppress

import msgspec
from msgspec import Struct

WHITESPACE = " \t\n\r"

_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'  # possessive, so that no text is read twice
_LEXEMES = re.compile(rf"{_STRING}|[\[\]{{}},:]|[^\s\[\]{{}},:\"]++")  # of text that is JSON
_CONSTANT = re.compile(rf"{_STRING}|(NaN|-?Infinity)")  # which Python reads, though JSON has none
_SKIPPER = msgspec.json.Decoder(msgspec.Raw)  # ten times as fast as Python, which reads all of it and half surrogates
_TRAILING = re.compile(r"trailing characters \(byte (\d+)\)")
_DECODER = json.JSONDecoder(parse_float=bool, parse_int=bool, parse_constant=int)  # which fails on NaN and infinity
_FIRST_PIECES, _LONGEST_SIGN = (4096, 65_536), 12  # characters; a piece may end within a constant or an escape


class Container(Struct, frozen=True, gc=False):
    """An array or object by indexes of lexemes: its last one, and its keys, or the first one of each item."""

    last: int
    keys: Sequence[int]
    items: Sequence[int]


def lex_records(text: str) -> list[list[str]]:
    """Return the lexemes of a JSON document (one record) or of each line of JSONL; [] if the text is neither."""
    body = text.strip(WHITESPACE)
    first, more, _ = body.partition("\n")
    if not more or not is_value(first):
        return [_LEXEMES.findall(body)] if is_value(body) else []
    return list(map(_LEXEMES.findall, _lines(body))) if are_records(body) else []


def is_value(text: str) -> bool:
    """Return whether a text is one JSON value, perhaps between white space, and nothing else."""
    body = text.strip(WHITESPACE)
    return _skipped(body) == len(body) or _value_end(body) == (len(body), True)


def are_records(text: str) -> bool:
    """Return whether each line that is not blank is one array or object."""
    lines = _lines(text)
    if not all(line[0] in "{[" and line[-1] in "]}" for line in lines):
        return False
    with suppress(ValueError, RecursionError):
        return len(_SKIPPER.decode_lines(text)) == len(lines)  # none goes on between such lines
    return all(map(is_value, lines))


def _lines(text: str) -> list[str]:
    return [core for line in text.split("\n") if (core := line.strip(WHITESPACE))]


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


def _skipped(text: str) -> int:
    """Return the end of the value at the beginning of a text and of the white space after it, or -1 if none is read."""
    try:
        _SKIPPER.decode(text)
    except (ValueError, RecursionError) as error:
        trailing = _TRAILING.search(str(error))
        return len(text.encode()[: int(trailing[1]) - 1].decode()) if trailing else -1
    return len(text)


def _value_end(text: str) -> tuple[int, bool]:
    if len(text) > _FIRST_PIECES[0] and (end := _skipped(text)) > 0:  # of a shorter one Python reads the end as fast
        return len(text[:end].rstrip(WHITESPACE)), True
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
    for index, lexeme in enumerate(record):
        if lexeme == ",":
            if record[stack[-1][0]] == "[":
                members.append(index + 1)
        elif lexeme == ":":
            members.append(index - 1)
        elif lexeme in {"[", "{"}:
            members = [index + 1] if lexeme == "[" and record[index + 1] != "]" else []
            stack.append((index, members))
        elif lexeme in {"]", "}"}:
            first, _ = stack.pop()
            found[first] = Container(index, (), members) if lexeme == "]" else Container(index, members, ())
            members = stack[-1][1] if stack else []
    return found
