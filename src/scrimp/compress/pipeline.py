"""Apply the rules of every zone of a text, one after the other; take back each that fails its check."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from msgspec.structs import replace

from scrimp.compress.checks.unfolded import unfold_passages
from scrimp.compress.checks.whole_sentences import only_sentences_left_out
from scrimp.compress.compressed_text import AppliedRule, CompressedText
from scrimp.compress.encoded.omit import encoded_runs
from scrimp.compress.extract.paragraphs import prose_size
from scrimp.compress.json.embedded import find_json
from scrimp.compress.json.lexer import find_end
from scrimp.compress.json.placement import Placement
from scrimp.compress.options import LEVELS, CompressOptions
from scrimp.compress.output.repeated_passages import fold_repeated_passages, without_dangling_notes
from scrimp.compress.rules import NOT_UNDONE, WHITE_SPACE, Check, Rewrite, rules_for
from scrimp.compress.selection import LEAST_PROSE, SELECTION, instructions_of, resolve_question, select_sentences
from scrimp.compress.task.form import about_form, form_of_page
from scrimp.compress.told_data import moved_spans, told_zones
from scrimp.compress.zones.segment import segment
from scrimp.compress.zones.zone import JSON_FORMS, Zone
from scrimp.values import TextSpan

# A second pass may see what the first brought together; nothing in the corpus needs a third.
_MAX_PASSES = 4
_MAY_BEGIN_JSON = re.compile(r"\n[ \t\r]*+[\[{]")
_MOST_READ = 8  # arrays and objects, which each may take as long as the whole text
TOO_MANY_PARTS = "text with more fences, tags and documents of a few characters than a prompt has stays as it is"
LONGER = "the text would get longer"
NOT_ITS_ZONES = "its parts together are not the text"
ABOUT_FORM = "the task is about the form of its JSON, which stays as it is"
NAMES_FORM = "the task is about the form of its pages and files, which stay as they are"


def run_pipeline(text: str, options: CompressOptions) -> CompressedText:
    """Return the text compressed with these options."""
    zones, note = _zones(text, options)
    options, zones, missing = resolve_question(options, zones)
    note = note if note == TOO_MANY_PARTS else missing or note
    shorter, parts = text, zones
    changes: list[AppliedRule] = []
    taken_back: dict[tuple[str, str], None] = {}
    for _ in range(_MAX_PASSES):
        latest = _Pass(shorter, parts, options)
        before, shorter = shorter, latest.run()
        changes += latest.changes
        taken_back |= latest.taken_back
        if shorter == before or _is_settled(parts, latest.changes, options.level):
            break
        # Sentences are selected once: of those selected, a second pass would select fewer.
        options = replace(options, keep=1.0, told=latest.told)
        parts = _zones(shorter, options)[0]
    return CompressedText(shorter, tuple(changes), tuple(taken_back), note, tuple(zones))


def instructions_in(text: str, told: tuple[TextSpan, ...] = ()) -> str:
    """Return what a text tells to do, apart from its data and documents."""
    return instructions_of(_found_zones(text, told), told)


def _found_zones(text: str, told: tuple[TextSpan, ...]) -> list[Zone]:
    if told:
        return told_zones(text, told)
    placement = Placement(text)
    return segment(text, find_json=find_json, is_data=placement.is_data, examples=placement.examples)


def _zones(text: str, options: CompressOptions) -> tuple[list[Zone], str]:
    """Return the zones of a text; what a task about form asks to keep as it is, is code, and the note says so."""
    zones = _found_zones(text, options.told)
    note = TOO_MANY_PARTS if any((zone.kind, zone.form) == ("code", "markup") for zone in zones) else ""
    instructions = f"{options.asked}\n{instructions_of(zones, options.told)}"
    for is_kept, words_of_form, why in _KEPT if options.level != "lossless" else _KEPT[:1]:
        if any(map(is_kept, zones)) and (words := words_of_form(instructions)):
            zones = [replace(zone, kind="code", form="fence") if is_kept(zone) else zone for zone in zones]
            note += f"{'; ' if note else ''}{why}: {words}"
    return zones, note


def _is_page_or_file(zone: Zone) -> bool:
    return zone.form == "html" or (zone.kind in ("context", "tool", "data") and any(encoded_runs(zone.text)))


# What a task about form keeps as it is, and how such a task is told: of a page most tasks ask what it says.
_KEPT = ((lambda zone: zone.form in JSON_FORMS, about_form, ABOUT_FORM), (_is_page_or_file, form_of_page, NAMES_FORM))


def _is_settled(zones: Sequence[Zone], changes: Sequence[AppliedRule], level: str) -> bool:
    """Return whether only sentences went below dense, or white space of JSON where nothing else begins like JSON.

    A second pass finds no more then: not even JSON that is data now that what follows it is on one line.
    """
    rules = {change.rule for change in changes}
    others = (zone.text for zone in zones if zone.form not in JSON_FORMS)
    if level == "dense" and SELECTION in rules:
        return False
    return rules <= {SELECTION} or (rules <= {SELECTION, WHITE_SPACE} and not any(map(_may_have_value, others)))


def _may_have_value(text: str) -> bool:
    """Return whether a line of a text begins with an array or object that ends, if it is not one of many to look at."""
    if "{" not in text and "[" not in text:
        return False
    places = [found.end() - 2 for found in islice(_MAY_BEGIN_JSON.finditer(f"\n{text}"), _MOST_READ + 1)]
    return len(places) > _MOST_READ or any(find_end(text, at)[1] for at in places)


def apply_checked(text: str, rewrite: Rewrite, *checks: Check) -> tuple[str, str | None]:
    """Return the rewritten text, or the original and the reason why a check failed."""
    after = rewrite(text)
    if after == text:
        return text, None
    reason = LONGER if len(after) > len(text) else next(filter(None, (check(text, after) for check in checks)), None)
    return (after, None) if reason is None else (text, reason)


def tokens_cut(before: str, after: str, count: Callable[[str], int]) -> int:
    """Return how many tokens a change saves: of indented JSON half a token for each indentation, without counting."""
    indents = before.count("\n  ")
    if before[:1] in {"[", "{"} and indents and 2 * indents >= before.count(", ") + before.count(": "):
        return indents // 2
    return count(before) - count(after)


class _Pass:
    """One pass of the rules over the zones of a text, with what changed and what was taken back."""

    def __init__(self, text: str, zones: Sequence[Zone], options: CompressOptions) -> None:
        self.changes: list[AppliedRule] = []
        self.taken_back: dict[tuple[str, str], None] = {}
        self._text, self._zones, self._options = text, zones, options
        self._pieces = [zone.text for zone in zones]
        self.told = options.told  # where told data stands after the pass
        self._cut = 0  # tokens, of what was measured

    def run(self) -> str:
        """Return the text after all rules; sentences are selected before wording changes."""
        if "".join(self._pieces) != self._text:  # whatever found the zones, nothing may be sent twice, or not at all
            self.taken_back["all", NOT_ITS_ZONES] = None
            return self._text
        level = self._options.level
        self._apply_rules("off", min(level, "tidy", key=LEVELS.index))
        if level != "lossless":
            self._fold_passages()
        if self._options.selects_sentences:
            left = select_sentences(self._zones, self._pieces, self._options)
            if left != self._pieces:
                places = range(len(self._zones))
                self._apply_together(SELECTION, places, without_dangling_notes(left), only_sentences_left_out)
            self._apply_rules("tidy", level)
        joined = "".join(self._pieces)
        if self._is_longer(joined):
            return self._text
        self.told = moved_spans(self.told, self._zones, self._pieces)
        return joined

    def _is_longer(self, joined: str) -> bool:
        """Return whether the whole is longer, as it may be by a token at the seams of zones that hardly changed."""
        count = self._options.count
        close = bool(self.changes) and self._cut <= 2 * len(self.changes)
        return count is not None and close and count(joined) > count(self._text)

    def _apply_rules(self, above: str, level: str) -> None:
        for at, zone in enumerate(self._zones):
            for rule in () if zone.text.isspace() else rules_for(zone.kind, zone.form, level, above=above):
                self._apply(at, rule.name, rule.rewrite, rule.check)

    def _fold_passages(self) -> None:
        places = [at for at, zone in enumerate(self._zones) if zone.kind == "context"]
        before = [self._pieces[at] for at in places]
        after = fold_repeated_passages(before)
        if after == before or prose_size("\n\n".join(before)) < LEAST_PROSE * sum(map(len, before)):
            return
        lost = None if unfold_passages(after) == before else NOT_UNDONE
        self._apply_together("repeated passages", places, after, lambda _before, _after: lost)

    def _apply_together(self, name: str, places: Iterable[int], texts: Iterable[str], check: Check) -> None:
        """Put the texts that a rule has made of several zones at once in their places."""
        for at, text in zip(places, texts, strict=True):
            self._apply(at, name, lambda _, text=text: text, check)  # type: ignore[misc]

    def _apply(self, at: int, name: str, rewrite: Rewrite, check: Check) -> None:
        zone, before = self._zones[at], self._pieces[at]
        after, reason = apply_checked(before, rewrite, self._options.protected_change, check)
        if after != before and self._options.count is not None:
            cut = tokens_cut(before, after, self._options.count)
            self._cut += max(cut, 0)
            reason = LONGER if cut < 0 else None
        if reason is not None:
            self.taken_back[name, reason] = None
        elif after != before:
            self.changes.append(AppliedRule(zone.kind, zone.form, name, before, after))
            self._pieces[at] = after
