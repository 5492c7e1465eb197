from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scrimp.compress.zones.frame import FINISHED, UNFINISHED

WORDS = ("return", "Yield", "x", "ab", "#+begin_src", "\\begin{x}", "++++", "\u00e9", "\u2028", "\r", "\t")
SIGNS = (*WORDS, *" .:=|([{})&\\`'\"@#$~<>;,!?0_/*-")


@given(st.lists(st.sampled_from(SIGNS), max_size=8).map("".join), st.sampled_from(["", " ", "\n"]))
def test_a_line_that_is_told_to_be_finished_at_once_ends_like_no_code(line: str, space: str) -> None:
    assert not (FINISHED.fullmatch(f"{line}{space}".rstrip()) and UNFINISHED.search(f"{line}{space}"))


def test_words_of_a_person_are_told_at_once() -> None:
    for line in ("The harbor was rebuilt in 1931.", "Look at this (it is new)!", "}", "</doc>", "See page 12"):
        assert FINISHED.fullmatch(line)
