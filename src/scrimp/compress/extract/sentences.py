"""Split a text of any language into units: sentences, line breaks, and the labels of sources."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrimp.compress.instructions.labels import METADATA

# The rank of a label tells its scope: a tag to its end tag, a passage label to the next passage, a heading (1 + its
# level) to the next of its rank, a name on its own line to the next such name, a name before words to the end of line.
TAG, PASSAGE, NAME_LINE, NAME_INLINE = 0, 1, 8, 9

# The look-behind keeps a long run of spaces from being scanned again from each of its spaces.
_BREAK = re.compile(r"((?<![^\S\n])[^\S\n]*+\n(?:[^\S\n]*+\n)*+)")
_MAY_BE_LABEL = re.compile(r"[<#=*:\uff1a\[【]|\A\s*[-_~+\u2022\d]")  # for speed: a sign that every label has
_TAG = re.compile(r"\s*</?[A-Za-z][\w:.-]*(?:\s[^<>\n]{0,300})?>\s*")
_INLINE = r"(?!(?:b|i|u|s|a|p|q|em|strong|span|code|li|td|th|tr|sub|sup|small|kbd|mark|font|div|h[1-6])\b)"
_OPENING_TAG = re.compile(rf"\s*<{_INLINE}[A-Za-z][\w:.-]*(?:\s[^<>\n]{{0,300}})?>[^\S\n]*")
_CLOSING_TAG = re.compile(rf"</{_INLINE}[A-Za-z][\w:.-]*>\s*\Z")
_TAGGED_METADATA = re.compile(
    r"\s*<(title|source|url|link|date|author|file|filename|path|id|name)>[^<>\n]{0,200}</\1>\s*", re.IGNORECASE
)
_HEADING = re.compile(r"\s{0,3}(#{1,6})\s|\s*={2,}[ \t]*[^\s=][^\n=]{0,120}={2,}\s*\Z|\s*\*\*[^*\n]{1,80}\*\*:?\s*\Z")
_NUMBERED_PASSAGE = re.compile(
    r"\s*(?:[^\W\d_]{1,20}[ \t]*(?:no\.|nr\.)?[ \t]*[\[(#]?\d{1,6}[\])]?(?:[ \t]*\([^()\n]{1,160}\))?[ \t]*[:\uff1a]"
    r"|[\[【]\d{1,4}[\]】]:?(?=\s|$))[ \t]*",
    re.IGNORECASE,
)
_METADATA = re.compile(rf"\s*(?:{'|'.join(METADATA)})[ \t]*[:\uff1a][^\n]{{0,200}}", re.IGNORECASE)
_NAME = re.compile(r"\s*((?:[^\W\d_][\w'\u2019.-]{0,20}[ \t]){0,2}[^\W_][\w'\u2019-]{0,20})[ \t]?:(?:[ \t]+|$)")

_NUMBER_LINE = re.compile(
    r"\s*(?:document|doc|passage|chunk|result|rank|score|page|index)[ \t]*:[ \t]*#?[\d.]{1,12}\s*", re.IGNORECASE
)
_RULER = re.compile(r"\s*([-=*_~#])\1{2,}\s*")
_MARKER = re.compile(r"\s*(?:\d{1,3}[.)]|[-*+\u2022])[^\S\n]+")
_TEXT_NAME = re.compile(r"\s*(?:text|content|body|snippet|abstract|summary|page_content)[ \t]?:(?:[ \t]+|$)")

_LINE_START = re.compile(r"\s*(?:[-*+•·\u2013—|#>]|\d{1,3}[.)]\s|[\[【]\d|</?[A-Za-z!]|```|~~~)")
_WRAPPED = range(40, 121)  # characters of a line that an editor may have wrapped within a sentence
_WRAPPED_LINES = 12  # more lines than this without a period are a list or records

_CHUNK = 4000  # characters; the splitter takes quadratic time (quotation marks, list items)
_SENTENCE_END = re.compile(r"[.!?…][\"'\u201d\u2019»)\]]?\s+|[。\uff01\uff1f।؟\u06d4።။។]\s*")
_SPACE = re.compile(r"\s+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ABBREVIATION = re.compile(r"(?:^|[\s(])(?:[^\W\d_]|\d{1,2})\.\s*\Z")  # "A. Pushkin", "am 3. Mai"
_THAI_OR_LAO = re.compile("[\u0e00-\u0eff]")
_MIN_CLAUSE = 60  # characters; Thai and Lao have no period, only spaces between clauses
_LANGUAGES = (
    ("ru", re.compile("[\u0400-\u052f]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("hy", re.compile("[\u0530-\u058f]")),
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
)


def split_sentences(text: str) -> list[str]:
    """Return the units, which joined are the text: sentences with the spaces after them, labels, and line breaks."""
    lines = _BREAK.split(text)
    units: list[str] = []
    for paragraph, gap in _paragraphs(lines[::2], lines[1::2]):
        units.extend(_split_paragraph(paragraph))
        if gap:
            units.append(gap)
    return units


def is_break(unit: str) -> bool:
    """Return whether a unit is only the end of a line or paragraph."""
    return "\n" in unit and unit.isspace()


def label_rank(unit: str) -> int | None:
    """Return the rank of a label, lower for a wider scope, or None where the unit is not a label."""
    if len(unit) > 400 or "\n" in unit or not _MAY_BE_LABEL.search(unit):
        return None
    if _TAG.fullmatch(unit):
        return TAG
    heading = _HEADING.match(unit)
    if heading:
        return PASSAGE + len(heading[1] or "#")
    if _NUMBERED_PASSAGE.fullmatch(unit) or _is_line_of_its_own(unit):
        return PASSAGE
    if unit and (_MARKER.fullmatch(unit) or _speaker_end(unit) == len(unit)):
        return NAME_INLINE if unit[-1].isspace() else NAME_LINE
    return None


def _is_line_of_its_own(line: str) -> bool:
    """Return whether a line tells something about the text below it, or divides it from what is above."""
    return any(form.fullmatch(line) for form in (_METADATA, _TAGGED_METADATA, _NUMBER_LINE, _RULER))


def _speaker_end(text: str) -> int:
    """Return the length of the name of a speaker or section at the start, each word capitalized; 0 without one."""
    if named := _TEXT_NAME.match(text):
        return named.end()
    match = _NAME.match(text)
    if match and all(word[0].isupper() or word[0].isdigit() for word in match[1].split()):
        return match.end()
    return 0


def _label_end(line: str) -> int:
    """Return the length of the label at the start of a line: all of it for headings, tags and metadata; 0 for none."""
    if not _MAY_BE_LABEL.search(line):
        return 0
    if _TAG.fullmatch(line) or _HEADING.match(line) or _is_line_of_its_own(line):
        return len(line)
    if opening := _OPENING_TAG.match(line):
        return opening.end()
    numbered = _NUMBERED_PASSAGE.match(line)
    return numbered.end() if numbered else _speaker_end(line)


def _paragraphs(lines: list[str], gaps: list[str]) -> Iterator[tuple[str, str]]:
    """Yield each paragraph with the break after it; lines that an editor wrapped are one paragraph."""
    start = 0
    for index, gap in enumerate([*gaps, ""]):
        if gap.count("\n") == 1 and _is_wrapped(lines[index], lines[index + 1]):
            continue
        joined = [part for pair in zip(lines[start:index], gaps[start:index], strict=True) for part in pair]
        yield "".join([*joined, lines[index]]), gap
        start = index + 1


def _is_wrapped(line: str, following: str) -> bool:
    if len(line) not in _WRAPPED or _LINE_START.match(following) or "\t" in line or line.endswith("|"):
        return False
    return _label_end(line) < len(line) and not _label_end(following)


def _split_paragraph(paragraph: str) -> Iterator[str]:
    label = _label_end(paragraph) if "\n" not in paragraph else _label_end(paragraph[: paragraph.index("\n")])
    if label:
        yield paragraph[:label]
    tag = paragraph.rfind("</", label)
    end = tag if tag >= 0 and _CLOSING_TAG.match(paragraph, tag) else len(paragraph)
    sentences = [part for chunk in _chunks(paragraph[label:end]) for part in _merged(_split(chunk))]
    if len(sentences) > 1 and not label and (marker := _MARKER.match(sentences[0])):
        yield marker[0]
        sentences[0] = sentences[0][marker.end() :]
    for sentence in sentences:
        yield from _split_breaks(sentence)
    if end < len(paragraph):
        yield paragraph[end:]


def _chunks(text: str) -> Iterator[str]:
    """Cut very long text after a period, else at a space, else not at all."""
    start = 0
    while len(text) - start > _CHUNK:
        minimum = start + _CHUNK // 2
        end = _SENTENCE_END.search(text, minimum, start + _CHUNK) or _SPACE.search(text, minimum)
        if not end:
            break
        yield text[start : end.end()]
        start = end.end()
    if start < len(text):
        yield text[start:]


def _split(text: str) -> list[str]:
    """Split with sentencex; a text that its pieces do not add up to stays one sentence."""
    from sentencex import segment  # only texts of several sentences need it

    if len(text) > 2 * _CHUNK:
        return [text]
    pieces: list[str] = segment(_language(text), _SURROGATE.sub("\ufffd", text))
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
        if space.end() - start > _MIN_CLAUSE and space.end() < len(text):
            yield text[start : space.end()]
            start = space.end()
    yield text[start:]


def _merged(pieces: list[str]) -> list[str]:
    """Undo a split after an initial or an ordinal, or before a lowercase letter."""
    sentences: list[str] = []
    for piece in pieces:
        if sentences and (piece[:1].islower() or _ABBREVIATION.search(sentences[-1][-6:])):
            sentences[-1] += piece
        else:
            sentences.append(piece)
    return sentences


def _split_breaks(sentence: str) -> Iterator[str]:
    """Yield the line breaks around a sentence separately, and each line of what is not a sentence."""
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
