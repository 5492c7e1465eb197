"""What each level does to each kind of zone, and what every rule is held to."""

from __future__ import annotations

from collections.abc import Callable, Collection

from msgspec import Struct

from scrimp.compress import protect
from scrimp.compress.folding import counted, folded
from scrimp.compress.gate import Check, Rule, all_of, no_new_facts, same_code, same_facts, same_words
from scrimp.compress.grouping import aligned, grep_groups, path_prefixes, shared_beginnings
from scrimp.compress.json_columns import columns
from scrimp.compress.json_equal import equal
from scrimp.compress.json_minify import minify
from scrimp.compress.lossless import blank_lines, line_ends, trailing_space
from scrimp.compress.phrases import english, phrases
from scrimp.compress.repeats import (
    padding,
    repeated_lines,
    repeated_paragraphs,
    unfolded,
    unfolded_paragraphs,
)
from scrimp.compress.zone import Kind, Zone

LEVELS = ("off", "lossless", "tidy", "focus")


class Step(Struct, frozen=True):
    """A rule with its name, the level it begins at, the zones it is for, and the check it must pass."""

    name: str
    level: str
    suits: Callable[[Zone], bool]
    rule: Callable[[str, str], str]  # the zone's text, the query
    check: Check


def steps(zone: Zone, level: str) -> list[Step]:
    """Return what is done to a zone at a level, in order."""
    if zone.kind == "code" or zone.form == "markup":
        return []
    height = LEVELS.index(level)
    return [step for step in STEPS if LEVELS.index(step.level) <= height and step.suits(zone)]


def _of(*kinds: Kind, forms: Collection[str] = (), without: Collection[str] = ()) -> Callable[[Zone], bool]:
    return lambda zone: zone.kind in kinds and (not forms or zone.form in forms) and zone.form not in without


def _plain(rule: Rule) -> Callable[[str, str], str]:
    return lambda text, _query: rule(text)


def _inside_margins(rule: Rule) -> Callable[[str, str], str]:
    """Keep the white space around a document: what is before and after it must not touch it."""

    def kept(text: str, _query: str) -> str:
        core = text.strip()
        start = text.find(core) if core else 0
        return text[:start] + rule(core) + text[start + len(core) :]

    return kept


def _json_equal(before: str, after: str) -> str | None:
    return None if equal(before.strip(), after.strip()) else "the JSON would not decode to the same"


def _undone_by(inverse: Rule) -> Check:
    return lambda before, after: None if inverse(after) == before else "it could not be undone"


def _counted(before: str, after: str) -> str | None:
    return None if counted(after) == before.count("\n") + 1 else "the lines do not add up"


def _nothing(_before: str, _after: str) -> str | None:
    """Rules that prove themselves need no further check."""
    return None


def _instructed(text: str, _query: str) -> str:
    if not english(text):
        return text
    return phrases(text, lambda piece, rule: protect.outside(piece, protect.spans(piece), rule))


def _as_text(text: str, _query: str) -> str:
    from scrimp.compress.html import html_to_text  # noqa: PLC0415 - a parser of its own, for pages alone

    return html_to_text(text)


def _focused(text: str, query: str) -> str:
    from scrimp.compress.focus import focus  # noqa: PLC0415 - for questions alone

    return focus(text, query, keep=FOCUS)


# The share of a context that `focus` keeps.
FOCUS = 0.6
_PROSE = _of("instruction", "context", "tool", without=("markup",))
_RECORDS = _of("data", forms=("json", "jsonl"))
_OUTPUT = _of("tool")
_CONTEXT = _of("context")
_LINES = _of("tool", "data", forms=("command", "log"))
_WORDS = all_of(same_words, same_code)

STEPS = (
    Step("line ends", "lossless", _PROSE, _plain(line_ends), _WORDS),
    Step("trailing space", "lossless", _PROSE, _plain(trailing_space), _WORDS),
    Step("blank lines", "lossless", _PROSE, _plain(blank_lines), _WORDS),
    Step("lines of one shape", "tidy", _LINES, _plain(folded), _counted),
    Step("json white space", "lossless", _RECORDS, _inside_margins(minify), _json_equal),
    Step("json columns", "lossless", _RECORDS, _inside_margins(columns), _json_equal),
    Step("repeated lines", "lossless", _LINES, _plain(repeated_lines), _undone_by(unfolded)),
    Step("matches by file", "lossless", _OUTPUT, _plain(grep_groups), _nothing),
    Step("paths by directory", "lossless", _OUTPUT, _plain(path_prefixes), _nothing),
    Step("aligned columns", "lossless", _OUTPUT, _plain(aligned), same_words),
    Step("shared beginnings", "lossless", _LINES, _plain(shared_beginnings), _nothing),
    Step("rulers", "lossless", _OUTPUT, _plain(padding), same_facts),
    Step("repeated paragraphs", "lossless", _CONTEXT, _plain(repeated_paragraphs), _undone_by(unfolded_paragraphs)),
    Step("pages as text", "tidy", _of("data", forms=("html",)), _as_text, _nothing),
    Step("phrases", "tidy", _of("instruction", forms=("prose",)), _instructed, all_of(same_facts, no_new_facts)),
    Step("sentences for the question", "focus", _of("context", forms=("prose",)), _focused, _nothing),
)  # fmt: skip
