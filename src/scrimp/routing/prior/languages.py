"""The languages whose words a prompt may hold, by its letters and its most frequent words."""

from __future__ import annotations

from collections.abc import Sequence

from scrimp.regexes import pattern

# Frequent in English and in no other language: where there are some, the others are not looked up.
_ENGLISH = frozenset((
    "the", "is", "of", "to", "what", "and", "how", "you", "this", "that", "are", "with", "for", "write", "which",
    "why", "who", "it", "does", "where", "when", "hi", "hello", "thanks",
))  # fmt: skip
_LATIN = ("spanish", "french", "portuguese", "german", "italian", "indonesian")
# Letters of each script: of one that several languages share, those that only one of them has come first.
_SCRIPTS = (
    ("japanese", "[\u3040-\u30ff]"), ("chinese", "[\u4e00-\u9fff]"), ("korean", "[\uac00-\ud7af]"),
    ("russian", "[\u0400-\u04ff]"), ("urdu", "[\u0679\u067e\u0688\u0691\u06a9\u06ba\u06be\u06c1\u06cc\u06d2]"),
    ("arabic", "[\u0600-\u06ff]"), ("hindi", "[\u0900-\u097f]"), ("bengali", "[\u0980-\u09ff]"),
)  # fmt: skip
_SHARED = {
    "japanese": "chinese",
    "urdu": "arabic",
}  # the language whose letters are not enough where the first is there
UNSPACED = frozenset(("chinese", "japanese"))


def languages_of(tokens: Sequence[str]) -> list[str]:
    """Return the languages to look words up in; English is always among them, as its words are used in all."""
    text = " ".join(tokens)
    found: list[str] = []
    if not text.isascii():
        for language, letters in _SCRIPTS:
            if language not in map(_SHARED.get, found) and pattern(letters).search(text):
                found.append(language)
    if found:
        return ["english", *found]
    return ["english"] if not _ENGLISH.isdisjoint(tokens) else ["english", *_LATIN]
