"""Judge what `lossless` did to a text, with the standard json module and none of scrimp's own code.

Allowed is one thing: white space between the tokens of a JSON document that stands by itself is gone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

_SPACE = " \t\r\n"
_WORD = re.compile(rf"[^{_SPACE}]")
_GAP = re.compile(rf"[{_SPACE}]*")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_OPENING = re.compile(r"^[ \t]*(?=[\[{])", re.MULTILINE)
_DECODER = json.JSONDecoder(object_pairs_hook=list, parse_float=str, parse_int=str, parse_constant=str, strict=True)


@dataclass(frozen=True, slots=True)
class Difference:
    """White space that differs: its place before and after, and what it was and became."""

    start: int
    end: int
    start_after: int
    before: str
    after: str


class ChangedTextError(Exception):
    """Something other than white space differs."""


def faults(before: str, after: str) -> list[str]:
    """Return a sentence for each difference that `lossless` may not make."""
    try:
        found = list(differences(before, after))
    except ChangedTextError as error:
        return [str(error)]
    documents = standing_documents(before) if found else []
    return [fault for difference in found if (fault := _fault(difference, before, documents)) is not None]


def differences(before: str, after: str) -> Iterator[Difference]:
    """Yield the stretches of white space that differ, in order; raise ChangedTextError where anything else does."""
    at, at_after = 0, 0
    while True:
        gap, gap_after = _match(_GAP, before, at), _match(_GAP, after, at_after)
        if gap[0] != gap_after[0]:
            yield Difference(gap.start(), gap.end(), gap_after.start(), gap[0], gap_after[0])
        at, at_after = gap.end(), gap_after.end()
        if before[at : at + 1] != after[at_after : at_after + 1]:
            raise ChangedTextError(f"{before[at : at + 20]!r} became {after[at_after : at_after + 20]!r}")
        if at == len(before):
            return
        at, at_after = at + 1, at_after + 1


def _match(pattern: re.Pattern[str], text: str, at: int) -> re.Match[str]:
    match = pattern.match(text, at)
    assert match is not None
    return match


def standing_documents(text: str) -> list[tuple[int, int]]:
    """Return the start and end of the arrays and objects that decode and have nothing else on their lines."""
    documents: list[tuple[int, int]] = []
    done = 0
    for opening in _OPENING.finditer(text):
        if opening.end() < done:
            continue
        try:
            _, end = _DECODER.raw_decode(text, opening.end())
        except (ValueError, RecursionError):
            continue
        line_end = text.find("\n", end)
        if not text[end : line_end if line_end >= 0 else len(text)].strip():
            documents.append((opening.end(), end))
            done = end
    return documents


def _fault(difference: Difference, text: str, documents: list[tuple[int, int]]) -> str | None:
    where = f"{text[max(0, difference.start - 30) : difference.end + 30]!r}"
    if difference.after:
        return f"white space was put in the place of other white space: {where}"
    for start, end in documents:
        if start < difference.start < difference.end < end:
            inside = any(
                start + string.start() < difference.start < start + string.end()
                for string in _STRING.finditer(text[start:end])
            )
            return f"white space within a string is gone: {where}" if inside else None
    return f"white space outside JSON that stands by itself is gone: {where}"
