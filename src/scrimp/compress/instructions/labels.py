"""Find labels at the start of lines, and tell what they stand for: the question, documents, a task such as rules."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple, TypeAlias

from scrimp.compress.instructions.vocabulary import WORD, fold, labels, shared_list

LabelKind: TypeAlias = Literal["question", "documents", "metadata", "task"]

_BEFORE_COLON = re.compile(r"[#>*_= \t-]*+([^:\uff1a\n#*_=<>]{1,70}?)(?:[*_]+)?[ \t]*[:\uff1a](?:[*_]+)?[ \t]*")
_ALONE = re.compile(
    r"[ \t]*+(?:#{1,6}[ \t]+|\*\*|__|={2,}[ \t]*|-{2,}[ \t]*)([^:\n#*_=<>]{1,60}?)[ \t]*(?:#+|\*\*|__|=+|-+)?[ \t]*$"
)
_TAG = re.compile(r"[ \t]*+<([A-Za-z][\w.-]*)(?:\s[^<>\n]*)?>[ \t]*")
# The rank of a label tells its scope: a tag to its end tag, a passage label to the next passage, a heading (1 + its
# level) to the next of its rank, a name on its own line to the next such name, a name before words to the end of line.
TAG, PASSAGE, NAME_LINE, NAME_INLINE = 0, 1, 8, 9
_MAY_BE_LABEL = re.compile(
    r"[<#=*:\uff1a\[\u300c\u3010]|\A\s*(?:[-_~+\u2022\u00a7\d(]|\w{1,5}[.)])|\d[ \t]*(?:\(|\Z)"
)  # for speed
_WHOLE_TAG = re.compile(r"\s*+</?[A-Za-z][\w:.-]*(?:\s[^<>\n]{0,300})?>\s*")
_INLINE = r"(?!(?:b|i|u|s|a|p|q|em|strong|span|code|li|td|th|tr|sub|sup|small|kbd|mark|font|div|h[1-6])\b)"
TAG_LINE = rf"[^\S\n]*+</?{_INLINE}[A-Za-z][\w:.-]*+(?:\s[^<>\n]{{0,300}})?>[^\S\n]*+(?:\n|\Z)"
_OPENING_TAG = re.compile(rf"\s*+<{_INLINE}[A-Za-z][\w:.-]*(?:\s[^<>\n]{{0,300}})?>[^\S\n]*")
CLOSING_TAG = re.compile(rf"</{_INLINE}[A-Za-z][\w:.-]*>\s*\Z")
_NAME = re.compile(
    r"[\s│├└─@]*+((?:[^\W\d_][\w'\u2019.-]{0,20}[ \t]){0,2}[^\W_][\w'\u2019-]{0,20})"
    r"(?:[ \t]?[(\[][^()\[\]\n]{1,20}[)\]])?[ \t]?:(?:[ \t]+|$)"  # with a time: "Ann (14:02):"
)
_TEXT_NAME = re.compile(r"[\s│├└─]*+(?:text|content|body|snippet|abstract|summary|page_content)[ \t]?:(?:[ \t]+|$)")
# Lines that label without a word that is known. The signs of a heading tell its level.
RULER = re.compile(r"\s*+(?:([-=*_~#+])\1{2,}|\"\"\"|''')\s*\Z")
HEADING = re.compile(
    r"\s*+(?:(#{1,6})[ \t]|={2,}+[ \t]*[^\s=][^\n=]{0,120}={2,}+\s*\Z|(?:\d{1,3}[.)][ \t]+)?\*\*[^*\n]{1,80}\*\*:?\s*\Z"
    r"|[\[\u3010](?=[^\]\n]*[:\d])[^\[\]\u3010\u3011\n]{1,120}[\]\u3011]\s*\Z"
    r"|-{3,}+[ \t]*[^\s-](?:[^\n-]|-(?!--)){0,120}-{3,}+\s*\Z|<{2,3}[^<>\n]{1,60}>{2,3}\s*\Z)"
)
ITEM = re.compile(
    r"[ \t]*+(?:\d{1,3}[.)]|[-*+\u2022]|\(?(?:[A-Za-z]|[ivx]{1,5})\)|[ivx]{1,5}\.|\#\d{1,3}:?|\u00a7[ \t]?\d{1,4})"
    r"[^\S\n]+"
)
# "**Title**:" before words, and "- **Title**" at the start of an item.
_EMPHASIZED = re.compile(
    rf"(?:{ITEM.pattern}|[ \t]*+)(\*\*|__|[*_])(?=[^\s*_])[^*_\n]{{1,80}}(?:\1[ \t]?:|:\1)[ \t]+"
    rf"|{ITEM.pattern}(\*\*|__)(?=[^\s*_])[^*_\n]{{1,80}}\2[ \t]+"
)
_WORD, _NO = r"[^\W\d_]{1,20}(?:[ \t][^\W\d_]{1,20})?", r"[ \t]*+(?:(?:no\.|nr\.|n[\u00b0\u00ba]|[#_^-])[ \t]*+)?+"
MAY_BE_NUMBERED = rf"(?i:{_WORD}{_NO}[\d\[(\u3010\u300c])"  # where a line begins with a letter
NUMBERED = re.compile(
    rf"[#>* \t]*+(?:(?P<boxed>[\[(\u3010\u300c](?:[ \t]*+(?P<inner>{_WORD}))?{_NO}\d{{1,6}}"
    r"(?:[:\d]*\u2020[^\n\u3011]{0,80})?[ \t]*[\])\u3011\u300d])"
    rf"|(?P<word>{_WORD}){_NO}(?:(?P<after>[\[(\u3010][ \t]*\d{{1,6}}[ \t]*[\])\u3011])|\d{{1,6}}(?![\w.,])))"
    r"(?:[ \t]+(?:of|von|de|/)[ \t]*\d{1,6})?(?:[ \t]*\([^()\n]{1,160}\))?[ \t]*(?:[*]+)?(?P<colon>[:\uff1a]?)[ \t]*+",
    re.IGNORECASE,
)
# The name of a file on a line of its own: "File: hosts.json", "--- hosts.json ---".
FILE_LINE = re.compile(
    r"(?mi)^[ \t#*_=`-]*+(?:(?:file|path|source)[ \t]*:[ \t]*)?`?((?:[\w.@~-]*/)*[\w.@-]{1,80})"
    r"\.(?:jsonl?|ndjson|geojson|sarif|har|ipynb|lock|log|txt|csv|tsv|ya?ml|xml|html?|md)[ \t:*_=`-]*$"
)
_NUMBER = re.compile(r"[\s\[(#]*\d{1,6}[\])]*|\([^()]*\)")
_FORM, _METADATA = shared_list("form"), shared_list("metadata")  # the latter also with accents, as sources have them
_ALONE_ONLY = shared_list("alone_only")  # names of tasks that titles have, too ("Further notes"): labels alone
_NAMES = "|".join(sorted(_METADATA))
_OWN_LINE = re.compile(
    rf"[\s│├└─]*+(?:(?:{_NAMES})[ \t]*[:\uff1a][^\n]{{0,200}}|<({_NAMES}|name)>[^<>\n]{{0,200}}</\1>\s*"
    r"|(?:document|doc|passage|chunk|result|rank|score|page|index)[ \t]*:[ \t]*#?[\d.]{1,12}\s*)",
    re.IGNORECASE,
)
# What may stand below what it is about: metadata, in brackets too, and who said it.
_BELOW = re.compile(
    rf"[(\[]?(?:{_OWN_LINE.pattern})[)\]]?|(?:--|[\u2013\u2014])[ \t]*[^\s-][^\n]{{0,100}}", re.IGNORECASE
)
_MOST_WORDS = 4
# A line that heads the text below it, "Updated: March 3", and a line of text.
_HEADER = re.compile(r"[>#*_ \t]*+([^\W\d_][^:\uff1a\n.!?]{0,40}?)[*_ \t]*[:\uff1a][*_]*[ \t]+\S[^\n]{0,160}")
SENTENCE_END = re.compile(r"[.!?\u2026:;,\u3002\uff01\uff1f\u0964\u061f][\"'\u201d\u2019\u00bb)\]]*\s*$")
_LONGEST_HEADER = 160  # characters


class Label(NamedTuple):
    """A label at the start of a line: what it stands for, where the text after it starts, whether it has a number."""

    kind: LabelKind
    end: int
    numbered: bool


def label_at(line: str) -> Label | None:
    """Return the label at the start of a line: before a colon, a heading, a tag; None where there is none known."""
    if tag := _TAG.match(line):
        kind = name_kind(tag[1])
        return Label(kind, tag.end(), any(map(str.isdigit, tag[0]))) if kind else None
    for form in (_BEFORE_COLON, _ALONE) if ":" in line or "\uff1a" in line else (_ALONE,):
        if (match := form.match(line)) and (kind := _kind(match[1])):
            return Label(kind, match.end(), any(map(str.isdigit, match[1])))
    return None


def name_kind(name: str) -> LabelKind | None:
    """Return what the name of a tag stands for."""
    return _kind(re.sub(r"[_.-]+", " ", name))


@lru_cache(maxsize=1024)
def _kind(name: str) -> LabelKind | None:
    phrase = " ".join(fold(_NUMBER.sub(" ", name)).split())
    if phrase in _METADATA and not any(map(str.isdigit, name)):
        return "metadata"
    words = WORD.findall(phrase) or [phrase]
    return next((kind for kind, applies in _signs(phrase, words) if applies), None)


def _signs(phrase: str, words: list[str]) -> Iterator[tuple[LabelKind, bool]]:
    """Yield what speaks for each kind, the strongest first: forms, whole names, first words, last words."""
    question, documents, task = labels("question"), labels("documents"), labels("task")
    short = len(words) <= _MOST_WORDS
    yield "task", not _FORM.isdisjoint(words)
    yield "question", phrase in question or words[-1] in question
    yield "task", phrase in task
    yield "documents", phrase in documents or (short and words[0] in documents)
    yield "question", short and not question.isdisjoint(words)
    yield "task", short and not task.isdisjoint({words[0], words[-1]} - _ALONE_ONLY)
    yield "documents", short and words[-1] in documents


def label_rank(unit: str) -> int | None:
    """Return the rank of a label, lower for a wider scope, or None where the unit is not a label."""
    if len(unit) > 400 or "\n" in unit or not _MAY_BE_LABEL.search(unit):
        return None
    if _WHOLE_TAG.fullmatch(unit):
        return TAG
    if heading := HEADING.match(unit):
        return PASSAGE + len(heading[1] or "#")
    numbered = numbered_at(unit)
    if (numbered and numbered.end() == len(unit)) or RULER.match(unit) or _OWN_LINE.fullmatch(unit):
        return PASSAGE
    if unit and (ITEM.fullmatch(unit) or _speaker_end(unit) == len(unit)):
        return NAME_INLINE if unit[-1].isspace() else NAME_LINE
    return None


def is_label_below(unit: str) -> bool:
    """Return whether a line may label what is above it: "Source: 28-pl", "-- Ann Day, page 4"."""
    return _BELOW.fullmatch(unit) is not None


def header_lines(lines: Sequence[str]) -> set[int]:
    """Return which lines are headers: with a name that heads several texts, before a colon and a few words."""
    places, texts, above = defaultdict[str, list[int]](list), [0], True
    for at, line in enumerate(lines):
        header = _HEADER.fullmatch(line) if above else None
        is_text = len(line) > _LONGEST_HEADER or SENTENCE_END.search(line) is not None
        if header:
            places[re.sub(r"\d+", "#", header[1]).lower()].append(at)
        texts.append(texts[-1] + is_text)
        above = not line.strip() or (header is not None and not is_text) or label_end(line) == len(line)
    return {
        at
        for found in places.values()
        if len(found) > 1
        and all(texts[one] == texts[one + 1] < texts[two] for one, two in pairwise([*found, len(lines)]))
        for at in found
    }


def label_end(line: str) -> int:
    """Return the length of the label at the start of a line: all of it for headings, tags and metadata; 0 for none."""
    if not _MAY_BE_LABEL.search(line):
        return 0
    if _WHOLE_TAG.fullmatch(line) or HEADING.match(line) or RULER.match(line) or _OWN_LINE.fullmatch(line):
        return len(line)
    if opening := _OPENING_TAG.match(line):
        return opening.end()
    return numbered.end() if (numbered := numbered_at(line)) else _speaker_end(line)


def numbered_at(line: str) -> re.Match[str] | None:
    """Return the number that begins a passage: before a colon, alone on its line, or in brackets ("[1]", "[Doc 1]")."""
    found = NUMBERED.match(line)
    if not found or found["colon"] or not line[found.end() :].strip():
        return found
    known = not (word := found["word"] or found["inner"]) or fold(word) in labels("documents")
    return found if known and (found["boxed"] or found["after"]) else None


def _speaker_end(text: str) -> int:
    """Return the length of the name of a speaker or section at the start, capitalized or emphasized; 0 without one."""
    if named := _TEXT_NAME.match(text) or _EMPHASIZED.match(text):
        return named.end()
    match = _NAME.match(text)
    return match.end() if match and all(word[0].isupper() or word[0].isdigit() for word in match[1].split()) else 0
