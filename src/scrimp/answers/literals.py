"""JSON and Python literals in a completion: found, parsed, and written in one form."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from math import isfinite
from typing import TYPE_CHECKING, cast

from msgspec import Struct

from scrimp.answers.nesting import MAX_DEPTH, nested_too_deep
from scrimp.answers.reasoning import without_reasoning
from scrimp.regexes import pattern
from scrimp.values import Json

if TYPE_CHECKING:
    from json import JSONDecoder

_BAD_ESCAPE = r'\\(?!["\\/bfnrtu])'
_JSON_BEGINNINGS = frozenset('{["-0123456789tfn')
_MAX_LITERAL = 20_000  # characters; a longer Python literal is a document


class ParsedValue(Struct, frozen=True):
    """A value parsed from a text (wrapped, because null is a value too)."""

    value: Json


def json_in(text: str, *, lenient: bool = False) -> ParsedValue | None:
    """Return the JSON of a completion: all of it, its last fenced block, or what is between its outer braces.

    Lenient also accepts LaTeX in JSON strings whose backslashes a model did not double.
    """
    text = without_reasoning(text).strip()
    for candidate in _candidates(text):
        if candidate[:1] not in _JSON_BEGINNINGS:
            continue
        parsed = _loads(candidate)
        if parsed is None and lenient and "\\" in candidate:
            parsed = _loads(pattern(_BAD_ESCAPE).sub(r"\\\\", candidate))
        if parsed is not None:
            return parsed
    return None


def _candidates(text: str) -> Iterator[str]:
    yield text
    yield from reversed(list(_fenced(text)))
    start, end = text.find("{"), text.rfind("}")
    if 0 < start < end:
        yield text[start : end + 1]  # prose before JSON is common


def _loads(text: str) -> ParsedValue | None:
    if text[:1] not in _JSON_BEGINNINGS:
        return None
    try:
        value = _decoder().decode(text)
        if "\\ud" in text or "\\uD" in text:
            _reject_half_pairs(value)
    except (ValueError, RecursionError):
        return None
    # Counted first: most values have too few brackets to be nested so deep.
    deep = text.count("{") + text.count("[") > MAX_DEPTH and nested_too_deep(value)
    return None if deep else ParsedValue(cast("Json", value))


@cache
def _decoder() -> JSONDecoder:
    import json  # only where a completion looks like JSON

    # strict=False: models write line ends inside strings, and the meaning is plain.
    return json.JSONDecoder(strict=False, parse_constant=_reject_constant)


def _reject_half_pairs(value: object) -> None:
    """Raise ValueError for half a surrogate pair, which cannot be encoded."""
    import json  # only where a completion escapes what may be half a pair

    json.dumps(value, ensure_ascii=False).encode()


def _reject_constant(constant: str) -> None:
    raise ValueError(constant)


def _fenced(text: str) -> Iterator[str]:
    """Yield the contents of ``` blocks, whatever language they name."""
    parts = text.split("```")
    for block in parts[1::2]:
        first, _, rest = block.partition("\n")
        yield (rest if first.strip().isalnum() or not first.strip() else block).strip()
        if first.strip().lower().startswith("json") and not rest:
            yield first.strip()[4:].strip()


def unfenced(text: str) -> str:
    """Return a text without its ``` lines."""
    return pattern(r"```(?:\w*[ \t]*\n)?").sub("", text).strip() if "```" in text else text


def literal_in(text: str) -> ParsedValue | None:
    """Return the list, tuple, dict, set or quoted string that a text is, as Python or JSON write it."""
    text = text.strip()
    if len(text) < 2 or len(text) > _MAX_LITERAL or text[0] not in "[({'\"" or text[-1] not in "])}'\"":
        return None
    return (_loads(text) if text[0] in '["' else None) or _evaluate(text)


def _evaluate(text: str) -> ParsedValue | None:
    import ast  # large, and seldom needed
    import warnings  # the same

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a completion's odd escapes are not ours to warn of
        try:
            value = ast.literal_eval(text)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            return None
    return None if nested_too_deep(value) else ParsedValue(value)


def canonical_literal(value: object) -> str | None:
    """Write a value so that equal values are equal texts, with its case; None for what cannot be compared."""
    try:
        return _write(value)
    except (ValueError, RecursionError):
        return None


def _write(value: object) -> str:
    match value:
        case str():
            written = _write_string(value)
        case bool() | None:
            written = repr(value)
        case int() | float():
            written = _write_number(value)
        case list():
            written = f"[{', '.join(map(_write, value))}]"
        case tuple():
            written = f"({', '.join(map(_write, value))}{',' if len(value) == 1 else ''})"
        case dict():
            pairs = sorted(f"{_write(key)}: {_write(inner)}" for key, inner in value.items())
            written = "{" + ", ".join(pairs) + "}"
        case set():
            written = "{" + ", ".join(sorted(map(_write, value))) + "}" if value else "set()"
        case _:
            raise ValueError(f"{type(value).__name__} is not compared")
    return written


def _write_number(value: float) -> str:
    if isinstance(value, int):
        return str(value)
    if not isfinite(value):
        raise ValueError("not a number to compare")
    return str(int(value)) if value.is_integer() else repr(value)


def _write_string(text: str) -> str:
    """Quote with ' always, as repr does for a text with a ", so that the result is never valid JSON."""
    return "'" + repr('"' + text)[2:]
