"""What is given to answer from: documents and passages, known by tags, by labels, or by being long and asked about."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from scrimp.compress.zones.claims import ZoneClaim, closing_tag

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
_ASKED = re.compile(
    r"^(?:#{1,6} |\*\*)?(?:questions?|query|q|tasks?|instructions?|answers?|a|prompt|user|request|options|choices|input"
    r"|output|frage|aufgabe|pregunta|domanda|pergunta|\u0432\u043e\u043f\u0440\u043e\u0441|\u95ee\u9898|\u554f\u984c|\u8cea\u554f)\b"
    r"[^\n:]{0,20}[:\uff1a]|^#{1,6} (?:questions?|tasks?|instructions?|output|answer)\b",
    re.IGNORECASE | re.MULTILINE,
)
_QUESTION = re.compile(
    r"(?:#{1,6} |\*\*)?(?:question|query|q|frage|pregunta|domanda|pergunta|\u0432\u043e\u043f\u0440\u043e\u0441"
    r"|\u95ee\u9898|\u554f\u984c|\u8cea\u554f)[^\n:]{0,20}[:\uff1a]",
    re.IGNORECASE,
)
_ASKING_LINE = re.compile(r"^[^\n]*[?\uff1f\u061f][ \t]*$", re.MULTILINE)
_LIST = re.compile(r"\s*+(?:\d++[.)]|[-*+\u2022]) |#{1,6} ")
_PARAGRAPH = re.compile(r"(?:[^\n]++\n?+)++\n*+|\n++")
_TOLD = re.compile(
    r"\b(?:you|your|please|bitte|sie m\u00fcssen|vous|veuillez|por favor|usted|debes|tu dois|answer|respond|output"
    r"|do not|don't)\b",
    re.IGNORECASE,
)
_LEAST_CONTEXT = 200
_LEAST_TAGGED = 40
_LEAST_ARTICLES = 1000
_LEAST_ARTICLE = 300
_LONGEST_QUESTION = 500


def contexts(text: str, claims: list[ZoneClaim]) -> Iterator[ZoneClaim]:
    """What is there to answer from: in tags, under labels, or long paragraphs before a question; without the claims."""
    regions = _tagged(text, claims)
    regions = sorted([*regions, *_labelled(text, [*regions, *_bounds(claims)])]) or list(_article(text))
    for start, end in regions:
        done = start
        for claim in claims[bisect_left(claims, start, key=lambda c: c.end) :]:
            if claim.start >= end:
                break
            if claim.start > done:
                yield ZoneClaim(done, claim.start, "context", "prose")
            done = max(done, claim.end)
        if done < end:
            yield ZoneClaim(done, end, "context", "prose")


def _bounds(claims: list[ZoneClaim]) -> list[tuple[int, int]]:
    return [(claim.start, claim.end) for claim in claims]


def _tagged(text: str, claims: list[ZoneClaim]) -> list[tuple[int, int]]:
    regions: list[tuple[int, int]] = []
    taken = _bounds(claims)
    done = 0
    unbalanced: set[str] = set()
    for match in _CONTEXT_TAG.finditer(text):
        name = match[1].lower()
        if match.start() < done or name in unbalanced or _inside(taken, match.start()):
            continue
        closing = closing_tag(text, match.end(), name, opened=True)
        if closing is None:
            unbalanced.add(name)
        elif closing.start() - match.end() >= _LEAST_TAGGED:
            regions.append((match.end(), closing.start()))
            done = closing.end()
        else:
            done = closing.end()
    return regions


def _inside(taken: list[tuple[int, int]], at: int) -> bool:
    found = bisect_left(taken, (at + 1,)) - 1
    return found >= 0 and at < taken[found][1]


def _labelled(text: str, taken: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """From a label to the next question; of several such, all but the last belong to examples, and those are kept."""
    taken = sorted(taken)
    asked = [match.start() for match in _ASKED.finditer(text) if not _inside(taken, match.start())]
    told: list[int] | None = None
    regions: list[tuple[int, int]] = []
    done = 0
    for label in _LABEL.finditer(text):
        if label.start() < done or _inside(taken, label.start()):
            continue
        end = _first(asked, label.end())
        if end is None:
            told = _told(text) if told is None else told
            end = _first(told, label.end())
        start, done = label.start(), len(text) if end is None else end
        if regions and regions[-1][1] == start:
            start = regions.pop()[0]  # the last passage of a text that asks nothing is no question
        if done - start >= _LEAST_CONTEXT:
            regions.append((start, done))
    return regions[-1:]


def _first(places: list[int], at: int) -> int | None:
    return next(iter(places[(first := bisect_left(places, at)) : first + 1]), None)


def _told(text: str) -> list[int]:
    """Return where passages may end that no label ends: paragraphs that tell, the last, a last line that asks."""
    paragraphs = [match for match in _PARAGRAPH.finditer(text) if match[0].strip()]
    found = [paragraph.start() for paragraph in paragraphs[:-1] if _TOLD.search(paragraph[0])]
    lines = list(_ASKING_LINE.finditer(text))
    return sorted([*found, *(match.start() for match in [*paragraphs[-1:], *lines[-1:]])])


def _article(text: str) -> Iterator[tuple[int, int]]:
    """Long paragraphs that tell the model nothing, where the last paragraph asks."""
    paragraphs = [match for match in _PARAGRAPH.finditer(text) if match[0].strip()]
    if len(paragraphs) < 2 or len(paragraphs[-1][0]) > _LONGEST_QUESTION or not _asks(paragraphs[-1][0]):
        return
    told = [paragraph for paragraph in paragraphs[:-1] if _is_article(paragraph[0])]
    if sum(_size(paragraph[0]) for paragraph in told) >= _LEAST_ARTICLES:
        yield from ((paragraph.start(), paragraph.end()) for paragraph in told)


def _asks(paragraph: str) -> bool:
    return bool(_QUESTION.match(paragraph)) or paragraph.rstrip().endswith(("?", "\uff1f", "\u061f"))


def _is_article(paragraph: str) -> bool:
    return _size(paragraph) >= _LEAST_ARTICLE and not _LIST.match(paragraph) and not _TOLD.search(paragraph)


def _size(text: str) -> int:
    """Bytes, so that scripts with a word in a letter count for as much."""
    return len(text.encode("utf-8", "surrogatepass"))
