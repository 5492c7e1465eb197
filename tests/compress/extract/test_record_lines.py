"""At focus no line of a record, a table or a log is left out, nor a part of one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.compress import compress

HALL = (
    "The old town hall stood by the river for three hundred years. It burned down in the winter of 1928, when the "
    "pumps gave no water. It was rebuilt in 1930 by Anna Meier, who had won the competition. Markets are held in front "
    "of it on Saturdays. Visitors may climb the tower from May to October. The view reaches as far as the hills."
)
words = st.text("abcdefghijklmnop", min_size=2, max_size=9)
QUESTION = "Question: Who rebuilt the town hall, and when?"
LOG = """\
29561:M 30 Nov 2026 20:38:18.231 # Server initialized
29561:M 30 Nov 2026 20:38:18.231 . The directory of the log does not exist
29561:M 30 Nov 2026 20:38:18.231 . 0 clients connected (0 replicas), 876352 bytes in use
29561:signal-handler (1796074033) Received SIGTERM scheduling shutdown...
29561:M 30 Nov 2026 20:38:21.912 # User requested shutdown...
29561:M 30 Nov 2026 20:38:21.934 * Saved on disk
"""
COPYRIGHT = """\
Files: *
Copyright: 2009-2021 Ada Example
License: MIT

Files: debian/*
Copyright: 2014 Ben Example
License: GPL-2
"""
ADDRESS = "Hotel Post\nMain Street 12\n8010 Graz\nAustria\n"
SERVICES = "tcpmux 1/tcp\necho 7/tcp\ndiscard 9/tcp sink null\nsystat 11/tcp users\n"
TYPES = "application/atom\napplication/gzip\naudio/aac\nimage/png\n"
BOX = """\
│ town and country │ tower or hall │
├──────────────────┼───────────────┤
│ varn in austria  │ town hall.    │
│ orsk in russia   │ round tower.  │
│ kiel in germany  │ tower of ice. │
"""
TREE = "src\n├── main.c\n├── parse.c\n└── write.c\n"
RECORDS = [LOG, COPYRIGHT, ADDRESS, SERVICES, TYPES, BOX, TREE]


def left_of(documents: str) -> str:
    return compress(f"<documents>\n{documents}\n</documents>\n\n{QUESTION}", "focus", keep=0.5).text


@pytest.mark.parametrize("records", RECORDS)
def test_records_beside_prose_stay_whole_while_sentences_go(records: str) -> None:
    for documents in (f"{HALL}\n\n{records}", f"{records}\n{HALL}"):
        left = left_of(documents)

        assert all(paragraph.strip() in left for paragraph in records.split("\n\n"))
        assert "Anna Meier" in left
        assert "Visitors" not in left


@pytest.mark.parametrize("records", RECORDS)
def test_told_records_stay_whole(records: str) -> None:
    text = f"{records * 3}\n\nWho wrote the file?"

    assert compress(text, "focus", keep=0.5, told=[(0, 3 * len(records))]).text == text


@given(st.sampled_from(["\t", "   ", " | "]), st.lists(st.tuples(words, words, words), min_size=3, max_size=9))
def test_rows_of_columns_stay_whole(gap: str, rows: list[tuple[str, str, str]]) -> None:
    table = "".join(f"{name}{number}{gap}{one} {other}\n" for number, (name, one, other) in enumerate(rows))

    assert table in left_of(f"{HALL}\n\n{table}\n{HALL.replace('town', 'guild')}")


def test_lines_that_an_editor_wrapped_are_sentences() -> None:
    wrapped = (
        HALL.replace("in the winter", "in\nthe winter")
        .replace("who had", "who\nhad")
        .replace("may climb", "may\nclimb")
    )
    left = left_of(f"{wrapped}\n")

    assert "Anna Meier" in left
    assert "Visitors" not in left


def test_people_who_talk_are_selected_from() -> None:
    talk = (
        "Ben: who rebuilt the town hall\nAnna: Anna Meier did in 1930\n"
        + "Ben: are you back from lunch\nAnna: not yet\n" * 2
    )

    assert "lunch" not in left_of(talk)
