from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compress.extract.focusing import focus
from scrimp.compress.extract.outline import build_outline
from scrimp.compress.extract.sentences import split_sentences
from scrimp.compress.instructions.labels import header_lines

HEADS = (
    "pam (1.4.0-{0}) unstable; urgency=medium", "-V{0} | --version{0}", "Lot {0}, a mahogany chest",
    "case No {0} of 1902:", "def run{0}(name)", "term {0}", "*entry{0}*",
)  # fmt: skip
SAID = (
    "The library was built by a mason from Bern in {0}.", "It closes the log before the child is started again {0}.",
    "Peter reads {0} letters a day. He answers none of them.", "Shows version {0} and ends.",
)  # fmt: skip

entries = st.lists(
    st.tuples(
        st.sampled_from(HEADS), st.sampled_from(["\n", "\n\n", "\n\n\n"]),
        st.sampled_from(["  ", "    ", "\t", "  * "]),
        st.lists(st.sampled_from(SAID), min_size=1, max_size=3), st.sampled_from(["\n", "\n\n"]),
    ),
    min_size=2, max_size=6,
)  # fmt: skip


@given(entries, st.sampled_from(["", "    "]), st.floats(0.1, 0.9))
def test_what_is_indented_stays_with_the_line_it_is_indented_below(
    found: list[tuple[str, str, str, list[str], str]], margin: str, keep: float
) -> None:
    text, head_of = "", dict[str, str]()
    for number, (head, gap, indentation, said, end) in enumerate(found):
        text += f"{margin}{head.format(number)}{gap}"
        for at, sentence in enumerate(said):
            line = sentence.format(f"{number}-{at}")
            head_of[line] = head.format(number)
            text += f"{margin}{indentation}{line}{end}"
    left = focus(text, "Who built the library?", keep=keep)

    kept = [(line, head) for line, head in head_of.items() if line in left]
    assert kept
    assert [head for _, head in kept if head not in left] == []
    for line, head in kept:
        assert left.rindex(head, 0, left.index(line)) == max(
            left.rfind(other, 0, left.index(line)) for other in head_of.values()
        )


def test_the_first_line_of_a_paragraph_is_not_below_the_one_before() -> None:
    units = split_sentences("It rained all day.\n   Then the sun came out. We went home.\n   In the evening it rained.")

    assert {*build_outline(units).parent.values()} == {-1}


@pytest.mark.parametrize(
    ("names", "end"),
    [
        (("From", "To", "Date", "Subject"), "\n"), (("Von", "An", "Datum", "Betreff"), "\n"),
        (("From", "Sent", "To", "Cc", "Subject"), "\n\n"), (("Sender", "Recipient", "Timestamp", "Subject"), "\n---\n"),
    ],
)  # fmt: skip
def test_the_head_of_a_mail_stays_as_a_whole_or_goes_as_a_whole(names: tuple[str, ...], end: str) -> None:
    bodies = (
        "The office in Kiel closes in March. The team moves to Bremen. The lease was signed last week.",
        "We looked at the plan. The price for the bridge is too high for us. Our board meets in May.",
        "I talked to Ola about it. The system cannot be reverted. Peter wants to wait until June.",
    )
    heads = ["\n".join(f"{name}: {name.lower()}-{at} of it" for name in names) for at in range(len(bodies))]
    text = "".join(f"{head}\n\n{body}\n{end}" for head, body in zip(heads, bodies, strict=True))
    left = focus(text, "Who wants to wait until June?", keep=0.4)

    assert "Peter wants to wait" in left
    assert heads[2] in left
    assert all(head in left for head, body in zip(heads, bodies, strict=True) if body[:20] in left)


@pytest.mark.parametrize(
    "text",
    [
        "Ann: on the pier\n\nBen: at noon\n\nAnn: fine\n\nBen: until then",
        "Ann: on the pier\n\nBen: When do we meet?\n\nAnn: at noon\n\nBen: I will be there.\n\nAnn: fine",
        "Price: 40 euros\nColor: red\n\nPrice: 50 euros\nColor: blue",
    ],
    ids=["chat", "chat with sentences", "records"],
)
def test_short_lines_that_are_what_is_said_head_nothing(text: str) -> None:
    assert header_lines(text.split("\n")) == set()


def test_lines_that_name_the_same_above_several_texts_are_headers() -> None:
    text = "DOCUMENT 1: Mills\nUpdated: March 3\n\nThe mill is old.\n\nDOCUMENT 2: Bells\nUpdated: May 4\n\nIt rang."

    assert header_lines(text.split("\n")) == {0, 1, 5, 6}
