"""The languages whose words a prompt may hold, by its letters and its most frequent words."""

from __future__ import annotations

from scrimp.regexes import pattern

# Frequent in English and in no other language: where there are some, the others are not looked up.
_ENGLISH = frozenset((
    "the", "is", "of", "to", "what", "and", "how", "you", "this", "that", "are", "with", "for", "write", "which",
    "why", "who", "it", "does", "where", "when", "hi", "hello", "thanks",
))  # fmt: skip
# Letters of each script: of one that several languages share, those that only one of them has come first.
_SCRIPTS = (
    ("japanese", "[\u3040-\u30ff]"), ("chinese", "[\u4e00-\u9fff]"), ("korean", "[\uac00-\ud7af]"),
    ("russian", "[\u0400-\u04ff]"), ("arabic", "[\u0600-\u06ff]"), ("hindi", "[\u0900-\u097f]"),
    ("bengali", "[\u0980-\u09ff]"),
)  # fmt: skip
_SHARED = {"japanese": "chinese"}  # the language whose letters are not enough where the first is there
LATIN = "latin"  # all others of that script at once
# Languages that are looked up together, since their letters do not tell them apart.
TOGETHER = {
    LATIN: ("spanish", "french", "portuguese", "german", "italian", "indonesian"),
    "arabic": ("arabic", "urdu"),
}
UNSPACED = frozenset(("chinese", "japanese"))


def languages_of(text: str, words: frozenset[str]) -> list[str]:
    """Return the languages to look words up in; English is always among them, as its words are used in all."""
    found: list[str] = []
    if not text.isascii():
        for language, letters in _SCRIPTS:
            if language not in map(_SHARED.get, found) and pattern(letters).search(text):
                found.append(language)
    if found:
        return ["english", *found]
    return ["english"] if not _ENGLISH.isdisjoint(words) else ["english", LATIN]
