"""Whether an order or a question is about the form of the data, or of another kind: a linear model of its words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeAlias

from scrimp.sentence_model import TOKEN, SentenceModel

# An order beside what asks for a value is mostly about the answer; others stand alone, ask, or are about a page.
Place: TypeAlias = Literal["beside", "alone", "asking", "page"]
MODEL = SentenceModel(Path(__file__).with_name("order_model.gz"), 1 << 17)  # made by .ci/make_order_model.py
_SIZES = range(2, 6)  # letters of a part of a word


def order_score(folded: str, place: Place) -> float:
    """Return how a folded order is meant: above zero about the form of the data (copy it, edit it), below not so."""
    buckets = list(buckets_of(folded, place))
    return MODEL.score(sum(map(MODEL.weights.__getitem__, buckets)), len(buckets))


def buckets_of(folded: str, place: Place) -> Iterator[int]:
    """Yield the number of each feature: parts of words, pairs of words, and how a sentence begins and ends.

    At this place they count once more: words, their first letters, and all that is not a part of a word.
    """
    words = ["0" if token.isdigit() else token for token in TOKEN.findall(folded)]
    yield from (bucket for word in words for bucket in _parts(word))
    pairs = [f"{first} {second}" for first, second in zip(["^", *words], [*words, "$"], strict=True)]
    ends = [f"^^{words[0][:at]}" for at in (3, 4, 5)] + [f"$${words[-1][-at:]}" for at in (3, 4)] if words else []
    yield from map(MODEL.bucket, (*pairs, *ends))
    placed = ("", *words, *(word[:4] for word in words), *pairs, *ends)
    yield from (MODEL.bucket(f"{place} {feature}") for feature in placed)


@lru_cache(maxsize=4096)
def _parts(word: str) -> tuple[int, ...]:
    whole = f"<{word}>"
    sizes = {*_SIZES, max(len(whole), *_SIZES)}
    return tuple(MODEL.bucket(whole[at : at + size]) for size in sizes for at in range(len(whole) - size + 1))
