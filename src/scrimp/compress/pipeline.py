"""The rules of every zone of a text, one after the other, each taken back where the gate says so."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from scrimp.compress.checks.gate import Check, all_of, gated
from scrimp.compress.extract.question import question_of
from scrimp.compress.json.find import documents
from scrimp.compress.options import CompressOptions
from scrimp.compress.rules import Rule, rules_for
from scrimp.compress.wording.whitespace import without_leading_blank_lines
from scrimp.compress.zones.segment import segment
from scrimp.compress.zones.zone import AppliedRule, Zone

# A second pass may see what the first brought together; nothing in the corpus needs a third.
_PASSES = 4
_MARGINS = "margins"
_PLAIN_BLANKS = frozenset(" \t\r\n")
NO_QUESTION = "no question was found to read the text for"
NO_CONTEXT = "no documents or passages were found to choose sentences from"


class PipelineResult(Struct, frozen=True, kw_only=True):
    """What became of a text: its zones as they were, and each change in the order made."""

    text: str
    zones: tuple[Zone, ...]
    changes: tuple[AppliedRule, ...]
    taken_back: tuple[tuple[str, str], ...]
    note: str = ""


def run_pipeline(text: str, aim: CompressOptions) -> PipelineResult:
    """Return the text at that level."""
    found = segment(text, documents=documents)
    aim, found, note = _aimed(aim, found)
    changes: list[AppliedRule] = []
    taken_back: dict[tuple[str, str], None] = {}
    shorter = _run_once(text, found, aim, changes, taken_back)
    # Sentences are chosen once: of what is left, fewer would be chosen again.
    later = replace(aim, level="tidy") if aim.level in {"focus", "terse"} else aim
    for _ in range(_PASSES - 1):
        if not any(map(_shows_more, changes)):
            break
        after = _run_once(shorter, segment(shorter, documents=documents), later, changes, taken_back)
        if after == shorter:
            break
        shorter = after
    return PipelineResult(
        text=shorter, zones=tuple(found), changes=tuple(changes), taken_back=tuple(taken_back), note=note
    )


def _aimed(aim: CompressOptions, found: list[Zone]) -> tuple[CompressOptions, list[Zone], str]:
    """Find the question where none was given; a text that came with one of its own is read for it as a whole."""
    if aim.level not in {"focus", "terse"}:
        return aim, found, ""
    told = bool(aim.query)
    has_context = any(zone.kind == "context" for zone in found)
    if told and not has_context and not any(aim.query in zone.text for zone in found):
        found = [_as_context(zone) for zone in found]
        has_context = any(zone.kind == "context" for zone in found)
    if not has_context:
        return aim, found, NO_CONTEXT
    query = aim.query or question_of(found)
    return replace(aim, query=query), found, "" if query else NO_QUESTION


def _as_context(zone: Zone) -> Zone:
    return replace(zone, kind="context") if (zone.kind, zone.form) == ("instruction", "prose") else zone


def _run_once(
    text: str,
    found: Sequence[Zone],
    aim: CompressOptions,
    changes: list[AppliedRule],
    taken_back: dict[tuple[str, str], None],
) -> str:
    pieces = [zone.text for zone in found]
    _trim(pieces, found, changes)  # first: a rule shall see what a second time would show it
    for at, zone in enumerate(found):
        for step in rules_for(zone, aim.level):
            before = pieces[at]
            after, reason = gated(before, lambda text, step=step: step.rule(text, aim), _check(step, aim))  # type: ignore[misc]
            if reason is not None:
                taken_back[step.name, reason] = None
            elif after != before:
                changes.append(AppliedRule(zone.kind, zone.form, step.name, before, after))
                pieces[at] = after
    _trim(pieces, found, changes)
    joined = "".join(pieces)
    return joined if len(joined) <= len(text) else text


def _shows_more(change: AppliedRule) -> bool:
    """Say whether there may be more to find now: not where only plain blanks at an end of the text are gone."""
    if change.rule != _MARGINS:
        return True
    at = change.before.find(change.after)
    gone = change.before[:at] + change.before[at + len(change.after) :]
    return not _PLAIN_BLANKS.issuperset(gone)


def _check(step: Rule, aim: CompressOptions) -> Check:
    return step.check if aim.protected is None else all_of(aim.kept, step.check)


def _trim(pieces: list[str], found: Sequence[Zone], changes: list[AppliedRule]) -> None:
    """Drop what is blank before the first word and after the last, however many zones it fills, unless it is code's."""
    numbers = range(len(pieces))
    for order, trim in ((numbers, without_leading_blank_lines), (reversed(numbers), str.rstrip)):
        for at in order:
            if found[at].kind == "code" or found[at].form == "markup":
                break
            trimmed = trim(pieces[at])
            if trimmed != pieces[at]:
                changes.append(AppliedRule(found[at].kind, found[at].form, _MARGINS, pieces[at], trimmed))
                pieces[at] = trimmed
            if trimmed:
                break
