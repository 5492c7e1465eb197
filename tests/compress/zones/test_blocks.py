"""Lines that begin nothing are read together, and no line that begins something is read with them."""

import pytest

from scrimp.compress.zones.blocks import blocks

PROSE = "The harbor was rebuilt in 1931,\nand Ada opened the bridge.\n"


@pytest.mark.parametrize(
    ("line", "mark"),
    [
        ("Question: who?", "question"), ("Context :", "documents"), ("**Passages**", "documents"),
        ("Rules \uff1a", "task"),
        ("Document 3", "passage"), ("Document no. 3", "passage"), ("Passage nr. 3 (of five)", "passage"),
        ("Chapter (2)", "passage"), ("Document [2]", "passage"), ("Doc  \t7", "passage"), ("Title: x", "passage"),
        ("rem a comment", "ruler"), ("REM sleep is short", "none"), ("| a | b |", "ruler"), ("---", "ruler"),
        ("\"\"\"", "ruler"), ("## Heading", "passage"), ("- item", "item"), ("1. item", "item"),
        ("In 1931 the mayor: he spoke", "none"), ("12 boats came", "none"), ("\u201cNo\u201d, she said", "none"),
        (f"{'word ' * 13}x : y", "none"),
    ],
)  # fmt: skip
def test_a_line_among_prose_begins_what_it_begins_alone(line: str, mark: str) -> None:
    alone = f"{line}\n\n{line}"  # a number after a word begins something where it comes more than once
    text = f"{PROSE}{line}\n{PROSE}{line}\n"

    found = [block for block in blocks(text, [(0, len(text))]) if block.start == len(PROSE)]

    assert blocks(alone, [(0, len(alone))])[0].mark == mark
    assert [block.mark for block in found] == ([] if mark == "none" else [mark])


def test_paragraphs_are_blocks_with_the_blank_lines_after_them() -> None:
    text = f"{PROSE}\n \t\n{PROSE}\n{PROSE}"

    found = blocks(text, [(0, len(text))])

    assert [text[block.start : block.end] for block in found] == [f"{PROSE}\n \t\n", f"{PROSE}\n", PROSE]


def test_a_block_ends_where_its_part_of_the_text_does() -> None:
    text = PROSE * 2

    found = blocks(text, [(0, 40), (50, len(text))])

    assert [(block.start, block.end) for block in found] == [(0, 40), (50, len(text))]
