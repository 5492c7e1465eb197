"""The table of rules: what each level does to each kind of zone, and the check each rule must pass."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import lru_cache, partial

from msgspec import Struct

from scrimp.compress.checks.encoded_bytes import only_encoded_bytes_omitted
from scrimp.compress.checks.json_equal import json_equal
from scrimp.compress.checks.unfolded import unfold_log, unfold_matches
from scrimp.compress.encoded.omit import omit_encoded
from scrimp.compress.extract.paragraphs import other_spans
from scrimp.compress.json.columns import write_columns
from scrimp.compress.json.minify import minify
from scrimp.compress.options import LEVELS
from scrimp.compress.output.log_folding import fold_log
from scrimp.compress.output.matches import group_matches
from scrimp.compress.wording.articles import drop_articles, only_articles_dropped
from scrimp.compress.zones.prose import is_running_text, may_be_prose
from scrimp.compress.zones.zone import JSON_FORMS, Zone, ZoneForm, ZoneKind

_FOLD_MANY = partial(fold_log, least=20)  # where it saves most: of a few lines a value is read more surely in its line
WHITE_SPACE, NOT_UNDONE = "json white space", "it could not be undone"

Rewrite = Callable[[str], str]
Check = Callable[[str, str], str | None]  # returns in a few words what a rewrite lost, or None


class CompressionRule(Struct, frozen=True):
    """A rule: its name, the lowest level that uses it, the zones it applies to, and the check it must pass."""

    name: str
    level: str
    applies_to: Callable[[Zone], bool]
    rewrite: Rewrite
    check: Check


@lru_cache
def rules_for(kind: ZoneKind, form: ZoneForm, level: str, *, above: str = "off") -> list[CompressionRule]:
    """Return the rules of the levels `above` one and up to `level` that apply to zones of a kind, in order."""
    zone = Zone(kind, form, "")
    highest = min(LEVELS.index(level), LEVELS.index(zone.highest_level))
    levels = LEVELS[LEVELS.index(above) + 1 : highest + 1]
    return [rule for rule in RULES if rule.level in levels and rule.applies_to(zone)]


def _zones(*kinds: ZoneKind, forms: Collection[str] = (), without: Collection[str] = ()) -> Callable[[Zone], bool]:
    return lambda zone: zone.kind in kinds and (not forms or zone.form in forms) and zone.form not in without


def _inside_margins(rewrite: Rewrite) -> Rewrite:
    """Return a rewrite that keeps the white space around a document, which separates it from its neighbors."""

    def rewrite_core(text: str) -> str:
        core = text.strip()
        return rewrite(core).join(text.split(core, 1)) if core else text

    return rewrite_core


def _same_json(before: str, after: str) -> str | None:
    return None if json_equal(before.strip(), after.strip()) else "the JSON would not decode to the same values"


def _undone_by(inverse: Callable[[str], str | None]) -> Check:
    return lambda before, after: None if inverse(after) == before else NOT_UNDONE


def _html_to_text(text: str) -> str:
    from scrimp.compress.html.to_text import html_to_text  # loads a parser that only pages need

    return html_to_text(text)


def _page_text_complete(before: str, after: str) -> str | None:
    from scrimp.compress.checks.html_text import page_text_complete  # loads a parser that only pages need

    return page_text_complete(before, after)


def _drop_articles(text: str) -> str:
    shorter = drop_articles(text) if may_be_prose(text) else text  # of most short ones it is the same
    is_prose = shorter != text and is_running_text(text) and not other_spans(text)
    return shorter if is_prose else text


_DOCUMENTS = _zones("context", "tool", "data", without=("markup",))
_JSON = _zones("data", forms=JSON_FORMS)
_OUTPUT = _zones("tool")
_CONTEXT_PROSE = _zones("context", forms=("prose",))
_LOG_LINES = _zones("tool", "data", forms=("command", "log"))

RULES = (
    CompressionRule(WHITE_SPACE, "lossless", _JSON, _inside_margins(minify), _same_json),
    CompressionRule("pages as text", "tidy", _zones("data", forms=("html",)), _html_to_text, _page_text_complete),
    CompressionRule("encoded bytes", "tidy", _DOCUMENTS, omit_encoded, only_encoded_bytes_omitted),
    CompressionRule("many lines of one form", "tidy", _LOG_LINES, _FOLD_MANY, _undone_by(unfold_log)),
    CompressionRule("lines of one form", "dense", _LOG_LINES, fold_log, _undone_by(unfold_log)),
    CompressionRule("json columns", "dense", _JSON, _inside_margins(write_columns), _same_json),
    CompressionRule("matches by file", "dense", _OUTPUT, group_matches, _undone_by(unfold_matches)),
    CompressionRule("articles", "dense", _CONTEXT_PROSE, _drop_articles, only_articles_dropped),
)  # fmt: skip
