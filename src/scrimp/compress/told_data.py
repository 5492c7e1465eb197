"""The zones of a text in which the caller told what is data: a template's columns, a file beside a prompt.

What is around it is all instruction, and code within it is found as anywhere. Three doubts keep a value as it is:

- JSON that is a schema, a list of tools or a form; keep tags, or the fence of a programming language, around it;
- a label before it such as `Example:`, or one that repeats in a prompt that ends in a label, as few-shot prompts do.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from msgspec.structs import replace

from scrimp.compress.json.embedded import find_json
from scrimp.compress.json.lexer import WHITESPACE, are_records, is_value
from scrimp.compress.json.placement import Placement, introduces_instruction, is_definition, label_before
from scrimp.compress.zones import protected_spans
from scrimp.compress.zones.segment import segment
from scrimp.compress.zones.zone import Zone, ZoneForm
from scrimp.compress.zones.zone_span import runs
from scrimp.values import TextSpan

_MIN_DOCUMENT = 200  # characters, from which on a value is a document that sentences can be selected from
_NEUTRAL_FENCES = protected_spans.DATA_FENCES | {"", "json", "jsonl", "ndjson", "markdown", "md", "html", "xml"}


def told_zones(text: str, told: Sequence[TextSpan]) -> list[Zone]:
    """Return the zones of a text: those of each told span, and instruction between them."""
    told = [(start, end) for start, end in told if start < end]
    zones: list[Zone] = []
    done = 0
    for (start, end), doubt in zip(told, _doubts(text, told), strict=True):
        if start > done:
            zones.append(Zone("instruction", "prose", text[done:start]))
        zones += _value_zones(text[start:end]) if doubt is None else [doubt]
        done = end
    if done < len(text) or not zones:
        zones.append(Zone("instruction", "prose", text[done:]))
    return zones


def with_named_values(zones: Sequence[Zone]) -> list[Zone]:
    """Return zones in which a short told value is part of the sentence around it: "Where was {name} born?"."""
    is_short = [(zone.kind, zone.form) == ("data", "prose") and "\n" not in zone.text for zone in zones]
    parts = (replace(zone, kind="instruction") if short else zone for zone, short in zip(zones, is_short, strict=True))
    sentences = runs(parts, lambda one, two: one.kind == two.kind == "instruction" and one.form == two.form == "prose")
    return [replace(run[0], text="".join(part.text for part in run)) for run in sentences]


def moved_spans(told: Sequence[TextSpan], zones: Sequence[Zone], pieces: Sequence[str]) -> tuple[TextSpan, ...]:
    """Return where told data stands once each zone has become a piece, which in an instruction is the same text."""
    ends = list(accumulate(len(zone.text) for zone in zones))
    shifts = [0, *(after - end for after, end in zip(accumulate(map(len, pieces)), ends, strict=True))]
    # By the zone that each place is in, or begins.
    return tuple(
        (start + shifts[bisect_right(ends, start)], end + shifts[bisect_right(ends, end)]) for start, end in told
    )


def _doubts(text: str, told: Sequence[TextSpan]) -> Iterator[Zone | None]:
    """Yield for each span the zone that keeps it as it is where it is doubtful that it is data, or None."""
    kept = _kept_parts(text, told)
    ends = list(accumulate((part.end for part in kept), max))
    labels = [label_before(text, start, told[at - 1][1] if at else 0) for at, (start, _) in enumerate(told)]
    times = Counter(labels)
    few_shot = text[told[-1][1] if told else 0 :].rstrip().endswith((":", "\uff1a"))
    for (start, end), label in zip(told, labels, strict=True):
        value = text[start:end]
        at = bisect_right(ends, start)  # the first part that does not end before the span
        if (at < len(kept) and kept[at].start < end) or (few_shot and label is not None and times[label] > 1):
            yield Zone("code", "fence", value)
        elif introduces_instruction(label):  # whose words may say what to do
            is_json = value.lstrip().startswith(("{", "["))
            yield Zone("code", "fence", value) if is_json else Zone("instruction", "prose", value)
        else:
            yield None


def _kept_parts(text: str, told: Sequence[TextSpan]) -> list[protected_spans.Span]:
    """Return what the instructions put into keep tags, or into a fence of a programming language."""
    if "<scrimp:" not in text and "```" not in text and "~~~" not in text:
        return []
    edges = [(0, 0), *told]  # between which nothing may be taken for a tag or a fence
    pieces = [text[done:start] + "x" * (end - start) for (_, done), (start, end) in pairwise(edges)]
    words = "".join([*pieces, text[edges[-1][1] :]])
    fences = [fence for fence in protected_spans.fences(words) if fence.info not in _NEUTRAL_FENCES]
    return sorted([*protected_spans.keep_spans(words), *fences], key=lambda part: part.start)


def _value_zones(value: str) -> list[Zone]:
    core = value.strip(WHITESPACE)
    if form := _json_form(core):
        return [Zone("code", "fence", value) if is_definition(core) else Zone("data", form, value)]
    zones = segment(value, find_json=find_json, is_data=Placement(value, told=True).is_data, told=True)
    return [_as_data(zone, is_document=len(value) >= _MIN_DOCUMENT) for zone in zones]


def _json_form(core: str) -> ZoneForm | None:
    """Return whether a value is JSON, or lines of JSON, as a whole; an empty array may be a box to tick."""
    if core[:1] not in ("{", "[") or not core[1:-1].strip(WHITESPACE):
        return None
    return "json" if is_value(core) else "jsonl" if are_records(core) else None


def _as_data(zone: Zone, *, is_document: bool) -> Zone:
    """Return a zone of told data: words in it are not instructions, and what keeps text as it is looks like code."""
    if zone.form == "markup" and zone.kind != "code":
        return Zone("code", "fence", zone.text)
    return Zone("context" if is_document else "data", "prose", zone.text) if zone.form == "prose" else zone
