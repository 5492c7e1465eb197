"""Detect context, the documents and passages to answer from: by tags, by labels, or by length before a question."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from scrimp.compress.zones.zone_span import ZoneSpan, find_closing_tag

_CONTEXT_TAG = re.compile(
    r"<(contexts?|documents?|passages?|articles?|text|sources?|doc|docs|excerpts?|transcript|search_results|results|background)(?:\s[^<>]*+)?>",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^(?:#{1,6} |\*\*)?"
    r"(?:(?:passages?|documents?|docs?|sources?|articles?|chunks?|snippets?|results?|excerpts?"
    r"|contexts?|story|background|texts?|kontext|contexte|contexto|dokument|absatz)"
    r"[ \t]*+(?:\[?\d++\]?)?[ \t]*+(?:\([^)\n]*+\))?[ \t]*+"
    r"(?:\*\*)?[:\uff1a]|\[\d++\][:\s](?=[ \t]*+\S))",
    re.IGNORECASE | re.MULTILINE,
)
_TASK_LABEL = re.compile(
    r"^(?:#{1,6} |\*\*)?(?:questions?|query|q|tasks?|instructions?|answers?|a|prompt|user|request|options|choices|input"
    r"|output|frage|aufgabe|pregunta|domanda|pergunta|\u0432\u043e\u043f\u0440\u043e\u0441|\u95ee\u9898|\u554f\u984c|\u8cea\u554f)\b"
    r"[^\n:]{0,20}[:\uff1a]|^#{1,6} (?:questions?|tasks?|instructions?|output|answer)\b",
    re.IGNORECASE | re.MULTILINE,
)
_QUESTION_LABEL = re.compile(
    r"(?:#{1,6} |\*\*)?(?:question|query|q|frage|pregunta|domanda|pergunta|\u0432\u043e\u043f\u0440\u043e\u0441"
    r"|\u95ee\u9898|\u554f\u984c|\u8cea\u554f)[^\n:]{0,20}[:\uff1a]",
    re.IGNORECASE,
)
_QUESTION_LINE = re.compile(r"^[^\n]*[?\uff1f\u061f][ \t]*$", re.MULTILINE)
_LIST_ITEM = re.compile(r"\s*+(?:\d++[.)]|[-*+\u2022]) |#{1,6} ")
_PARAGRAPH = re.compile(r"(?:[^\n]++\n?+)++\n*+|\n++")
_TO_MODEL = re.compile(
    r"\b(?:you|your|please|bitte|sie m\u00fcssen|vous|veuillez|por favor|usted|debes|tu dois|answer|respond|output"
    r"|do not|don't)\b",
    re.IGNORECASE,
)
_MIN_LABELED = 200
_MIN_TAGGED = 40
_MIN_ARTICLE = 1000
_MIN_PARAGRAPH = 300
_MAX_QUESTION = 500


def detect_context(text: str, found: list[ZoneSpan]) -> Iterator[ZoneSpan]:
    """Yield context in tags, under labels, or in long paragraphs before a question, outside the spans found so far."""
    regions = _in_tags(text, found)
    regions = sorted([*regions, *_under_labels(text, [*regions, *_bounds(found)])]) or list(_article(text))
    for start, end in regions:
        done = start
        for span in found[bisect_left(found, start, key=lambda span: span.end) :]:
            if span.start >= end:
                break
            if span.start > done:
                yield ZoneSpan(done, span.start, "context", "prose")
            done = max(done, span.end)
        if done < end:
            yield ZoneSpan(done, end, "context", "prose")


def _bounds(found: list[ZoneSpan]) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in found]


def _in_tags(text: str, found: list[ZoneSpan]) -> list[tuple[int, int]]:
    regions: list[tuple[int, int]] = []
    taken = _bounds(found)
    done = 0
    unbalanced: set[str] = set()
    for match in _CONTEXT_TAG.finditer(text):
        name = match[1].lower()
        if match.start() < done or name in unbalanced or _inside(taken, match.start()):
            continue
        closing = find_closing_tag(text, match.end(), name, opened=True)
        if closing is None:
            unbalanced.add(name)
        elif closing.start() - match.end() >= _MIN_TAGGED:
            regions.append((match.end(), closing.start()))
            done = closing.end()
        else:
            done = closing.end()
    return regions


def _inside(taken: list[tuple[int, int]], at: int) -> bool:
    number = bisect_left(taken, (at + 1,)) - 1
    return number >= 0 and at < taken[number][1]


def _under_labels(text: str, taken: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the region from a label to the next question; earlier such regions are examples, and not context."""
    taken = sorted(taken)
    questions = [match.start() for match in _TASK_LABEL.finditer(text) if not _inside(taken, match.start())]
    paragraph_ends: list[int] | None = None
    regions: list[tuple[int, int]] = []
    done = 0
    for label in _LABEL.finditer(text):
        if label.start() < done or _inside(taken, label.start()):
            continue
        end = _first_from(questions, label.end())
        if end is None:
            paragraph_ends = _possible_ends(text) if paragraph_ends is None else paragraph_ends
            end = _first_from(paragraph_ends, label.end())
        start, done = label.start(), len(text) if end is None else end
        if regions and regions[-1][1] == start:
            start = regions.pop()[0]  # the last passage of a text without a question is not a question
        if done - start >= _MIN_LABELED:
            regions.append((start, done))
    return regions[-1:]


def _first_from(places: list[int], at: int) -> int | None:
    return next(iter(places[(first := bisect_left(places, at)) : first + 1]), None)


def _possible_ends(text: str) -> list[int]:
    """Return where a passage may end without a label: a paragraph to the model, the last one, a last question."""
    paragraphs = [match for match in _PARAGRAPH.finditer(text) if match[0].strip()]
    to_model = [paragraph.start() for paragraph in paragraphs[:-1] if _TO_MODEL.search(paragraph[0])]
    lines = list(_QUESTION_LINE.finditer(text))
    return sorted([*to_model, *(match.start() for match in [*paragraphs[-1:], *lines[-1:]])])


def _article(text: str) -> Iterator[tuple[int, int]]:
    """Yield long paragraphs without instructions to the model, where the last paragraph asks a question."""
    paragraphs = [match for match in _PARAGRAPH.finditer(text) if match[0].strip()]
    if len(paragraphs) < 2 or len(paragraphs[-1][0]) > _MAX_QUESTION or not _is_question(paragraphs[-1][0]):
        return
    long = [paragraph for paragraph in paragraphs[:-1] if _is_article(paragraph[0])]
    if sum(_size(paragraph[0]) for paragraph in long) >= _MIN_ARTICLE:
        yield from ((paragraph.start(), paragraph.end()) for paragraph in long)


def _is_question(paragraph: str) -> bool:
    return bool(_QUESTION_LABEL.match(paragraph)) or paragraph.rstrip().endswith(("?", "\uff1f", "\u061f"))


def _is_article(paragraph: str) -> bool:
    return _size(paragraph) >= _MIN_PARAGRAPH and not _LIST_ITEM.match(paragraph) and not _TO_MODEL.search(paragraph)


def _size(text: str) -> int:
    """Return the bytes in UTF-8, so that scripts with a word per character count for as much."""
    return len(text.encode("utf-8", "surrogatepass"))
