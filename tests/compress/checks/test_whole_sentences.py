from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.compress.checks.whole_sentences import only_sentences_left_out

SENTENCES = (
    "It is not blue. ", "Dr. Who came at 3.5 p.m. with 12 men. ", "Did he? ", "Named.[1] ", "\u201eNein.\u201c ",
    "Passage 2: ", "\n\n", "# Title\n", "\u6865\u662f\u8c01\u5efa\u7684\uff1f", "\u4ed6\u6ca1\u6709\u6765\u3002",
    'He said: "No." ', "[1] ", "</doc>\n", "\u0644\u0627 \u0623\u0639\u0631\u0641\u061f ", "A line without an end\n",
    "\n3) ", "\n12. ", "\n- ",
)  # fmt: skip
texts = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=12)


@given(texts, st.data())
def test_sentences_may_be_left_out(sentences: list[str], data: st.DataObject) -> None:
    kept = [sentence for sentence in sentences if data.draw(st.booleans())]

    assert only_sentences_left_out("".join(sentences), "".join(kept)) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("It is not blue. Yes.", "It is blue. Yes."),
        ("One. Two. Three.", "Two. One."),
        ("Take 12 mg. Rest.", "Take 12. Rest."),
        ("He came. She left.", "He left."),
        ("One.", "One. Two."),
        ("One line\nAnother", "One Another"),
        ("他没有来。", "他来。"),
    ],
)
def test_a_sentence_that_was_cut_moved_joined_or_added_is_named(before: str, after: str) -> None:
    assert only_sentences_left_out(before, after) is not None


def test_a_part_of_very_long_text_without_punctuation_may_be_left_out() -> None:
    words = "word " * 2_000

    assert only_sentences_left_out(words, words[:5_000]) is None
    assert only_sentences_left_out("word " * 20, "word") is not None
