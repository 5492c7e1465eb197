"""The sentences that tell whom another one means by "he", by "the guard" or by a part of a name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from scrimp.compress.extract.subjects import NAME
from scrimp.word_lists import read_lists

_LISTS = read_lists(Path(__file__).with_name("antecedents.txt")).values()
_FULL_NAME, _PRONOUN, _ROLE, _BEFORE_ROLE, _AFTER_ROLE, _NAMED = (words.replace("\n", "") for words in _LISTS)
_BACK, _ROLES, _LONGEST = 3, 8, 2_000  # sentences before a pronoun, roles, characters that are looked at for names


def naming(best: int, question: str, sentences: dict[int, str]) -> Iterator[int]:
    """Yield the places of sentences that name whom the best one means.

    Where a full name is asked for, they are also the first that have more of a name than one word that stands alone.
    """
    texts = {at: text[:_LONGEST] for at, text in sentences.items()}
    before = [at for at in reversed(texts) if at < best]
    found = [best]
    if re.search(_PRONOUN, texts[best]):
        names = next((back for back, at in enumerate(before[:_BACK], 1) if re.search(_NAMED, texts[at])), _BACK)
        found += before[:names]
    for role in list(dict.fromkeys(re.findall(_ROLE, texts[best].lower())))[:_ROLES]:
        named = re.compile(rf"\b(?i:{role}){_AFTER_ROLE}|(?:{_NAMED}){_BEFORE_ROLE}(?i:{role})\b")
        found += next(([at] for at in before if role in texts[at].lower() and named.search(texts[at])), [])
    yield from found
    if re.search(_FULL_NAME, question):
        parts = {name for at in found for name in NAME.findall(texts[at]) if " " not in name and len(name) > 1}
        for at, text in texts.items():
            if longer := parts & {word for name in NAME.findall(text) if " " in name for word in name.split()}:
                yield at
                parts -= longer
