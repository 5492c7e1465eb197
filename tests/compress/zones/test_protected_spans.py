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
