"""The label a completion gives, of the allowed ones."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct

from scrimp.answers.reasoning import without_reasoning
from scrimp.regexes import pattern

_EDGES = " \t\r\n\v\f.,;:!?\"'`*_>()[]{}<>«»“”‘’„…。、！？"


def _fold(text: str) -> str:
    """Return the words alone: lower case, single spaces, no punctuation or Markdown around them."""
    text = text.strip(_EDGES).lstrip("# ").strip(_EDGES)  # a heading opens with #, "C#" ends with it
    if not text.isascii():
        from unicodedata import normalize  # only where a text is not ASCII

        text = normalize("NFKC", normalize("NFKC", text).casefold()).strip(_EDGES)
    return " ".join(text.casefold().split())


_NEGATION = r"(?:\b(?:not|never|neither|nor|no|without|isn't|isn’t|aren't|wasn't|cannot be)|n't)\s+(?:\w+\s+)?$"
_FIRST_UNSPACED = "\u2e80"  # from here on scripts write no spaces between words


class _LabelPatterns(Struct, frozen=True):
    """The patterns that find the labels of one list."""

    by_folded: dict[str, str]  # folded -> as the user wrote it
    inside: re.Pattern[str] | None  # labels of several letters, as whole words
    marked: re.Pattern[str]  # "answer: x", "the label is x"
    opening: re.Pattern[str] | None  # "(B) ...", "B) ..."


@lru_cache(maxsize=64)
def _label_patterns(choices: tuple[str, ...]) -> _LabelPatterns:
    by_folded: dict[str, str] = {}
    for choice in choices:
        by_folded.setdefault(_fold(choice) or choice, choice)
    by_length = sorted(by_folded, key=len, reverse=True)
    # A label may be written with spaces, hyphens or underscores between its words.
    spelled = {label: re.sub(r"(?:\\ |_|\\-)+", r"[\\s_-]+", re.escape(label)) for label in by_length}
    words = "|".join(
        _word_pattern(label, spelled[label]) for label in by_length if len(label) > 1 or label > _FIRST_UNSPACED
    )
    single = "|".join(spelled[label] for label in by_length if len(label) == 1 and label < _FIRST_UNSPACED)
    all_labels = "|".join(spelled[label] for label in by_length)
    return _LabelPatterns(
        by_folded,
        re.compile(words) if words else None,
        re.compile(
            r"(?:answer|label|category|class|classification|sentiment|verdict|choice|option|output)"
            rf"(?:\s+(?:is|would be))?\s*[:=]?\s*[\"'“(*]*(?P<label>{all_labels})(?![\w-])"
        ),
        re.compile(rf"\(?(?P<label>{single})[).:]") if single else None,
    )


def listed(choices: Iterable[str]) -> str:
    """Return the labels with commas between them, as models are told them: one that has a comma is in quotes."""
    return ", ".join(f'"{label}"' if "," in label else label for label in choices)


def _word_pattern(label: str, pattern: str) -> str:
    return pattern if label > _FIRST_UNSPACED else rf"(?<![\w-]){pattern}(?![\w-])"


def label_of(text: str, choices: tuple[str, ...]) -> str | None:
    """Return the one label a completion gives, as the user wrote it; None if it gives none or several.

    The first of these that applies: the whole text, what follows "answer:" and the like, the only label in it as a word
    and not negated ("not positive" is not a label).
    """
    text = without_reasoning(text)
    stripped = text.strip()
    if stripped in choices:
        return stripped
    labels = _label_patterns(choices)
    folded = _fold(text)
    if folded in labels.by_folded:
        return labels.by_folded[folded]
    folded = folded.replace("*", "").replace("`", "")
    marked = {_label_named(labels, match["label"]) for match in labels.marked.finditer(folded)}
    if len(marked) == 1:
        return marked.pop()
    opened = labels.opening.match(text.strip().casefold()) if labels.opening else None
    if opened is not None:
        return _label_named(labels, opened["label"])
    return _only_label_inside(labels, folded)


def _only_label_inside(labels: _LabelPatterns, folded: str) -> str | None:
    if labels.inside is None:
        return None
    given = set()
    for match in labels.inside.finditer(folded):
        before = folded[max(0, match.start() - 30) : match.start()]
        if pattern(_NEGATION).search(before):
            return None
        given.add(_label_named(labels, match[0]))
    return given.pop() if len(given) == 1 else None


def _label_named(labels: _LabelPatterns, spelled: str) -> str:
    if spelled in labels.by_folded:
        return labels.by_folded[spelled]
    bare = spelled.replace("_", " ").replace("-", " ").split()
    return next(
        name for label, name in labels.by_folded.items() if label.replace("_", " ").replace("-", " ").split() == bare
    )
