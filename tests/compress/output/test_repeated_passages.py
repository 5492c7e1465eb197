from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.compress import compress
from scrimp.compress.checks.unfolded import unfold_passages
from scrimp.compress.output.repeated_passages import fold_repeated_passages

HALL = (
    "The old hall stood by the river for three hundred years. It burned down in the winter of 1928, when the river "
    "was frozen and the pumps gave no water.\n"
    "It was rebuilt in 1930 by Anna Meier, who had won with a plan for the cellars."
)
MARKET = "Markets are held in front of the hall on Saturdays: 12 stalls in winter, 40 in summer, none in May. " * 2
NOTE = '[the passage that begins "The old hall stood by the river for three hundred years. It" is repeated here]'
LABELS = (
    "Passage {}: ", "[{}] ", "{}. ", "## Result {}\n", "Document {}:\nSource: a{}.txt\nScore: 0.{}\n", "Title: x{}\n",
    "{}) ", "**Source {}**: ", "",
)  # fmt: skip
passages = st.lists(
    st.builds(
        lambda label, number, body: label.format(number, number, number) + body,
        st.sampled_from(LABELS), st.integers(1, 9),
        st.sampled_from([HALL, MARKET, f"{HALL} Not so.", "short", '"', NOTE, HALL[:150], f"Also: {MARKET}"]),
    ),
    max_size=9,
)  # fmt: skip
texts = st.lists(passages.map("\n\n".join) | st.text(), max_size=4)


@given(texts)
def test_folded_passages_unfold_to_the_same_bytes(before: list[str]) -> None:
    after = fold_repeated_passages(before)

    assert after == before or unfold_passages(after) == before
    assert all(len(new) <= len(old) for new, old in zip(after, before, strict=True))
    assert fold_repeated_passages(after) == after


@pytest.mark.parametrize("label", LABELS)
def test_a_passage_retrieved_twice_keeps_its_label_and_has_a_note(label: str) -> None:
    one, two, three = (label.format(n, n, n) for n in (1, 2, 3))

    assert fold_repeated_passages([f"{one}{HALL}\n\n{two}{MARKET}\n\n{three}{HALL}"]) == [
        f"{one}{HALL}\n\n{two}{MARKET}\n\n{three}{NOTE}"
    ]


def test_labels_of_different_kinds_and_tags_make_no_difference() -> None:
    rag = "<document index=1>\n{}\n</document>\n<document index=2>\nTitle: y\n{}\n</document>\n\nWho built the hall?"
    done = compress(rag.format(f"Passage 1: {HALL}", HALL), "tidy")

    assert done.text == rag.format(f"Passage 1: {HALL}", NOTE)
    assert done.rules == ("repeated passages",)


@pytest.mark.parametrize(
    "change", [("1928", "1929"), ("no water", "water"), ("Anna", "Anne"), (".\n", ". "), (" ", "  ")]
)
def test_a_passage_that_differs_in_anything_stays(change: tuple[str, str]) -> None:
    texts = [HALL, HALL.replace(*change)]

    assert fold_repeated_passages(texts) == texts


def test_two_passages_that_begin_alike_have_no_note() -> None:
    texts = [f"{HALL} One.", f"{HALL} Two.", f"{HALL} Two."]

    assert fold_repeated_passages(texts) == texts


@pytest.mark.parametrize(
    "frame",
    ["Document:\n{}\n\n", "<doc>\n{}\n</doc>\n", "<doc>\n{}\n</doc>\n\n", "<doc>{}</doc>\n", "[Source: a.md]\n{}\n\n"],
)
def test_a_note_under_the_same_label_or_tag_names_one_passage(frame: str) -> None:
    after = compress("".join(map(frame.format, (HALL, MARKET, HALL))) + "Who built the hall?", "tidy").text

    assert after == "".join(map(frame.format, (HALL, MARKET, NOTE))) + "Who built the hall?"


def test_what_two_passages_begin_with_names_neither() -> None:
    title = "Handbook of the harbor office, chapter on fees for ferries: "
    texts = [f"{title}{HALL}\n\n{title}{MARKET}\n\n{title}{HALL}"]

    assert fold_repeated_passages(texts) == [f"{title}{HALL}\n\n{title}{MARKET}\n\n{title}{NOTE}"]


def test_a_note_says_enough_of_lines_with_long_words() -> None:
    frames = "\n".join(f"\tat com.example.orders.ledger.LedgerService.close(LedgerService.java:{n})" for n in range(5))
    [after] = fold_repeated_passages([f"Exception of order 1:\n{frames}\n\nException of order 2:\n{frames}"])

    assert '\t[the passage that begins "at com.example.orders.ledger.LedgerService.close(LedgerServi" is' in after


def test_a_note_goes_with_the_passage_it_names() -> None:
    filler = " ".join(f"The harbour of town {n} was painted in the spring of that year." for n in range(9))
    text = (
        f"<context>\nPassage 1: {HALL}\n\nPassage 2: {filler}\n\nPassage 3: {HALL}\n</context>\n\nWho painted town 7?"
    )
    after = compress(text, "focus", keep=0.2).text

    assert "town 7" in after
    assert "is repeated here" not in after


def test_many_passages_and_long_lines_are_no_trap() -> None:
    for text in ("a: " * 300_000, f"{MARKET}\n\n" * 3_000, "\n \n" * 300_000, "x" * 1_000_000):
        after = fold_repeated_passages([text])

        assert unfold_passages(after) == [text]


def test_a_program_that_repeats_lines_has_no_notes() -> None:
    lines = "\n".join(f"move field-{name} to record-{name}" for name in ("town", "hall", "river", "name", "year"))
    text = f"perform one\n\n{lines}\n\nperform two\n\n{lines}\n\nstop run\n"

    assert compress(f"{text}\n\nWho wrote it?", "tidy", told=[(0, len(text))]).text == f"{text}\n\nWho wrote it?"


def test_a_note_does_not_stand_for_the_end_of_a_sentence_that_an_editor_wrapped() -> None:
    body = HALL.replace("\n", " ")
    for text in (
        f"Permission is granted to any {{}} who knows that\n{body[:1].lower()}{body[1:]}",
        f"IN NO EVENT SHALL ANY {{}} FORGET THAT\n{body.upper()}",
        f"As every {{}} of the town knows,\n{body}",
    ):
        [after] = fold_repeated_passages([f"{text.format('person')}\n\n{text.format('company')}"])

        before_note = after[: after.index("[the passage")]
        assert before_note.rstrip().endswith("."), after
