"""Tell what a label stands for: the question, documents, what is known of one, or a task such as rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from scrimp.compress.instructions.vocabulary import WORD, fold, labels

LabelKind: TypeAlias = Literal["question", "documents", "metadata", "task"]

_BEFORE_COLON = re.compile(r"[#>*_= \t-]*+([^:\uff1a\n#*_=<>]{1,70}?)(?:[*_]+)?[ \t]*[:\uff1a](?:[*_]+)?[ \t]*")
_ALONE = re.compile(
    r"[ \t]*(?:#{1,6}[ \t]+|\*\*|__|={2,}[ \t]*|-{2,}[ \t]*)([^:\n#*_=<>]{1,60}?)[ \t]*(?:#+|\*\*|__|=+|-+)?[ \t]*$"
)
_TAG = re.compile(r"[ \t]*<([A-Za-z][\w.-]*)(?:\s[^<>\n]*)?>[ \t]*")
_NUMBER = re.compile(r"[\s\[(#]*\d{1,6}[\])]*|\([^()]*\)")
_FORM = frozenset(
    ("format", "example", "examples", "sample", "beispiel", "exemple", "ejemplo", "exemplo", "esempio", "formato")
)
METADATA = (  # without accents, or with them as labels of sources are written
    "title", "source", "url", "link", "date", "author", "file", "filename", "path", "section", "chapter", "subject",
    "published", "id", "heading", "category", "score", "titel", "quelle", "titulo", "título", "fuente", "titre",
    "titolo", "fonte", "название", "источник", "عنوان", "शीर्षक", "标题", "標題", "来源", "タイトル", "제목",
    "datei", "fichier", "archivo",
)  # fmt: skip
# Names of tasks that other titles have, too ("Further notes", "A second look"): these alone are labels.
_ALONE_ONLY = frozenset((
    "a", "note", "notes", "steps", "important", "user", "human", "language", "length", "input", "style", "system", "ai",
    "request", "options", "role", "audience", "goal", "goals", "objective", "schema", "hint", "hints", "do", "remember",
))  # fmt: skip
_MOST_WORDS = 4


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
    for form in (_BEFORE_COLON, _ALONE):
        if (match := form.match(line)) and (kind := _kind(match[1])):
            return Label(kind, match.end(), any(map(str.isdigit, match[1])))
    return None


def name_kind(name: str) -> LabelKind | None:
    """Return what the name of a tag stands for."""
    return _kind(re.sub(r"[_.-]+", " ", name))


@lru_cache(maxsize=1024)
def _kind(name: str) -> LabelKind | None:
    phrase = " ".join(fold(_NUMBER.sub(" ", name)).split())
    if phrase in METADATA and not any(map(str.isdigit, name)):
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
