"""Shorter prompts that say the same.

A text is cut into zones, each is given the rules its kind allows, and a gate after every rule takes it back where
something was lost.
"""

from __future__ import annotations

import re

from msgspec import Struct
from msgspec.structs import replace

from scrimp.compress.options import KEEP, LEVELS, CompressOptions
from scrimp.compress.wording.whitespace import WHITE_SPACE
from scrimp.compress.zones.zone import AppliedRule, Zone
from scrimp.errors import UsageError

__all__ = ["KEEP", "LEVELS", "CompressOptions", "Compressed", "compress"]

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
    """A compressed text: what changed it, rule by rule, and the rules the gate took back and why.

    `zones` are those of the text as it was; `note` says why the level asked for could not be reached.
    """

    text: str
    changes: tuple[AppliedRule, ...] = ()
    taken_back: tuple[tuple[str, str], ...] = ()
    note: str = ""
    zones: tuple[Zone, ...] = ()

    @property
    def rules(self) -> tuple[str, ...]:
        """The names of the rules that changed it, in the order they did."""
        return tuple(dict.fromkeys(change.rule for change in self.changes))


def compress(
    text: str, level: str, *, query: str = "", keep: float = KEEP, protected: re.Pattern[str] | None = None
) -> Compressed:
    """Return the text at that level; `off` gives the same text, no level makes it longer.

    Twice is as good as once, but for sentences: of fewer, fewer still would be chosen. `query` is what a context is
    read for at the levels focus and terse; without one it is what the text itself asks, and where it asks nothing no
    sentence is left out. `keep` is the share of a context, 0 to 1, that its sentences may take. What `protected`
    matches is the same afterwards, in the same order. Raises UsageError where there is no such level.
    """
    return compressed(text, CompressOptions(level, query, keep, protected))


def compressed(text: str, aim: CompressOptions) -> Compressed:
    """Return the text at the level aimed at: `compress` for who has its wishes in one piece."""
    if aim.level not in LEVELS:
        raise UsageError(f"no compression level '{aim.level}': use one of {', '.join(LEVELS)}")
    if aim.level == "off" or not text:
        return Compressed(text)
    if aim.level == "lossless" and (done := _at_a_glance(text)) is not None:
        return _unless(aim.kept(text, done.text), text, done)
    from scrimp.compress.pipeline import run_pipeline  # noqa: PLC0415 - most rows of a large run are a plain line

    passed = run_pipeline(text, aim)
    done = Compressed(passed.text, passed.changes, passed.taken_back, passed.note, passed.zones)
    return _unless(aim.kept(text, done.text), text, done)


def _unless(reason: str | None, text: str, done: Compressed) -> Compressed:
    """Take all of it back where the zones' seams changed what no rule may."""
    return (
        done if reason is None else replace(done, text=text, changes=(), taken_back=(*done.taken_back, ("all", reason)))
    )


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
            applied.append(AppliedRule("instruction", "prose", name, text, shorter))
            text = shorter
    return Compressed(text, tuple(applied))
