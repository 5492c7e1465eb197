"""Shorter prompts that say the same.

A text is cut into zones, each is given the rules its kind allows, and a gate after every rule takes it back where
something was lost.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.compress.lossless import WHITE_SPACE, without_leading_blank_lines
from scrimp.errors import UsageError

if TYPE_CHECKING:
    from scrimp.compress.zone import Zone

LEVELS = ("off", "lossless", "tidy", "focus")
# A second pass may see what the first brought together; nothing in the corpus needs a third.
_PASSES = 4
# What plain prose has not, and records, code, pages, logs, tables or the output of commands have: worth a closer look.
# Several patterns: each alone is found by its first characters, all in one would be tried at every place.
_SIGNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"[{}\[\]<>|$`~@=\\]",
        r"\t(?=\S)",
        r"   (?=\S)",
        r":\d",
        r"\n(?:[-dlbcps][rwxsStT-]{9}|(?:import|from|def|class|return|func|let|const|var|SELECT|[+-]{3}) )",
    )
)
_ENDINGS = (";\n", ";\r", "(\n", "(\r", ":\n", ":\r")


class Compressed(Struct, frozen=True):
    """A compressed text with the names of the rules that changed it, and of those the gate took back and why."""

    text: str
    rules: tuple[str, ...] = ()
    taken_back: tuple[tuple[str, str], ...] = ()


def compress(text: str, level: str, *, query: str = "") -> Compressed:
    """Return the text at that level; `off` gives the same text, no level makes it longer, and twice is as good as once.

    `query` is what a context is read for, at the level focus; without one that level does what tidy does.
    """
    if level not in LEVELS:
        raise UsageError(f"no compression level '{level}': use one of {', '.join(LEVELS)}")
    if level == "off":
        return Compressed(text)
    if level == "lossless" and (done := _at_a_glance(text)) is not None:
        return done
    applied: dict[str, None] = {}
    taken_back: dict[tuple[str, str], None] = {}
    shorter = text
    for number in range(_PASSES):
        # Sentences are chosen once: of what is left, fewer would be chosen again.
        after = _pass(shorter, "tidy" if number and level == "focus" else level, query, applied, taken_back)
        if after == shorter:
            break
        shorter = after
        if applied.keys() <= {"margins"}:
            break  # what is left is what it was
    return Compressed(shorter, tuple(applied), tuple(taken_back))


def _at_a_glance(text: str) -> Compressed | None:
    """Return a text of plain words, as most rows of a large run are: only its white space can be shorter.

    None is for a text that needs a closer look.
    """
    if "\n" not in text and "\r" not in text and text == text.strip():
        # A line alone is shorter only as a record, which it then is from its first character on.
        return None if text.startswith(("{", "[")) else Compressed(text)
    if any(sign.search(text) for sign in _SIGNS) or any(ending in text for ending in _ENDINGS):
        return None
    applied = []
    for name, rule in WHITE_SPACE:
        shorter = rule(text)
        if shorter != text:
            applied.append(name)
            text = shorter
    return Compressed(text, tuple(applied))


def _pass(text: str, level: str, query: str, applied: dict[str, None], taken_back: dict[tuple[str, str], None]) -> str:
    from scrimp.compress.gate import gated  # noqa: PLC0415 - most rows of a large run are a plain line
    from scrimp.compress.json_find import documents  # noqa: PLC0415 - as above
    from scrimp.compress.steps import steps  # noqa: PLC0415
    from scrimp.compress.zones import zones  # noqa: PLC0415

    pieces = []
    found = zones(text, documents=documents)
    for zone in found:
        piece = zone.text
        for step in steps(zone, level):
            after, reason = gated(piece, lambda before, step=step: step.rule(before, query), step.check)  # type: ignore[misc]
            if reason is not None:
                taken_back[step.name, reason] = None
            elif after != piece:
                applied[step.name] = None
                piece = after
        pieces.append(piece)
    trimmed = _without_margins(pieces, found)
    if trimmed != pieces:
        applied["margins"] = None
    joined = "".join(trimmed)
    return joined if len(joined) <= len(text) else text


def _without_margins(pieces: list[str], zones: Sequence[Zone]) -> list[str]:
    """Drop what is blank before the first word and after the last, unless it is code's."""
    first, last = (zone.kind != "code" and zone.form != "markup" for zone in (zones[0], zones[-1]))
    trimmed = list(pieces)
    if first:
        trimmed[0] = without_leading_blank_lines(trimmed[0])
    if last:
        trimmed[-1] = trimmed[-1].rstrip()
    return trimmed
