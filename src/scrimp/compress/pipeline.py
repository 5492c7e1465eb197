"""Apply the rules of every zone of a text, one after the other; take back each that fails its check."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from scrimp.compress.checks.gate import Check, all_of, apply_checked
from scrimp.compress.compressed_text import AppliedRule, CompressedText
from scrimp.compress.extract.question import find_question
from scrimp.compress.json.embedded import find_json
from scrimp.compress.json.placement import Placement
from scrimp.compress.keep_tags import without_keep_tags
from scrimp.compress.options import CompressOptions
from scrimp.compress.rules import CompressionRule, rules_for
from scrimp.compress.task.form import about_all, about_form
from scrimp.compress.zones.segment import segment
from scrimp.compress.zones.zone import Zone

# A second pass may see what the first brought together; nothing in the corpus needs a third.
_MAX_PASSES = 4
NO_QUESTION = "no question was found to select sentences for"
NO_CONTEXT = "no documents or passages were found to select sentences from"
ABOUT_FORM = "the task is about the form of its JSON, which stays as it is"
ABOUT_ALL = "the task needs every sentence of its documents"


def run_pipeline(text: str, options: CompressOptions) -> CompressedText:
    """Return the text compressed with these options."""
    zones, note = _zones(text)
    options, zones, missing = _resolve_question(options, zones)
    note = missing or note
    changes: list[AppliedRule] = []
    taken_back: dict[tuple[str, str], None] = {}
    shorter = _run_once(text, zones, options, changes, taken_back)
    # Sentences are selected once: of those selected, a second pass would select fewer.
    later = replace(options, level="tidy") if options.selects_sentences else options
    for _ in range(_MAX_PASSES - 1 if changes else 0):
        after = _run_once(shorter, _zones(shorter)[0], later, changes, taken_back)
        if after == shorter:
            break
        shorter = after
    return CompressedText(shorter, tuple(changes), tuple(taken_back), note, tuple(zones))


def _zones(text: str) -> tuple[list[Zone], str]:
    """Return the zones of a text; where the task is about the form of its JSON that is code, and the note says so."""
    zones = segment(text, find_json=find_json, is_data=Placement(text).is_data)
    if any(map(_is_json, zones)) and (words := about_form(_instructions(zones))):
        zones = [replace(zone, kind="code", form="fence") if _is_json(zone) else zone for zone in zones]
        return zones, f"{ABOUT_FORM}: {words}"
    return zones, ""


def _is_json(zone: Zone) -> bool:
    return zone.form in ("json", "jsonl")


def _instructions(zones: Sequence[Zone]) -> str:
    return without_keep_tags("\n".join(zone.text for zone in zones if zone.kind == "instruction"))


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
        return options, zones, NO_CONTEXT if options.level == "focus" else ""
    instructions = f"{options.query}\n{_instructions(zones)}"
    if words := about_all(instructions) or about_form(instructions):
        return replace(options, level="tidy"), zones, f"{ABOUT_ALL}: {words}"
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
    joined = "".join(pieces)
    return joined if len(joined) <= len(text) else text


def _check(rule: CompressionRule, options: CompressOptions) -> Check:
    return rule.check if options.protected is None else all_of(options.protected_change, rule.check)
