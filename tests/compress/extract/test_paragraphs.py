"""At focus sentences are left out of running prose only: records, logs, verse and settings stay whole."""

from __future__ import annotations

from textwrap import fill

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.compress import compress
from scrimp.compress.extract.paragraphs import other_spans, prose_size

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
MESSAGES = "".join(
    f"[{level}] The request of the hall in {town} {what}\n"
    for level, town, what in (
        ("info", "Graz", "was closed by the peer."), ("warn", "Varn", "took too long and was canceled."),
        ("info", "Kiel", "is ready to take work."), ("error", "Orsk", "is not known. It will be tried again."),
    )
)  # fmt: skip
COMMITS = "".join(
    f"c3c35{n}a Rows of the hall in {town} are told in fewer lines.\n"
    for n, town in enumerate(("Graz", "Kiel", "Orsk"))
)
VERSE = "Rebuild the hall, the winter said.\nThe river froze within its bed.\nAnd all who climbed the hill were dead.\n"
NAMES = "1. Ada Holm is from Graz.\n2. Ben Ito is from Kiel.\n3. Carl Novak is from Orsk.\n"
SETTINGS = "- town: Graz\n  text: The hall is closed. It opens in May.\n- town: Kiel\n  text: The hall is of wood.\n"
COMMENTS = "# This asks for the hall. It is called once.\n# It returns the town. Nothing else is done.\n"
MOVES = "1. e4 e5 2. Nf3 Nc6 3. Bb5 a6. 4. Ba4 Nf6\n6. Re1 b5 7. Bb3 d6 8. c3 O-O 9. h3 Nb8 10. d4\nNbd7 11. c4 c6.\n"
LEADERS = "".join(
    f"Fish from {town}. With rice. ....... {n}5.00\n" for n, town in enumerate(("Graz", "Kiel", "Orsk"), 1)
)
LOTS = "".join(
    f"Lot {n}\nAda Holm (1866-1911)\nView of the hall in {town}. Oil on canvas.\nEstimate of the hall {n}00-900\n\n"
    for n, town in enumerate(("Graz", "Kiel", "Orsk"), 4)
)
COUNTERS = (
    "IpExt: InNoRoutes InMcastPkts OutMcastPkts\nIpExt: 0 21 47\nTcpExt: SyncookiesSent RcvPruned\nTcpExt: 12 9\n"
)
STEPS = "".join(
    f"{n}. The hall in {town} is ready.\n  kubectl get hall -n {town}\n" for n, town in enumerate(("a", "b", "c"), 1)
)
RECORDS = [LEADERS, LOTS, COUNTERS, STEPS]
RECORDS += [MESSAGES, COMMITS, VERSE, NAMES, SETTINGS, COMMENTS, MOVES]
RECORDS += [LOG, COPYRIGHT, ADDRESS, SERVICES, TYPES, BOX, TREE]


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


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("blank", ["", "\n", " \n", "\t\n"])
def test_what_stands_right_above_or_below_records_stays_with_them(blank: str, end: str) -> None:
    head, foot = "All sums are in euros. The hall opens in May.", "Held by the hall. Kept for ten years."
    rows = "".join(f"{n:02}.11.2026  Card payment    {n}9.50     {n}00.00\n" for n in range(11, 19))
    text = f"{HALL}\n\n{head}\n{blank}{rows}{blank}{foot}\n\n{HALL.replace('town', 'guild')}"
    left = left_of(text.replace("\n", end)).replace("\r", "")

    assert rows.strip() in left
    assert (head in left and foot in left) is not bool(blank)
    assert "Visitors" not in left


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


IN_OTHER_LANGUAGES = {
    "German": "Das Rathaus stand am Fluss. Es brannte im Winter 1928 ab, weil die Pumpen kein Wasser gaben. ",
    "Chinese": "\u65e7\u5e02\u653f\u5385\u5728\u6cb3\u8fb9\u3002\u5b83\u88ab\u70e7\u6bc1\u3002",
    "Hindi": "\u092f\u0939 \u0928\u0926\u0940 \u0915\u0947 \u092a\u093e\u0938 \u0939\u0948\u0964 ",
    "Thai": (
        "\u0e28\u0e32\u0e25\u0e32\u0e01\u0e25\u0e32\u0e07\u0e40\u0e01\u0e48\u0e32\u0e15\u0e31\u0e49\u0e07"
        "\u0e2d\u0e22\u0e39\u0e48\u0e23\u0e34\u0e21\u0e41\u0e21\u0e48\u0e19\u0e49\u0e33 "
    ),
    "lower case": "so the hall burned down in 1928. nobody knew why, and the pumps gave no water anyway. ",
}  # fmt: skip


@pytest.mark.parametrize("language", IN_OTHER_LANGUAGES)
def test_sentences_of_a_language_are_prose(language: str) -> None:
    text = IN_OTHER_LANGUAGES[language] * 3

    assert prose_size(text) == len(text)
    assert other_spans("\n".join([text] * 4)) == []


def test_items_that_are_sentences_are_selected_from() -> None:
    items = "".join(f"- {sentence}.\n" for sentence in HALL.removesuffix(".").split(". "))

    assert "Visitors" not in left_of(items)


@pytest.mark.parametrize("width", [50, 72, 100])
def test_lines_of_any_width_are_wrapped_prose(width: int) -> None:
    assert "Visitors" not in left_of(f"{fill(HALL, width)}\n")


def test_people_who_talk_are_selected_from() -> None:
    talk = (
        "Ben: who rebuilt the town hall\nAnna: Anna Meier did in 1930\n"
        + "Ben: are you back from lunch\nAnna: not yet\n" * 2
    )

    assert "lunch" not in left_of(talk)


def test_records_keep_their_articles_at_dense() -> None:
    text = f"<documents>\n{MESSAGES * 2}</documents>\n\n{QUESTION}"

    assert MESSAGES * 2 in compress(text, "dense", keep=0.5).text


NAMED = {
    "options": "       -V | --version\n              Show the version of the hall and end.\n\n",
    "release": "hall (1.4-10) unstable; urgency=low\n\n  * Paint the doors.\n\n",
    "listing": "Paint it:\n\n..  code-block:: shell\n\n    paint hall --color red\n\n",
    "field": "License: example\n Anybody may paint the hall, if this notice is kept.\n\n",
    "fields": "Files: *\nCopyright: 2011 Ada Example\nLicense: example\n Anybody may paint it. The notice is kept.\n\n",
    "heading of a table": "Doors of the hall\n\ndoor | color\n-----+------\nwest | red\neast | blue\n\n",
}


@pytest.mark.parametrize("name", NAMED)
def test_a_line_stays_with_what_it_names_below_or_with_what_names_it_above(name: str) -> None:
    text = f"{HALL}\n\n{NAMED[name]}{HALL.replace('hall', 'mill')}"

    left = compress(f"<document>\n{text}\n</document>\n\n{QUESTION}", "focus", keep=0.3).text

    assert "Markets" not in left
    lines = [line for line in NAMED[name].split("\n") if line]
    assert [line for line in lines if line in left.split("\n")] in (lines, lines[1:], [])
