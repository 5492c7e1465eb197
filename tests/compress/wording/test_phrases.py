from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.compress.wording.phrase_table import COURTESIES, FILLERS, REPLACEMENTS, REQUEST_OPENERS
from scrimp.compress.wording.phrases import is_english, shorten_phrases

CODE = re.compile(r"`[^`]*`|\"[^\"]*\"|[0-9]+")
NEGATION = re.compile(r"\b(?:not|no|never|nor|none|cannot|without|unless|only|must|should|may)\b|n't\b", re.IGNORECASE)


def outside(text: str, rule: Callable[[str], str]) -> str:
    """Apply a rule outside back-quoted code, quotations and numbers."""
    pieces, done = [], 0
    for span in CODE.finditer(text):
        if span.start() > done:
            pieces.append(rule(text[done : span.start()]))
        pieces.append(span[0])
        done = span.end()
    return "".join([*pieces, rule(text[done:])]) if done < len(text) else "".join(pieces)


def said(text: str) -> str:
    return shorten_phrases(text, outside)


plain = [
    re.sub(r"\{([^{}|]*)[^{}]*\}", r"\1", re.sub(r"\{[^{}]*\}", "", entry)).strip()
    for entry in (*REQUEST_OPENERS, *FILLERS)
]
words = st.sampled_from(
    [*REPLACEMENTS, *plain, *(re.sub(r"[{}|].*", "", entry) for entry in COURTESIES), "not", "never",
     "the report", "do not", "must", "should", "you can", "it is", "of the", "`code`", '"in order to"', "42", "only",
     ". ", "! ", ", ", "\n", "\n\n", "Please", "I was wondering if you could", "Hi, ", "Text: ", "translate"]
)  # fmt: skip
texts = st.one_of(st.text(st.characters()), st.lists(words, max_size=25).map(" ".join), st.lists(words).map("".join))


@given(texts)
def test_shorter_words_are_never_longer_and_settled_after_once(text: str) -> None:
    once = said(text)

    assert len(once) <= len(text)
    assert said(once) == once


@given(texts)
def test_negations_and_what_binds_are_kept_in_order(text: str) -> None:
    assert _folded(NEGATION.findall(said(text))) == _folded(NEGATION.findall(text))


@given(texts)
def test_code_quotations_and_numbers_are_kept_in_order(text: str) -> None:
    assert CODE.findall(said(text)) == CODE.findall(text)


@given(texts)
def test_no_word_is_merged_or_split(text: str) -> None:
    known = {word for phrase in (*REPLACEMENTS.values(), "please") for word in phrase.lower().split()}
    old = {word.lower() for word in re.findall(r"\w+", text)}

    assert {word.lower() for word in re.findall(r"\w+", said(text))} <= old | known


def _folded(found: list[str]) -> list[str]:
    return [word.lower() for word in found]


@pytest.mark.parametrize(
    ("text", "shorter"),
    [
        ("I would really appreciate it if you could list the files in the folder.", "List the files in the folder."),
        ("In order to win, do this for me.", "To win, do this for me."),
        ("We do it due to the fact that it is cheap.", "We do it because it is cheap."),
        ("We do it due to the fact\nthat it is cheap.", "We do it because it is cheap."),
        ("Hello there! I hope you are having a wonderful day today. Sort the list by name.", "Sort the list by name."),
        ("Sort the list by name. Thank you so much in advance for all of your help!", "Sort the list by name. "),
        ("Please note that the list is in use.", "The list is in use."),
        ("Please note that `x` is in use by the others.", "Please note that `x` is in use by the others."),
        ("It is a plan, and I was hoping that you could check it.", "It is a plan, and please check it."),
    ],
)
def test_a_request_is_said_shorter(text: str, shorter: str) -> None:
    assert said(text) == shorter


@pytest.mark.parametrize(
    "text",
    [
        "Please do not translate the number of the order.",
        "It is not in order to annoy you that we do this.",
        "This is the tool that I want you to use for the job.",
        'Say to me "please note that it is late" in the end.',
        "This is to please the customer of the shop.",
        "You must do it in that order to be on time for the bus.",
        "Translate this into French for me.\n\nHello there! I was wondering if you could come to the party.",
        "Sum this up for me in a line. Text: In order to win, due to the fact that it is late, we go.",
        "Sehr geehrte Damen und Herren, please note that die Rechnung nicht vor dem Termin abzubuchen ist.",
        "Thank you so much!",
    ],
)
def test_what_means_something_is_left_alone(text: str) -> None:
    assert said(text) == text


def test_english_is_told_from_other_languages() -> None:
    assert is_english("Could you please summarise the text that I have for you?")
    assert not is_english("Könnten Sie bitte den Text zusammenfassen, den ich für Sie habe?")
    assert not is_english("Podrías resumir el texto que tengo para ti, por favor")
    assert not is_english("请帮我总结一下这段文字")
    assert not is_english("")


def test_no_entry_takes_a_negation_or_a_must_away_or_gets_longer() -> None:
    for phrase, shorter in REPLACEMENTS.items():
        assert len(shorter) < len(phrase)
    for entry in (*REPLACEMENTS, *REQUEST_OPENERS, *FILLERS, *COURTESIES):
        assert NEGATION.findall(entry) == [], entry


def test_long_texts_are_no_trap() -> None:
    for text in ("please " * 100_000, "in order " * 100_000, "the " * 10 + " " * 500_000, "I would " * 100_000):
        assert len(said(text)) <= len(text)
