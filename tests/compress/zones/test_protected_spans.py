from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scrimp.compress.zones.protected_spans import fences, keep_spans

pieces = st.lists(
    st.sampled_from(
        ["word ", "`", "```", "~~~", "````", "\n", "\n\n", " ", "<scrimp:keep>", "</scrimp:keep>", "\ufeff", "x"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@given(pieces)
def test_fences_and_kept_text_are_in_order_inside_the_text_and_do_not_overlap(text: str) -> None:
    for found in (fences(text), keep_spans(text)):
        done = 0
        for span in found:
            assert done <= span.start < span.end <= len(text)
            done = span.end


def test_a_fence_says_what_it_is_marked_with() -> None:
    (fence,) = fences("a\n~~~ {.python}\nx\n~~~\nb")

    assert (fence.info, fence.start, fence.end) == ("python", 2, 21)


def test_a_fence_may_begin_a_file_that_begins_with_a_mark_of_byte_order() -> None:
    (first, second) = fences("\ufeff```py\nx\n```\n\n \t~~~\ny\n~~~")

    assert (first.start, first.body_start, first.body_end, first.end) == (0, 7, 9, 12)
    assert (second.start, second.body_start, second.body_end, second.end) == (14, 20, 22, 25)
    assert fences("x\n\ufeff```\n") == []
