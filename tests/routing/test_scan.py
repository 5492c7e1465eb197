"""Where words that tell a demand occur is found as if each spelling of each entry were tried at each place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from scrimp.routing.prior import scan as scanning
from scrimp.routing.prior.languages import TOGETHER, UNSPACED, languages_of
from scrimp.routing.prior.scan import scan

WORDS = Path(scanning.__file__).with_name("words")


def words_of(text: str) -> list[str]:
    return text.split(" ")


def spellings(part: str) -> list[list[str]]:
    pieces = [piece.split("|") if at % 2 else [piece] for at, piece in enumerate(re.split(r"\{([^}]*)\}", part))]
    return ["".join(chosen).split() for chosen in product(*pieces)]


@cache
def entries(language: str) -> list[tuple[str, list[tuple[bool, list[list[str]]]]]]:
    """Return the demand of each entry with its parts: whether one is an order, and its spellings."""
    found = []
    for name in TOGETHER.get(language, (language,)):
        for section in (WORDS / f"{name}.txt").read_text("utf-8").replace("\n", " ").split("[")[1:]:
            demand, _, words = section.partition("]")
            for entry in filter(None, map(str.strip, words.split(","))):
                parts = [(part[0] == "^", spellings(part.removeprefix("^"))) for part in entry.split(" + ")]
                found.append((demand, parts))
    return found


def fits(word: str, wanted: str) -> bool:
    return word == wanted or (wanted[-1] == "*" and word.startswith(wanted[:-1]))


def occurs(spelling: list[str], tokens: list[str], at: int) -> bool:
    """Return whether a spelling begins at a place; after a gap the first word that fits is the one."""
    if not spelling:
        return True
    if spelling[0] == "...":
        near = [place for place in range(at, min(at + 5, len(tokens))) if fits(tokens[place], spelling[1])]
        return bool(near) and occurs(spelling[2:], tokens, near[0] + 1)
    return at < len(tokens) and fits(tokens[at], spelling[0]) and occurs(spelling[1:], tokens, at + 1)


def begins(tokens: list[str], at: int) -> bool:
    before = [token for token in tokens[:at] if token not in scanning._FILLERS]
    return not before or not scanning.is_word(before[-1])


def first_place(tokens: list[str], spelled: list[list[str]], *, order: bool) -> int | None:
    """Return where a part occurs first, an order only where a sentence begins; None where it does not."""
    present = frozenset(tokens)
    tried = [
        each
        for each in spelled
        if each[0] in present or (each[0][-1] == "*" and any(fits(token, each[0]) for token in present))
    ]
    for at in range(len(tokens) if tried else 0):
        if (not order or begins(tokens, at)) and any(occurs(each, tokens, at) for each in tried):
            return at
    return None


def places(language: str, tokens: list[str]) -> Iterator[tuple[str, int]]:
    """Yield the demand of each entry of which all parts occur, and the first place of any of them."""
    for demand, parts in entries(language):
        firsts: list[int] = []
        for order, spelled in parts if demand != "greeting" else ():
            if (at := first_place(tokens, spelled, order=order)) is None:
                break
            firsts.append(at)
        if len(firsts) == len(parts):
            yield demand, min(firsts)


def plain_starts(tokens: list[str]) -> dict[str, int]:
    starts: dict[str, int] = {}
    for language in languages_of(" ".join(tokens), frozenset(tokens)):
        assert language not in UNSPACED
        for demand, at in places(language, tokens):
            starts[demand] = min(at, starts.get(demand, at))
    return starts


def said() -> st.SearchStrategy[list[str]]:
    """Return tokens in which parts of entries stand between other words."""
    parts = [spelled for _, each in entries("english") + entries("latin") for _, spelled in each]
    spelled = st.sampled_from(parts).flatmap(st.sampled_from)
    ended = st.builds(
        lambda words, end: [word.replace("*", end) for word in words if word != "..."], spelled,
        st.sampled_from(("", "s")),
    )  # fmt: skip
    other = st.sampled_from(("please", "the", "is", "it", "7", ".", "?", "\n", "with", "of", "one", "parcel"))
    return st.lists(ended | other.map(lambda word: [word]), max_size=12).map(
        lambda lists: [word for words in lists for word in words]
    )


@settings(max_examples=20)
@given(said())
@example(words_of("is the review positive or negative ? the parcel came 7 days late . answer with one word ."))
@example(words_of("rate each film on a scale from 1 to 5 and please rate it as json"))
@example(words_of("houses stand next to each other . who owns the fish"))
def test_each_demand_is_told_where_the_first_of_its_entries_occurs(tokens: list[str]) -> None:
    assert {demand: match.start for demand, match in scan(tokens).found.items()} == plain_starts(tokens)
