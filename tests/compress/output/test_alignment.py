from __future__ import annotations

import pytest
from hypothesis import given

from compress.output.strategies import texts
from scrimp.compress.output.alignment import collapse_alignment


@given(texts)
def test_aligning_merges_splits_and_moves_no_word(text: str) -> None:
    after = collapse_alignment(text)

    assert [line.split() for line in after.split("\n")] == [line.split() for line in text.split("\n")]


def test_columns_of_single_words_are_divided_by_one_space() -> None:
    text = "PID    TTY     CMD\n1      ?       init\n4242   pts/0   bash -l"

    assert collapse_alignment(text) == "PID TTY CMD\n1 ? init\n4242 pts/0 bash -l"


def test_an_empty_cell_keeps_its_place() -> None:
    text = "NAME      PORTS      STATUS\nweb       80/tcp     Up 2 hours\ndb                   Up 3 days"

    assert collapse_alignment(text) == "NAME\tPORTS\tSTATUS\nweb\t80/tcp\tUp 2 hours\ndb\t\tUp 3 days"


@pytest.mark.parametrize(
    "text",
    [
        "x      = 1\nlonger = 2\ny      = 3",
        "a:     1\nbcd:   2\nef:    3",
        "build:\n\tgcc   -o  x\n\tgcc   -o  y",
        "diff --git a/x b/x\n+a     b\n+a     c\n+a     d",
        "int    a;\nchar   b;\nlong   c;",
        "+----+    +----+\n| A  |    | B  |\n+----+    +----+",
        "```\na    b\na    c\na    d\n```",
        "The passphrase is exactly: correct  horse   battery staple",
    ],
)
def test_code_settings_diffs_and_drawings_keep_their_columns(text: str) -> None:
    assert collapse_alignment(text) == text
