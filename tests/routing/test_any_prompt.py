"""Any prompt is routed, and in time: no text makes a pattern try every way to divide it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.routing.prior.difficulty import shipped_prior
from scrimp.routing.prior.scan import WORD_OR_SIGN, is_word, scan
from scrimp.routing.prior.vocabulary import vocabulary
from scrimp.routing.tiers import TIERS, tier_of
from scrimp.values import Parameters

_SIZE = 1_000_000  # characters
_PIECES = (
    "a", " ", "\n", "A. x\n", "a) b\n", "1. a\n2. b\n3. c\n", "$", "$a", "\\", "\\abc", "1^", "=", "x=", "x - ", "中",
    "中。", "こ", "\u0627", "ि", "how ", "how many ", "if all x are y ", "answer with ", "```", "def f(\n", "contract ",
    "contract", ".", "a.", "́", "😀", "Answer:\t", "\ufdfa", "_", "1", "1 ", "than ", "(A)", "true, false\n",
)  # fmt: skip


@pytest.mark.parametrize("piece", _PIECES)
def test_a_megabyte_of_anything_is_routed(piece: str) -> None:
    text = piece * (_SIZE // len(piece))

    assert tier_of(text, None).tier in TIERS
    assert tier_of("Hi", text).tier in TIERS


@given(st.text(max_size=200), st.none() | st.text(max_size=80), st.sampled_from([(), ("a", "b")]))
def test_any_text_is_routed_alike_each_time(text: str, system: str | None, choices: tuple[str, ...]) -> None:
    parameters = Parameters(choices=choices)

    assert tier_of(text, system, parameters) == tier_of(text, system, parameters)


@pytest.mark.parametrize("language", ["english", "latin", "russian", "arabic", "hindi", "bengali", "korean"])
def test_every_entry_of_the_word_lists_is_found_in_a_text_of_its_own_words(language: str) -> None:
    from re import findall

    missing = []
    known = vocabulary(language)
    for demand, entry in known.entries:
        phrases = [spellings[0] for spellings in known.spellings[known.entries.index((demand, entry))][1]]
        text = " . ".join(phrase.replace("*", "").replace(" ...", "") for phrase in phrases)
        tokens = findall(WORD_OR_SIGN, text)
        found = scan(tokens)
        if demand not in found.found and not (demand == "greeting" and found.only_greeting):
            missing.append(entry)

    assert missing == []


def test_every_section_of_the_word_lists_is_a_demand_that_the_prior_knows() -> None:
    languages = (
        "english", "latin", "russian", "arabic", "hindi", "bengali", "korean", "chinese", "japanese",
    )  # fmt: skip
    sections = {demand for language in languages for demand, _ in vocabulary(language).entries}

    assert sections - {"short answer"} <= set(shipped_prior().demands)
    assert not is_word(".")
