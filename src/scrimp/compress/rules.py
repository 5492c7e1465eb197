"""What each level does to each kind of zone, and what every rule is held to."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from msgspec import Struct

from scrimp.compress.checks.encoded_bytes import only_encoded_gone
from scrimp.compress.checks.gate import Check, Rewrite, all_of, no_new_facts, same_code, same_facts, same_words
from scrimp.compress.checks.json_equal import equal
from scrimp.compress.checks.markdown import same_reading
from scrimp.compress.encoded.omit import left_out
from scrimp.compress.json.columns import columns
from scrimp.compress.json.minify import minify
from scrimp.compress.options import LEVELS, CompressOptions
from scrimp.compress.output.grouping import aligned, grep_groups, path_prefixes, shared_beginnings
from scrimp.compress.output.log_folding import folded, line_count
from scrimp.compress.output.repeats import (
    padding,
    repeated_lines,
    repeated_paragraphs,
    unfolded,
    unfolded_paragraphs,
)
from scrimp.compress.wording.markdown import undecorated
from scrimp.compress.wording.phrases import english, phrases
from scrimp.compress.wording.whitespace import blank_lines, line_ends, trailing_space
from scrimp.compress.zones import protected_spans
from scrimp.compress.zones.zone import Kind, Zone


class Rule(Struct, frozen=True):
    """A rule with its name, the level it begins at, the zones it is for, and the check it must pass."""

    name: str
    level: str
    suits: Callable[[Zone], bool]
    rule: Callable[[str, CompressOptions], str]  # the zone's text, and what it is compressed for
    check: Check


def rules_for(zone: Zone, level: str) -> list[Rule]:
    """Return what is done to a zone at a level, in order."""
    height = min(LEVELS.index(level), LEVELS.index(zone.highest))
    return [step for step in RULES if LEVELS.index(step.level) <= height and step.suits(zone)]


def _of(*kinds: Kind, forms: Collection[str] = (), without: Collection[str] = ()) -> Callable[[Zone], bool]:
    return lambda zone: zone.kind in kinds and (not forms or zone.form in forms) and zone.form not in without


def _plain(rule: Rewrite) -> Callable[[str, CompressOptions], str]:
    return lambda text, _aim: rule(text)


def _inside_margins(rule: Rewrite) -> Callable[[str, CompressOptions], str]:
    """Keep the white space around a document: what is before and after it must not touch it."""

    def kept(text: str, _aim: CompressOptions) -> str:
        core = text.strip()
        start = text.find(core) if core else 0
        return text[:start] + rule(core) + text[start + len(core) :]

    return kept


def _json_equal(before: str, after: str) -> str | None:
    return None if equal(before.strip(), after.strip()) else "the JSON would not decode to the same"


def _undone_by(inverse: Rewrite) -> Check:
    return lambda before, after: None if inverse(after) == before else "it could not be undone"


def _counted(before: str, after: str) -> str | None:
    return None if line_count(after) == before.count("\n") + 1 else "the lines do not add up"


def _nothing(_before: str, _after: str) -> str | None:
    """Rules that prove themselves need no further check."""
    return None


def _instructed(text: str, aim: CompressOptions) -> str:
    if not english(text):
        return text
    return phrases(
        text,
        lambda piece, rule: protected_spans.outside(piece, protected_spans.spans(piece, extra=aim.protected), rule),
    )


def _as_text(text: str, _aim: CompressOptions) -> str:
    from scrimp.compress.html.to_text import html_to_text  # noqa: PLC0415 - a parser of its own, for pages alone

    return html_to_text(text)


def _undecorated(text: str, aim: CompressOptions) -> str:
    return undecorated(text, protected=aim.protected)


def _page_kept(before: str, after: str) -> str | None:
    from scrimp.compress.checks.page import page_kept  # noqa: PLC0415 - a parser of its own, for pages alone

    return page_kept(before, after)


def _focused(text: str, aim: CompressOptions) -> str:
    from scrimp.compress.extract.focus import focus  # noqa: PLC0415 - for questions alone

    pattern = aim.protected
    must = (lambda unit: pattern.search(unit) is not None) if pattern is not None else None
    return focus(text, aim.query, keep=aim.keep, must=must, scorer=aim.scorer)


def _terse(text: str, aim: CompressOptions) -> str:
    from scrimp.compress.wording.terse import terse  # noqa: PLC0415 - where completions may suffer

    own = _BRACKETED.pattern if aim.protected is None else f"{aim.protected.pattern}|{_BRACKETED.pattern}"
    return terse(text, protected=re.compile(own))


def _only_dropped(before: str, after: str) -> str | None:
    from scrimp.compress.wording.terse import only_dropped  # noqa: PLC0415 - as above

    return only_dropped(before, after)


# What other rules have noted: lines that are folded, bytes left out.
_BRACKETED = re.compile(r"\[[^\[\]\n]{1,300}\]")
_TEXTS = _of("instruction", "context", "tool", "data", without=("markup",))
_PROSE = _of("instruction", "context", "tool", without=("markup",))
_RECORDS = _of("data", forms=("json", "jsonl"))
_OUTPUT = _of("tool")
_CONTEXT = _of("context")
_LINES = _of("tool", "data", forms=("command", "log"))
_WORDS = all_of(same_words, same_code)
_TERSE = all_of(_only_dropped, same_facts, no_new_facts, same_code)

RULES = (
    Rule("line ends", "lossless", _PROSE, _plain(line_ends), _WORDS),
    Rule("trailing space", "lossless", _PROSE, _plain(trailing_space), _WORDS),
    Rule("blank lines", "lossless", _PROSE, _plain(blank_lines), _WORDS),
    Rule("lines of one shape", "tidy", _LINES, _plain(folded), _counted),
    Rule("json white space", "lossless", _RECORDS, _inside_margins(minify), _json_equal),
    Rule("json columns", "lossless", _RECORDS, _inside_margins(columns), _json_equal),
    Rule("repeated lines", "lossless", _LINES, _plain(repeated_lines), _undone_by(unfolded)),
    Rule("matches by file", "lossless", _OUTPUT, _plain(grep_groups), _nothing),
    Rule("paths by directory", "lossless", _OUTPUT, _plain(path_prefixes), _nothing),
    Rule("aligned columns", "lossless", _OUTPUT, _plain(aligned), same_words),
    Rule("shared beginnings", "lossless", _LINES, _plain(shared_beginnings), _nothing),
    Rule("rulers", "lossless", _OUTPUT, _plain(padding), same_facts),
    Rule("repeated paragraphs", "lossless", _CONTEXT, _plain(repeated_paragraphs), _undone_by(unfolded_paragraphs)),
    Rule("pages as text", "tidy", _of("data", forms=("html",)), _as_text, _page_kept),
    Rule("encoded bytes", "tidy", _TEXTS, _plain(left_out), only_encoded_gone),
    Rule("decoration", "tidy", _of("context", forms=("prose",)), _undecorated, same_reading),
    Rule("phrases", "tidy", _of("instruction", forms=("prose",)), _instructed, all_of(same_facts, no_new_facts)),
    Rule("sentences for the question", "focus", _of("context", forms=("prose",)), _focused, _nothing),
    Rule("small words", "terse", _of("context", forms=("prose",)), _terse, _TERSE),
)  # fmt: skip
