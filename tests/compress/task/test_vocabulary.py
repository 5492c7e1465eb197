"""The vocabulary can be read by the index, and says each thing once."""

from __future__ import annotations

from collections import Counter
from typing import get_args

import pytest

from scrimp.compress.task.form import Kind
from scrimp.compress.task.phrase import ANY, START, STEM, WORD, branches, parse_phrases, spellings
from scrimp.compress.task.phrase_finder import PhraseFinder
from scrimp.compress.task.vocabulary import SPACED, UNSPACED

KINDS = ("form", "whole", "values", "units", "parts", "properties", "scopes")
LISTS = [(words, kind) for words in (*SPACED, *UNSPACED) for kind in KINDS if kind in words]


def test_every_list_is_of_a_kind_that_is_looked_for() -> None:
    assert {kind for words in (*SPACED, *UNSPACED) for kind in words} == {*get_args(Kind), "leads"}


@pytest.mark.parametrize(("words", "kind"), LISTS)
def test_no_entry_is_written_twice(words: dict[str, str], kind: str) -> None:
    counts = Counter(parse_phrases(words[kind]))

    assert [phrase for phrase, count in counts.items() if count > 1] == []


@pytest.mark.parametrize(("words", "kind"), LISTS)
def test_every_entry_begins_with_a_word_that_an_index_can_find(words: dict[str, str], kind: str) -> None:
    first = {word for phrase in parse_phrases(words[kind]) for word, _ in branches(phrase[phrase[0] == START :])}

    assert not first & {ANY, WORD, ""}
    assert [word for word in first if word.endswith(STEM) and len(word) < 4] == []


def found(entries: str, text: str) -> list[str]:
    words = text.split()
    return [" ".join(words[at:end]) for at, end in PhraseFinder(parse_phrases(entries)).find(words)]


@pytest.mark.parametrize(
    ("entries", "text", "phrases"),
    [
        ("indent*", "an indentation , dent", ["indentation"]),
        ("blank {line|lines}", "one blank line two blank lines blank", ["blank line", "blank lines"]),
        ("key{s|}", "key keys s", ["key", "keys"]),
        ("{the|} end, whole", "the end , end", ["the end", "end"]),
        ("in the _ column", "in the price column , in the third column", ["in the price column"]),
        ("how many ... keys", "how many of the keys , how many , keys", ["how many of the keys"]),
        ("how many ... keys", "how many a b c d e keys", []),
        ("a, a b", "a b a", ["a b", "a"]),
    ],
)
def test_phrases_are_found_longest_first(entries: str, text: str, phrases: list[str]) -> None:
    assert found(entries, text) == phrases


def test_an_order_counts_where_a_sentence_begins() -> None:
    words = ["edit", "this", ".", "edit", ",", "did", "he", "edit"]

    assert [at for at, _ in PhraseFinder([], parse_phrases("edit")).find(words)] == [0, 3]


def test_a_phrase_without_spaces_is_every_choice_joined() -> None:
    (phrase,) = parse_phrases("第{一|二}{行|列}")

    assert list(spellings(phrase)) == ["第一行", "第一列", "第二行", "第二列"]
