"""Split a text of any language into units: sentences, line breaks, and the labels of sources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate, pairwise

from scrimp.compress.instructions.labels import CLOSING_TAG, ITEM, header_lines, label_end, numbered_at

# The look-behind keeps a long run of spaces from being scanned again from each of its spaces.
_BREAK = re.compile(r"((?<![^\S\n])[^\S\n]*+\n(?:[^\S\n]*+\n)*+(?:[^\S\n]++\Z)?)")
_LINE_START = re.compile(r"\s*(?:\Z|[-*+•·\u2013—|#>]|\d{1,3}[.)]\s|[\[【]\d|</?[A-Za-z!]|```|~~~)")
# Characters of a line that an editor may have wrapped within a sentence: fewer where the next begins in lower case.
_SHORTEST, _WRAPPED, _WIDEST = 20, 40, 120
_WRAPPED_LINES = 12  # more lines than this without a period are a list or records

_CHUNK = 4000  # characters; the splitter takes quadratic time (quotation marks, list items)
_SENTENCE_END = re.compile(r"[.!?…][\"'\u201d\u2019»)\]]?\s+|[。\uff01\uff1f।؟\u06d4።။។]\s*")
_ONE_SENTENCE = re.compile(r"[\w ,;:()-]*+[.!?]?\s*", re.ASCII)
_SPACE = re.compile(r"\s+")
_NUMBER = re.compile(r"\d+")
_LONGEST_LABEL = 200  # characters
_SURROGATE = re.compile("[\ud800-\udfff]")
_ABBREVIATION = re.compile(r"(?:^|[\s(])(?:(?:[^\W\d_]|\d{1,2}|INC|LTD)\.\s*|!)\Z")  # "A. Li", "3. Mai", "![map]"
_THAI_OR_LAO = re.compile("[\u0e00-\u0eff]")
_MIN_CLAUSE = 60  # characters; Thai and Lao have no period, only spaces between clauses
_LETTERS = {
    "ru": "\u0400-\u052f", "el": "\u0370-\u03ff", "ar": "\u0600-\u06ff", "hi": "\u0900-\u097f",
    "hy": "\u0530-\u058f", "ja": "\u3040-\u30ff", "zh": "\u4e00-\u9fff",
}  # fmt: skip


def split_sentences(text: str, before: str = "") -> list[str]:
    """Return the units of a text, of which the first line began with `before`: sentences, labels and line breaks."""
    units: list[str] = []
    start = 0
    for gap in _BREAK.finditer(unwrapped(before + text)[len(before) :]):
        units += [*_split_paragraph(text[start : gap.start()]), gap[0]]
        start = gap.end()
    return [*units, *_split_paragraph(text[start:])]


def is_break(unit: str) -> bool:
    """Return whether a unit is only the end of a line or paragraph."""
    return "\n" in unit and unit.isspace()


def unwrapped(text: str) -> str:
    """Return a text of the same length, with a space in place of each line break within a paragraph."""
    lines = text.split("\n")
    headers = header_lines(lines)
    ends = [
        " " if at not in headers and _is_wrapped(*two) else "\n"
        for at, two in enumerate(pairwise(map(str.rstrip, lines)))
    ]
    return "".join(part for line in zip(lines, [*ends, ""], strict=True) for part in line)


def _is_wrapped(line: str, following: str) -> bool:
    goes_on = following.lstrip()[:1].islower()
    least = (1 if line.endswith(",") else _SHORTEST) if goes_on else _WRAPPED
    if not least <= len(line) <= _WIDEST or _LINE_START.match(following):
        return False
    if "\t" in line or line[-1] == "|" or label_end(line) == len(line) or label_end(following):
        return False
    deeper = (len(following) - len(following.lstrip())) - (len(line) - len(line.lstrip()))
    return deeper == 0 or (line[-1] not in ".!?" if deeper < 0 else goes_on or ITEM.match(line) is not None)


def _split_paragraph(paragraph: str) -> Iterator[str]:
    label = label_end(line := paragraph.partition("\n")[0])
    if not label and (item := ITEM.match(line)) and _SENTENCE_END.search(paragraph.rstrip(), item.end()):
        label = item.end()
    if label:
        yield paragraph[:label]
    tag = paragraph.rfind("</", label)
    end = tag if tag >= 0 and CLOSING_TAG.match(paragraph, tag) else len(paragraph)
    start = label
    for at, number in _labels_within(paragraph, label, end):
        yield from _sentences(paragraph[start:at])
        yield number
        start = at + len(number)
    yield from _sentences(paragraph[start:end])
    if end < len(paragraph):
        yield paragraph[end:]


def _labels_within(line: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    """Yield the places of labels behind sentences of a line that number on from its first: "[1] ... [2] ..."."""
    above = numbered_at(line[:start]) or numbered_at(line[start : start + _LONGEST_LABEL])
    number = int(_NUMBER.findall(above[0])[0]) + (above.string == line[:start]) if above else None
    ends = (found.end() for found in _SENTENCE_END.finditer(line, start, end)) if above else ()
    for at in (start, *ends):
        label = numbered_at(line[at : at + _LONGEST_LABEL])
        if label and int(_NUMBER.findall(label[0])[0]) == number:
            yield at, label[0]
            number += 1


def _sentences(text: str) -> Iterator[str]:
    for chunk in _chunks(text):
        for sentence in _merged(_split(chunk)):
            yield from _split_breaks(sentence)


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

    if len(text) > 2 * _CHUNK or _ONE_SENTENCE.fullmatch(text):
        return [text]
    pieces: list[str] = segment(_language(text), _SURROGATE.sub("\ufffd", text))
    ends = [0, *accumulate(map(len, pieces))]
    whole = [text[start:end] for start, end in pairwise(ends)]
    if ends[-1] != len(text) or whole[:1] == [""]:
        return [text]
    return [clause for piece in whole for clause in _clauses(piece)] if _THAI_OR_LAO.search(text) else whole


def _language(text: str) -> str:
    found = (language for language, letters in _LETTERS.items() if re.search(f"[{letters}]", text))
    return "en" if text.isascii() else next(found, "en")


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
    parts = [part for part in _BREAK.split(sentence) if part]
    first, last = (sum(map(is_break, part)) for part in (parts[:1], parts[1:][-1:]))
    middle = parts[first : (end := len(parts) - last)]
    lines = middle if sum(map(is_break, middle)) > _WRAPPED_LINES else ["".join(middle)]
    yield from filter(None, (*parts[:first], *lines, *parts[end:]))
