"""Find sentences among documents that are rules for the model ("Never promise a refund."), whatever label is above."""

from __future__ import annotations

import re

from scrimp.compress.instructions.sentence_kinds import has_content
from scrimp.compress.instructions.vocabulary import FOLDER, fold
from scrimp.word_lists import read_lists

# How a folded sentence begins that tells somebody what to do, by language; a sentence of a report hardly begins so.
_WORDS = {name: words.replace("\n", "") for name, words in read_lists(FOLDER / "rules.txt").items()}
_ANYWHERE, _IN_OTHER_SCRIPTS = (re.compile(_WORDS.pop(name)) for name in ("anywhere", "in_other_scripts"))
_BEFORE = r"[\W_]*+(?:\d{1,3}[.)]\s+)?(?:(?:please|and|but|also|so|note that|important|bitte)[,:]? )*"
_START = re.compile(f"{_BEFORE}(?:{'|'.join(_WORDS.values())})")
_SENTENCE = re.compile(
    r"(?m)[^\n]*?(?:(?<![\s(]\d)(?<![\s(]\d\d)(?<!\b(?:Mr|Ms|Dr|Fr|St))(?<!\b(?:Mrs|Mme|Sra|Dra))(?!(?<=\bNo)\. ?\d)"
    r"[.!?\u061f\u0964][\"')\]*]*(?=\s|$)|[\u3002\uff01\uff1f]|$)[^\S\n]*"
)
_AFTER_LABEL = re.compile(r"[^.!?:\uff1a\n]{1,30}[:\uff1a]\s*")
_SHORTEST_ORDER = 9  # characters; what is shorter may be an initial
_MANUAL = 0.3  # the share of sentences from which on documents are a manual, whose rules are its own


def rules_in(text: str) -> list[tuple[int, int]]:
    """Return the places of sentences that are rules; in a manual, of those that speak of nothing but answers."""
    sentences = [(match.start(), match.end()) for match in _SENTENCE.finditer(text) if match[0].strip()]
    found = [place for start, end in sentences if (place := _rule(text, start, end))]
    if len(found) <= _MANUAL * len(sentences) or len(sentences) < 5:
        return found
    return [(start, end) for start, end in found if not has_content(text[start:end])]


def begins_with_rule(text: str) -> bool:
    """Return whether the first sentence of a text is a rule, or speaks of nothing but the answer."""
    first = next((match[0] for match in _SENTENCE.finditer(text) if match[0].strip()), "")
    return (len(first.strip()) >= _SHORTEST_ORDER and not has_content(first)) or _START.match(fold(first)) is not None


def _rule(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the place of a rule in a sentence: without the label before it; None where it is not a rule."""
    label = _AFTER_LABEL.match(text, start, end)
    for at in (start, *([label.end()] if label and label.end() < end else [])):
        sentence = text[at:end]
        folded = fold(sentence)
        spellings = () if sentence.isascii() else (folded, sentence)
        if _START.match(folded) or _ANYWHERE.search(folded) or any(map(_IN_OTHER_SCRIPTS.search, spellings)):
            return at, end
    return None
