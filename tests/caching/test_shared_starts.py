from __future__ import annotations

import os

from hypothesis import given
from hypothesis import strategies as st

from scrimp.caching.shared_starts import SharedStarts, common_length, last_boundary

SHORTEST = 8
texts = st.lists(
    st.text(alphabet="ab \n", min_size=1, max_size=6).map(lambda end: f"the same start {end}") | st.text(max_size=30),
    max_size=8,
)


@given(st.text(max_size=40), st.text(max_size=40))
def test_the_common_length_is_that_of_the_longest_common_prefix(one: str, other: str) -> None:
    assert common_length(one, other) == len(os.path.commonprefix([one, other]))  # noqa: RUF071 - that is the point


@given(texts)
def test_a_start_that_is_told_is_one_that_another_text_has_too(said: list[str]) -> None:
    starts = SharedStarts(SHORTEST)
    starts.learn(said)

    for number, text in enumerate(said):
        length = starts.length(text)
        assert length <= len(text)
        if length:
            others = said[:number] + said[number + 1 :]
            assert any(other.startswith(text[:length]) for other in others)


def test_a_start_ends_after_a_line_or_before_a_space_and_never_within_a_word() -> None:
    assert last_boundary("one two three", 9) == 7
    assert last_boundary("one\ntwo three", 6) == 4
    assert last_boundary("onetwothree", 6) == 6
    assert last_boundary("one two", 7) == 7


def test_questions_about_several_documents_share_the_document_they_are_about() -> None:
    documents = [f"{name} is a town. " * 50 + "\n" for name in ("Rome", "Oslo", "Bonn")]
    starts = SharedStarts(SHORTEST)
    starts.learn([f"{document}{word}?" for word in ("why", "who", "how") for document in documents])

    assert [starts.length(f"{document}where?") for document in documents] == [len(each) for each in documents]


def test_one_text_that_leaves_early_does_not_cut_what_all_others_share() -> None:
    shared = "It rains here every day. " * 40 + "\n"
    starts = SharedStarts(SHORTEST)
    starts.learn([f"{shared}{number}" for number in range(20)] + [f"{shared[:100]}something else"])

    assert starts.length(f"{shared}20") == len(shared)


def test_texts_that_come_one_by_one_are_found_to_begin_alike() -> None:
    shared = "It rains here every day. " * 40 + "\n"
    starts = SharedStarts(SHORTEST)
    for word in ("one", "two", "six"):
        starts.learn([shared + word])

    assert starts.length(f"{shared}ten") == len(shared)


def test_what_is_remembered_does_not_grow_and_what_is_shared_stays() -> None:
    shared = "It rains here every day. " * 40 + "\n"
    starts = SharedStarts(SHORTEST)
    starts.learn([f"{shared}{number}" for number in range(5)])
    for number in range(400):
        starts.learn([f"{number:08} " + "x" * 20_000])

    assert sum(len(start.text) for group in starts._groups.values() for start in group) <= 1_100_000
    assert starts._characters == sum(len(start.text) for group in starts._groups.values() for start in group)
    assert starts.length(f"{shared}6") == len(shared)
