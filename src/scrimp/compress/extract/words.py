"""The words of a text in any script, as they are matched."""

from __future__ import annotations

import re
from collections.abc import Iterable
from unicodedata import normalize

_CJK = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_THAI = "\u0e01-\u0e4e\u0e81-\u0ece"
# Word characters that \w lacks: combining marks of Latin, Hebrew, Arabic, the scripts of India (less the danda),
# Tibetan, Burmese and Khmer, and the joiners.
_MARKS = (
    "\u0300-\u036f\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0900-\u0963\u0966-\u0dff"
    "\u0f71-\u0f84\u102b-\u103e\u17b4-\u17d3\u200c\u200d"
)
_ASCII_WORD = re.compile(r"\d+(?:[.,]\d+)+|\w+")
_WORD = re.compile(rf"[{_CJK}]+|[{_THAI}]+|\d+(?:[.,]\d+)+|(?:(?![{_CJK}{_THAI}])[\w{_MARKS}])+")
_UNSPACED = re.compile(rf"[{_CJK}{_THAI}]")
_MANY_MARKS = re.compile(r"([^\w\s]{100})")  # normalizing takes quadratic time in the marks on one letter
_IS_THAI = re.compile(rf"[{_THAI}]")


def tokenize(text: str) -> list[str]:
    """Return the tokens to match: words and numbers; unigrams and bigrams in CJK; trigrams in Thai and Lao."""
    if text.isascii():
        return _ASCII_WORD.findall(text.lower())
    plain = "".join(normalize("NFKC", piece) for piece in _MANY_MARKS.split(text))
    found = _WORD.findall(plain.casefold())
    return [part for word in found for part in (_ngrams(word) if _UNSPACED.match(word) else (word,))]


def _ngrams(run: str) -> Iterable[str]:
    if _IS_THAI.match(run):
        return (run[at : at + 3] for at in range(max(len(run) - 2, 1)))
    return [*run, *(run[at : at + 2] for at in range(len(run) - 1))]
