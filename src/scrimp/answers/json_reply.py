"""The one JSON value of a completion: alone, in a fence, or among sentences; of two, or a broken one, none counts."""

from __future__ import annotations

import json
from functools import cache
from typing import cast

from msgspec import Struct

from scrimp.answers.nesting import nested_too_deep
from scrimp.answers.reasoning import without_reasoning
from scrimp.regexes import pattern
from scrimp.values import Json

# What may open an object or a list of JSON; other brackets belong to prose: "{name}", "[see below]".
_OPENING = r'\{\s*["}]|\[\s*[]{\["\-0-9tfn]'
# What opens one and nothing else.
_OBJECT_START = r'\{\s*["}]'
_LIST_START = r'\[\s*[{\["]'
# An error costs the time to count the lines before it, so that a short piece is tried first.
_FIRST_PIECE = 200
_LONGEST_SIGN = 10  # that may be cut at its end: an escape, a constant
_FENCED = r"(?s)```[ \t]*\w*[ \t]*\n?(.*?)\s*```"


class JsonReply(Struct, frozen=True):
    """A parsed value, and the text that any JSON reader parses to the same."""

    value: Json
    text: str


class JsonReplyError(ValueError):
    """A completion has no JSON value, several, or a broken one; the message says which."""


def json_reply(text: str) -> JsonReply:
    """Return the JSON value of a completion; JsonReplyError where it has not exactly one.

    A list of one number between sentences is a footnote: "According to [1], ...".
    """
    text = without_reasoning(text).strip()
    whole = _decoded(text)
    if whole is not None:
        return whole
    fenced = pattern(_FENCED).fullmatch(text)
    if fenced is not None and (inner := _decoded(fenced[1].strip())) is not None:
        return inner
    found = _values(text)
    if len(found) > 1:
        found = [reply for reply in found if not _is_footnote(reply.value)] or found
    if not found:
        raise JsonReplyError("the completion is not JSON")
    if len(found) > 1:
        raise JsonReplyError(f"the completion has {len(found)} JSON values instead of one")
    return found[0]


def _values(text: str) -> list[JsonReply]:
    """Return the objects and lists of a text, those within others left out."""
    found: list[JsonReply] = []
    place = 0
    while (opening := pattern(_OPENING).search(text, place)) is not None:
        start = opening.start()
        end = _end_of_value(text, start)
        if end is not None and (reply := _decoded(text[start:end])) is not None:
            found.append(reply)
            place = end
        elif pattern(_OBJECT_START).match(text, start) or pattern(_LIST_START).match(text, start):
            raise JsonReplyError("the completion is not JSON (it is broken or cut off)")
        else:
            place = start + 1
    return found


def _is_footnote(value: Json) -> bool:
    return isinstance(value, list) and len(value) == 1 and isinstance(value[0], int)


@cache
def _decoder() -> json.JSONDecoder:
    # strict=False: models write line ends inside strings, and the meaning is plain.
    return json.JSONDecoder(strict=False, parse_constant=_reject_constant)


def _reject_constant(constant: str) -> None:
    raise ValueError(constant)


def _end_of_value(text: str, start: int) -> int | None:
    piece = text[start : start + _FIRST_PIECE]
    try:
        return start + _decoder().raw_decode(piece)[1]
    except json.JSONDecodeError as error:
        if error.pos < len(piece) - _LONGEST_SIGN and not error.msg.startswith("Unterminated"):
            return None
    except (ValueError, RecursionError):
        return None
    try:
        return _decoder().raw_decode(text, start)[1]
    except (ValueError, RecursionError):
        return None


def _decoded(text: str) -> JsonReply | None:
    """Return the value a whole text is; a text that only a lenient reader accepts is rewritten."""
    try:
        value = cast("Json", _decoder().decode(text))
        anew = written(value)
    except (ValueError, RecursionError):
        return None
    if nested_too_deep(value):
        return None
    try:
        json.loads(text)
    except ValueError:
        return JsonReply(value, anew)
    return JsonReply(value, text)


def written(value: Json) -> str:
    """Return a value as JSON on one line; ValueError for half a surrogate pair, which no UTF-8 text can hold."""
    text = json.dumps(value, ensure_ascii=False)
    text.encode()
    return text
