"""Apply the rules of every zone of a text, one after the other; take back each that fails its check."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from scrimp.compress.checks.gate import Check, all_of, apply_checked
from scrimp.compress.compressed_text import AppliedRule, CompressedText
from scrimp.compress.extract.question import find_question
from scrimp.compress.json.embedded import find_json
from scrimp.compress.options import CompressOptions
from scrimp.compress.rules import CompressionRule, rules_for
from scrimp.compress.wording.whitespace import trim_leading_blank_lines
from scrimp.compress.zones.segment import segment
from scrimp.compress.zones.zone import Zone

# A second pass may see what the first brought together; nothing in the corpus needs a third.
_MAX_PASSES = 4
_MARGINS = "margins"
_ASCII_WHITESPACE = frozenset(" \t\r\n")
NO_QUESTION = "no question was found to select sentences for"
NO_CONTEXT = "no documents or passages were found to select sentences from"


def run_pipeline(text: str, options: CompressOptions) -> CompressedText:
    """Return the text compressed with these options."""
    zones = segment(text, find_json=find_json)
    options, zones, note = _resolve_question(options, zones)
    changes: list[AppliedRule] = []
    taken_back: dict[tuple[str, str], None] = {}
    shorter = _run_once(text, zones, options, changes, taken_back)
    # Sentences are selected once: of those selected, a second pass would select fewer.
    later = replace(options, level="tidy") if options.selects_sentences else options
    for _ in range(_MAX_PASSES - 1):
        if not any(map(_may_reveal_more, changes)):
            break
        after = _run_once(shorter, segment(shorter, find_json=find_json), later, changes, taken_back)
        if after == shorter:
            break
        shorter = after
    return CompressedText(shorter, tuple(changes), tuple(taken_back), note, tuple(zones))


def _resolve_question(options: CompressOptions, zones: list[Zone]) -> tuple[CompressOptions, list[Zone], str]:
    """Find the question where none was given, and what to select sentences from; the note says what is missing.

    A text without documents, for which a question from outside was given, is a document as a whole.
    """
    if not options.selects_sentences:
        return options, zones, ""
    has_context = any(zone.kind == "context" for zone in zones)
    if options.query and not has_context and not any(options.query in zone.text for zone in zones):
        zones = [_as_context(zone) for zone in zones]
        has_context = any(zone.kind == "context" for zone in zones)
    if not has_context:
        return options, zones, NO_CONTEXT
    query = options.query or find_question(zones)
    return replace(options, query=query), zones, "" if query else NO_QUESTION


def _as_context(zone: Zone) -> Zone:
    return replace(zone, kind="context") if (zone.kind, zone.form) == ("instruction", "prose") else zone


def _run_once(
    text: str,
    zones: Sequence[Zone],
    options: CompressOptions,
    changes: list[AppliedRule],
    taken_back: dict[tuple[str, str], None],
) -> str:
    pieces = [zone.text for zone in zones]
    _trim_margins(pieces, zones, changes)  # first, so that the rules see what they would see in a second pass
    for at, zone in enumerate(zones):
        for rule in rules_for(zone, options.level):
            before = pieces[at]
            after, reason = apply_checked(
                before,
                lambda text, rule=rule: rule.rewrite(text, options),  # type: ignore[misc]
                _check(rule, options),
            )
            if reason is not None:
                taken_back[rule.name, reason] = None
            elif after != before:
                changes.append(AppliedRule(zone.kind, zone.form, rule.name, before, after))
                pieces[at] = after
    _trim_margins(pieces, zones, changes)
    joined = "".join(pieces)
    return joined if len(joined) <= len(text) else text


def _may_reveal_more(change: AppliedRule) -> bool:
    """Return whether another pass may find more: not where only white space in ASCII was trimmed at an end."""
    if change.rule != _MARGINS:
        return True
    at = change.before.find(change.after)
    trimmed = change.before[:at] + change.before[at + len(change.after) :]
    return not _ASCII_WHITESPACE.issuperset(trimmed)


def _check(rule: CompressionRule, options: CompressOptions) -> Check:
    return rule.check if options.protected is None else all_of(options.protected_change, rule.check)


def _trim_margins(pieces: list[str], zones: Sequence[Zone], changes: list[AppliedRule]) -> None:
    """Trim white space before the first word and after the last, over as many zones as it fills, but not in code."""
    indexes = range(len(pieces))
    for order, trim in ((indexes, trim_leading_blank_lines), (reversed(indexes), str.rstrip)):
        for at in order:
            if zones[at].kind == "code" or zones[at].form == "markup":
                break
            trimmed = trim(pieces[at])
            if trimmed != pieces[at]:
                changes.append(AppliedRule(zones[at].kind, zones[at].form, _MARGINS, pieces[at], trimmed))
                pieces[at] = trimmed
            if trimmed:
                break
