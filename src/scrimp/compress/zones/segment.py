"""Split a prompt into zones, each all of one kind.

First come the parts with a recognizable form (fences, records, logs, command output, code): each detector sees only the
text that earlier ones left. The rest is context where a tag or label marks it, and instruction everywhere else. A
detector in doubt reports nothing, except the one for code, which is safe: code never changes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from operator import attrgetter

from scrimp.compress.zones import protected_spans
from scrimp.compress.zones.context_detector import detect_context
from scrimp.compress.zones.detectors import DETECTORS, Tested
from scrimp.compress.zones.examples import Examples
from scrimp.compress.zones.programs import with_programs_whole
from scrimp.compress.zones.zone import JSON_FORMS, Zone, ZoneForm, ZoneKind
from scrimp.compress.zones.zone_span import Detector, ZoneSpan, closing_tags, gaps, runs

JsonFinder = Callable[[str], Sequence[tuple[int, int]]]
# Whether the JSON document between two places of the text is data, and not part of the instructions.
DataTest = Callable[[int, int], bool]
# JSON in a fence may be the format an answer must take, so it is code, like most fences.
_DATA_FORMS: dict[str, ZoneForm] = {"csv": "csv", "tsv": "csv", "log": "log", "logs": "log"}
_HTML = re.compile(
    r"\n[ \t]*+(?:<\?xml\s[^<>]{0,200}+>\s*+)?<(?:!doctype\s++html\b(?:(?:[^<]|<!(?!doctype))*+<html\b)?"
    r"|(html|body|div|table|section|main|nav|head|script|style|ul)(?![-\w]))",
    re.IGNORECASE,
)
_MIN_JSON = 20
_START = attrgetter("start")
_MANY_PARTS, _SHORTEST_PART = 10_000, 40  # from so many on, characters on average; no prompt has so many shorter ones
_MOST_PAGES = 2_000  # each takes a quarter of a millisecond; a text with more is not a prompt with pages


def segment(
    text: str, *, find_json: JsonFinder, is_data: DataTest, told: bool = False, examples: Examples | None = None
) -> list[Zone]:  # fmt: skip
    """Return the zones of a prompt; `find_json` returns the start and end of each whole JSON document.

    JSON that is not data is code, which does not change. In a text that was `told` to be data no context is looked for:
    it is all of what is left. `examples` are those of the text, where who asks has them.
    """
    if "\n" not in text and "<" not in text and "{" not in text and "[" not in text and "```" not in text:
        return [Zone("instruction", "prose", text)]
    found = _fences_and_keep_tags(text)
    if "@@ -" in text:  # diffs, before pages, whose lines they may have
        found = _detect_in_gaps(text, found, lambda piece: _detect_by_lines(piece, DETECTORS[:1]))
    if "<" in text:
        found = _detect_in_gaps(text, found, lambda piece: _detect_html(piece, told=told))
    if "{" in text or "[" in text:
        found = _detect_in_gaps(text, found, lambda piece: _detect_json(piece, find_json))
    if len(found) > _MANY_PARTS and len(text) < len(found) * _SHORTEST_PART:
        return [Zone("code", "markup", text)]
    rest = "\n".join(text[start:end] for start, end in _gaps(text, found))
    detectors = [tested for tested in DETECTORS if tested[1](rest)]
    if detectors:
        found = _detect_in_gaps(text, found, lambda piece: _detect_by_lines(piece, detectors))
    words = [(start, end) for start, end in _gaps(text, found) if not text[start:end].isspace()]
    if told:
        found += [ZoneSpan(start, end, "context", "prose") for start, end in words]
    elif words:
        shown = examples or Examples(text)
        context = [] if shown.are_all else list(detect_context(text, found))
        parts = (part for span in context for part in gaps(span.start, span.end, shown.spans))
        found += (ZoneSpan(start, end, "context", "prose") for start, end in parts)
    found = with_programs_whole(text, found)
    return _to_zones(text, _with_doubtful_json_as_code(text, found, is_data))


def _with_doubtful_json_as_code(text: str, found: list[ZoneSpan], is_data: DataTest) -> Iterator[ZoneSpan]:
    """Yield the spans, with JSON that is not data, or that code comes right before or after, as code.

    Documents that follow each other without a line between them are judged as one.
    """
    spans = sorted(found, key=_START)
    done = 0
    for at, span in enumerate(spans):
        if span.form not in JSON_FORMS:
            yield span
        elif at >= done:
            done = at + 1
            while done < len(spans) and spans[done].start == spans[done - 1].end and spans[done].form in JSON_FORMS:
                done += 1
            start, end = span.start, spans[done - 1].end
            code = [one for one in (*spans[max(at - 1, 0) : at], *spans[done : done + 1]) if one.kind == "code"]
            beside = any(not text[min(one.end, end) : max(one.start, start)].strip() for one in code)
            if beside or not is_data(start, end):
                yield ZoneSpan(start, end, "code", "fence")
            else:
                yield from spans[at:done]


def _detect_in_gaps(text: str, found: list[ZoneSpan], detect: Callable[[str], Iterable[ZoneSpan]]) -> list[ZoneSpan]:
    """Add what a detector finds between the spans found so far."""
    new = [
        ZoneSpan(start + span.start, start + span.end, span.kind, span.form)
        for start, end in _gaps(text, found)
        for span in detect(text[start:end])
    ]
    return sorted([*found, *new], key=_START) if new else found


def _gaps(text: str, found: Iterable[ZoneSpan]) -> Iterator[tuple[int, int]]:
    return gaps(0, len(text), ((span.start, span.end) for span in found))


def _to_zones(text: str, found: Iterable[ZoneSpan]) -> list[Zone]:
    """Return the zones of spans, which are in order, with instruction in the gaps."""
    zones: list[Zone] = []
    done = 0
    for span in found:
        if span.start > done:
            zones.append(Zone("instruction", "prose", text[done : span.start]))
        if span.kind == "context" and zones and (zones[-1].kind, zones[-1].form) == ("context", span.form):
            # Paragraphs of one article are one zone: sentences are selected from all of them at once.
            zones[-1] = Zone("context", span.form, zones[-1].text + text[span.start : span.end])
        else:
            zones.append(Zone(span.kind, span.form, text[span.start : span.end]))
        done = span.end
    if done < len(text) or not zones:
        zones.append(Zone("instruction", "prose", text[done:]))
    return zones


def _fences_and_keep_tags(text: str) -> list[ZoneSpan]:
    """Find keep tags and fences; a fence around rows or output becomes three zones: its marks and its body."""
    spans: list[ZoneSpan] = []
    marks: list[protected_spans.Span] = [*protected_spans.keep_spans(text), *protected_spans.fences(text)]
    done = 0
    for mark in sorted(marks, key=lambda mark: mark.start):
        if mark.start < done:
            continue
        if isinstance(mark, protected_spans.Fence):
            spans += _fence_zones(text, mark, mark.end + (text[mark.end : mark.end + 1] == "\n"))
        else:
            spans.append(ZoneSpan(mark.start, mark.end, "instruction", "markup"))
        done = spans[-1].end
    together = runs(spans, lambda one, two: one.end == two.start and one.form == two.form == "fence")
    return [ZoneSpan(run[0].start, run[-1].end, run[0].kind, run[0].form) for run in together]


def _fence_zones(text: str, fence: protected_spans.Fence, end: int) -> list[ZoneSpan]:
    form = _DATA_FORMS.get(fence.info)
    body = text[fence.body_start : fence.body_end]
    if form is None and fence.info in protected_spans.DATA_FENCES:  # such as text: the body decides
        filling = (span for span in _detect_by_lines(body) if span.end - span.start >= 0.9 * len(body))
        form = next((span.form for span in filling if span.kind in {"data", "tool"}), None)
    if form is None or not body:
        return [ZoneSpan(fence.start, end, "code", "fence")]
    kind: ZoneKind = "tool" if form == "command" else "data"
    return [
        ZoneSpan(fence.start, fence.body_start, "instruction", "markup"),
        ZoneSpan(fence.body_start, fence.body_end, kind, form),
        *([ZoneSpan(fence.body_end, end, "instruction", "markup")] if end > fence.body_end else []),
    ]


def _detect_html(text: str, *, told: bool) -> list[ZoneSpan]:
    """Return HTML from a line that starts with a block tag to the end tag; elements in a row are one page.

    A page that was cut off has no end: all of a told text may be one, of another the task may follow.
    """
    pages: list[ZoneSpan] = []
    done = 0
    unbalanced: set[str] = set()
    starts = list(_HTML.finditer(f"\n{text}"))  # which begins with the end of a line, as the pattern does, for speed
    closings = closing_tags(text) if starts else {}
    for match in starts:
        name = (match[1] or "").lower()
        if match.start() < done or name in unbalanced:
            continue
        tag = text.rfind("<", 0, match.end() - 1)
        if tag not in closings and (name or text[: match.start()].strip() or not (told or text.rstrip().endswith(">"))):
            unbalanced.update([name] if name else [])  # where a page that was cut off ends, nobody knows
            continue
        done = text.find("\n", closings[tag]) + 1 or len(text) if tag in closings else len(text)
        if name and "](" in text[match.start() : done]:
            continue
        follows = bool(pages) and not text[pages[-1].end : match.start()].strip()
        start = pages.pop().start if follows else match.start()
        pages.append(ZoneSpan(start, done, "data", "html"))
    return pages if len(pages) <= _MOST_PAGES else []


def _detect_json(text: str, find_json: JsonFinder) -> Iterator[ZoneSpan]:
    """Yield JSON that fills its lines."""
    for start, end in find_json(text):
        if end - start >= _MIN_JSON:
            line, after = text.rfind("\n", 0, start) + 1, text.find("\n", end) + 1 or len(text)
            yield ZoneSpan(line, after, "data", "jsonl" if _is_jsonl(text[start:end]) else "json")


def _is_jsonl(document: str) -> bool:
    first, _, rest = document.partition("\n")
    return first.rstrip()[-1:] in {"}", "]"} and rest.lstrip()[:1] in {"{", "["}


def _detect_by_lines(text: str, tested: Sequence[Tested] = DETECTORS) -> list[ZoneSpan]:
    """Return what detectors recognize by its lines: those that may find something."""
    long = text.strip().count("\n") > 1  # margins may be trimmed, and must not change what is detected
    detectors = [detector for detector, applies in tested if applies(text)] if long else []
    if not detectors:
        return []
    lines = text.split("\n")
    spans = list(_run_detectors(lines, 0, detectors))
    if not spans:
        return []
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    starts[-1] = len(text)
    return [ZoneSpan(starts[span.start], starts[span.end], span.kind, span.form) for span in spans]


def _run_detectors(lines: list[str], at: int, detectors: Sequence[Detector]) -> Iterator[ZoneSpan]:
    for number, detector in enumerate(detectors):
        done = 0
        for span in detector(lines):
            yield from _run_detectors(lines[done : span.start], at + done, detectors[number + 1 :])
            yield ZoneSpan(at + span.start, at + span.end, span.kind, span.form)
            done = span.end
        if done:
            lines, at = lines[done:], at + done
