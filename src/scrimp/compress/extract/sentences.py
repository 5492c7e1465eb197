"""The sentences of a text in any language; line breaks and the labels of sources are units of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import cast

# How far a label reaches: a tag to its end, a passage's to the next passage's, a heading (1 + its level) to the next
# of its rank, a name alone on its line to the next such name, a name before words to the end of its line.
TAG, PASSAGE, LONE, INLINE = 0, 1, 8, 9

# The look-behind keeps a long run of spaces from being scanned once for each of its spaces.
_BREAK = re.compile(r"((?<![^\S\n])[^\S\n]*+\n(?:[^\S\n]*+\n)*+)")
_TAG = re.compile(r"\s*</?[A-Za-z][\w:.-]*(?:\s[^<>\n]{0,300})?>\s*")
_HEADING = re.compile(r"\s{0,3}(#{1,6})\s")
_NUMBERED = re.compile(
    r"\s*(?:[^\W\d_]{1,20}[ \t]*(?:no\.|nr\.)?[ \t]*[\[(#]?\d{1,6}[\])]?(?:[ \t]*\([^()\n]{1,160}\))?[ \t]*[:\uff1a]"
    r"|[\[【]\d{1,4}[\]】]:?(?=\s|$))[ \t]*",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"\s*(?:title|source|url|link|date|author|file|filename|path|section|chapter|subject|published|id|heading"
    r"|titel|quelle|título|fuente|titre|titolo|fonte|название|источник|عنوان|शीर्षक|标题|標題|来源|タイトル|제목)"
    r"[ \t]*[:\uff1a][^\n]{0,200}",
    re.IGNORECASE,
)
_NAME = re.compile(r"\s*((?:[^\W\d_][\w'\u2019.-]{0,20}[ \t]){0,2}[^\W_][\w'\u2019-]{0,20})[ \t]?:(?:[ \t]+|$)")

_STARTS_A_LINE = re.compile(r"\s*(?:[-*+•·\u2013—|#>]|\d{1,3}[.)]\s|[\[【]\d|</?[A-Za-z!]|```|~~~)")
_WRAPPED = range(40, 121)  # the length of a line that an editor may have broken before the sentence ended
_WRAPPED_LINES = 12  # more lines than this without a full stop are a list or records, whatever their length

_CHUNK = 4000  # the splitter is quadratic in what it is given at once (quotation marks, list items)
_ENDS = re.compile(r"[.!?…][\"'\u201d\u2019»)\]]?\s+|[。\uff01\uff1f।؟\u06d4።။។]\s*")
_SPACE = re.compile(r"\s+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_GOES_ON = re.compile(r"(?:^|[\s(])(?:[^\W\d_]|\d{1,2})\.\s*\Z")  # "A. Pushkin", "am 3. Mai"
_THAI_OR_LAO = re.compile("[\u0e00-\u0eff]")
_CLAUSE = 60  # Thai and Lao have no full stop, only spaces between clauses
_LANGUAGES = (
    ("ru", re.compile("[\u0400-\u052f]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("hy", re.compile("[\u0530-\u058f]")),
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
)


def sentences(text: str) -> list[str]:
    """Return units that joined are the text: sentences with the spaces after them, labels, and line breaks."""
    lines = _BREAK.split(text)
    units: list[str] = []
    for paragraph, gap in _paragraphs(lines[::2], lines[1::2]):
        units.extend(_units(paragraph))
        if gap:
            units.append(gap)
    return units


def is_break(unit: str) -> bool:
    """Say whether a unit is nothing but the end of a line or paragraph."""
    return "\n" in unit and unit.isspace()


def label_rank(unit: str) -> int | None:
    """Return how far a label reaches, the least the farthest, or None where the unit is no label."""
    if len(unit) > 400 or "\n" in unit:
        return None
    if _TAG.fullmatch(unit):
        return TAG
    heading = _HEADING.match(unit)
    if heading:
        return PASSAGE + len(heading[1])
    if _NUMBERED.fullmatch(unit) or _ABOUT.fullmatch(unit):
        return PASSAGE
    if unit and _named(unit) == len(unit):
        return INLINE if unit[-1].isspace() else LONE
    return None


def _named(text: str) -> int:
    """Return where the text behind a speaker's or a section's name begins, 0 without one; every word is capitalised."""
    match = _NAME.match(text)
    if match and all(word[0].isupper() or word[0].isdigit() for word in match[1].split()):
        return match.end()
    return 0


def _label_end(line: str) -> int:
    """Return the length of the label a line begins with: all of it for headings, tags, titles and addresses."""
    if _TAG.fullmatch(line) or _HEADING.match(line) or _ABOUT.fullmatch(line):
        return len(line)
    numbered = _NUMBERED.match(line)
    return numbered.end() if numbered else _named(line)


def _paragraphs(lines: list[str], gaps: list[str]) -> Iterator[tuple[str, str]]:
    """Yield what belongs together with the break after it: lines that only an editor broke are one paragraph."""
    start = 0
    for index, gap in enumerate([*gaps, ""]):
        if gap.count("\n") == 1 and _wrapped(lines[index], lines[index + 1]):
            continue
        joined = [part for pair in zip(lines[start:index], gaps[start:index], strict=True) for part in pair]
        yield "".join([*joined, lines[index]]), gap
        start = index + 1


def _wrapped(line: str, following: str) -> bool:
    if len(line) not in _WRAPPED or _STARTS_A_LINE.match(following) or "\t" in line or line.endswith("|"):
        return False
    return _label_end(line) < len(line) and not _label_end(following)


def _units(paragraph: str) -> Iterator[str]:
    label = _label_end(paragraph) if "\n" not in paragraph else _label_end(paragraph[: paragraph.index("\n")])
    if label:
        yield paragraph[:label]
    for chunk in _chunks(paragraph[label:]):
        for sentence in _merged(_split(chunk)):
            yield from _lines(sentence)


def _chunks(text: str) -> Iterator[str]:
    """Cut what is very long at a full stop, else at a space, else not at all."""
    start = 0
    while len(text) - start > _CHUNK:
        least = start + _CHUNK // 2
        end = _ENDS.search(text, least, start + _CHUNK) or _SPACE.search(text, least)
        if not end:
            break
        yield text[start : end.end()]
        start = end.end()
    if start < len(text):
        yield text[start:]


def _split(text: str) -> list[str]:
    """Split with sentencex; what it cannot give back whole stays one sentence."""
    # Imported here, where it is needed; it brings no types.
    segment = cast("Callable[[str, str], list[str]]", import_module("sentencex").segment)
    if len(text) > 2 * _CHUNK:
        return [text]
    pieces = segment(_language(text), _SURROGATE.sub("\ufffd", text))
    whole, at = [], 0
    for piece in pieces:
        whole.append(text[at : at + len(piece)])
        at += len(piece)
    if at != len(text) or whole[:1] == [""]:
        return [text]
    return [clause for piece in whole for clause in _clauses(piece)] if _THAI_OR_LAO.search(text) else whole


def _language(text: str) -> str:
    if not text.isascii():
        for language, letters in _LANGUAGES:
            if letters.search(text):
                return language
    return "en"


def _clauses(text: str) -> Iterator[str]:
    start = 0
    for space in _SPACE.finditer(text):
        if space.end() - start > _CLAUSE and space.end() < len(text):
            yield text[start : space.end()]
            start = space.end()
    yield text[start:]


def _merged(pieces: list[str]) -> list[str]:
    """Take back a split behind an initial or an ordinal, or before a small letter."""
    sentences: list[str] = []
    for piece in pieces:
        if sentences and (piece[:1].islower() or _GOES_ON.search(sentences[-1][-6:])):
            sentences[-1] += piece
        else:
            sentences.append(piece)
    return sentences


def _lines(sentence: str) -> Iterator[str]:
    """Set the breaks around a sentence apart, and every line of what is no sentence."""
    body = sentence.strip()
    start = sentence.index(body) if body else len(sentence)
    before, after = sentence[:start], sentence[start + len(body) :]
    if "\n" in before:
        yield before
    else:
        body = before + body
    if "\n" not in after:
        body, after = body + after, ""
    if body.count("\n") > _WRAPPED_LINES:
        yield from (part for part in _BREAK.split(body) if part)
    elif body:
        yield body
    if after:
        yield after
