from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scrimp.compress.json.embedded import find_json
from scrimp.compress.zones.segment import segment
from scrimp.compress.zones.zone import Zone

LONG = "The tower was built in the year of the great fire, and stood for three hundred years. " * 5
lines = st.lists(
    st.sampled_from(
        ["word and word", "", " ", "```", "```json", "```csv", "```text", "~~~",
         '{"a": 1, "b": [1, 2, 3], "c": "some words here"}', "[1]", "{",
         "}", "a,b,c", "1,2,3", "a\tb", "2024-01-05 10:00:00 INFO x", "ERROR: y", "  at z", "$ ls -l",
         "-rw-r--r-- 1 a a 1 x", "a.py:3: b", "a.py::test_b PASSED", "a.py::test_c FAILED",
         "<html>", "</html>", "<div>", "</div>", "<context>", "</context>", "<scrimp:keep>", "</scrimp:keep>",
         "Context: " + LONG, "[1] " + LONG,
         "Question: why?", LONG, "Why so?", "def f(x):", "    return x", "@@ -1 +1 @@", "+a", "-b", "key: value",
         "key:", "  sub: 1", "[section]",
         "a = 1", "commit abcdef0123", "    message", "\r", "\u2028", "\ud800", "\0", "\u202e\u4e0d\u662f"]
    ),
    max_size=30,
).map("\n".join)  # fmt: skip

FRAMES = ["Document {}:\n{}", "Context:\n{1}", "<document>\n{1}\n</document>", '<doc id="{}">{}</doc>', "{1}"]
ROWS = "[\n" + ",\n".join(f'  {{"id": {n}, "open": true}}' for n in range(4)) + "\n]"


def any_data(start: int, end: int) -> bool:
    return True


def cut(text: str) -> list[Zone]:
    return segment(text, find_json=find_json, is_data=any_data)


def of(text: str) -> list[tuple[str, str]]:
    return [(zone.kind, zone.form) for zone in cut(text)]


@given(st.one_of(st.text(), st.text(st.characters()), lines))
@example("")
@example("```text\n$ ls\na\n```")
def test_zones_joined_are_the_text(text: str) -> None:
    assert "".join(zone.text for zone in cut(text)) == text


def test_a_log_that_goes_on_indented_below_code_is_in_the_text_once() -> None:
    log = "".join(f"2025-03-04T10:00:{at:02}Z INFO [db] took job {at}\n" for at in range(3))
    text = f'{log}        }},\n        "entries": [\n            {{\n          {log}'

    assert "".join(zone.text for zone in cut(text)) == text


@given(lines)
def test_json_that_begins_anywhere_does_not_break_the_join(text: str) -> None:
    found = segment(text, find_json=lambda piece: [(0, len(piece))] if piece else [], is_data=any_data)

    assert "".join(zone.text for zone in found) == text


@given(st.lists(st.tuples(st.sampled_from(FRAMES), st.sampled_from(["short", LONG, ROWS])), min_size=2, max_size=5))
@example([(FRAMES[0], ROWS), (FRAMES[2], LONG), (FRAMES[0], "short")])
def test_documents_under_labels_and_in_tags_are_in_the_text_once(documents: list[tuple[str, str]]) -> None:
    text = "\n".join(frame.format(number, document) for number, (frame, document) in enumerate(documents, 1))

    assert "".join(zone.text for zone in cut(text)) == text


def test_a_plain_line_is_one_instruction() -> None:
    assert cut("Name a colour.") == [Zone("instruction", "prose", "Name a colour.")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("do:\n```py\nx = 1\n```\n", ("code", "fence")),
        ('do:\n```json\n{"a": 1}\n```\n', ("code", "fence")),
        ("do:\n```csv\na,b\n1,2\n```\n", ("data", "csv")),
        ("do:\n```text\n2024-01-05 10:00:00 a\n2024-01-05 10:00:01 b\n2024-01-05 10:00:02 c\n```\n", ("data", "log")),
        ("see:\n\n    for i in x:\n        print(i)\n\nwhy?", ("code", "fence")),
        ("see:\n\nimport re\n\ndef f(x):\n    return x\n\nwhy?", ("code", "fence")),
        ("see:\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", ("code", "diff")),
        ('see:\n{\n  "a": "words enough",\n  "b": "to be worth it"\n}\nwhy?', ("data", "json")),
        ('see:\n{"a": "words enough", "b": 1}\n{"a": "words enough", "b": 2}\nwhy?', ("data", "jsonl")),
        ("see:\na,b,c\n1,2,3\n4,5,6\nwhy?", ("data", "csv")),
        ('see:\nid,name,n\n1,"Smith,\nJohn",3\n4,5,6\nwhy?', ("data", "csv")),
        ("see:\n2024-01-05 10:00 INFO a\nERROR b\n  at c\nINFO d\nwhy?", ("data", "log")),
        ("see:\n<!doctype html>\n<html><p>a</p>\n</html>\nwhy?", ("data", "html")),
        ("see:\n$ ls -l\ntotal 4\n\nwhy?", ("tool", "command")),
        (
            "see:\nx.py::test_a[1 2] PASSED\nx.py::test_b FAILED\nx.py::T::test_c SKIPPED [3%]\nwhy?",
            ("tool", "command"),
        ),
        ("see:\na/x.py:1: a\na/x.py:2: b\na/y.py:3: c\nwhy?", ("tool", "command")),
        ("see:\ncommit abcdef0123\nAuthor: A\n\n    message\n\nwhy?", ("tool", "command")),
        (f"Answer.\n<document>\n{LONG}\n</document>\nwhy?", ("context", "prose")),
        (f"Answer.\n\nDocument [1]: {LONG}\n\nDocument [2]: {LONG}\n\nQuestion: why?", ("context", "prose")),
        (f"Answer.\n\nContext:\n{LONG}\n\nQuestion: why?", ("context", "prose")),
        (f"{LONG * 3}\n\n{LONG}\n\nWhat happened to the tower?", ("context", "prose")),
        ("a\n<scrimp:keep>  b  </scrimp:keep>\nc", ("instruction", "markup")),
    ],
)
def test_each_kind_of_zone_is_known(text: str, expected: tuple[str, str]) -> None:
    assert expected in of(text)


@pytest.mark.parametrize(
    "text",
    [
        "You are a poet.\n\n- Write verse.\n- Do not rhyme.\n\nBe brief, clear, and kind.",
        "Roses are red,\nviolets are blue,\nsugar is sweet,\nand so are you.",
        "Speaker 1: Well, then.\nSpeaker 2: I think so, too.\nSpeaker 1: Good.",
        "Tone: formal\nLength: 200 words\nAudience: managers\nFormat: a list",
        f"You must follow your rules. {LONG}\n\nYour answer is short. {LONG * 3}\n\nWhat is red?",
    ],
)
def test_what_is_asked_is_taken_for_nothing_else(text: str) -> None:
    assert {kind for kind, _ in of(text)} == {"instruction"}


def test_the_question_after_the_passages_stays_an_instruction() -> None:
    zone = cut(f"Answer.\n\n[1] {LONG}\n\n[2] {LONG}\n\nQuestion: why?")[-1]

    assert zone == Zone("instruction", "prose", "Question: why?")


def test_the_question_after_passages_without_a_label_stays_an_instruction() -> None:
    zone = cut(f"Source 1:\n{LONG}\n\nSource 2:\n{LONG}\n\nWhich of them is older?\nA. the first\nB. the second\n")[-1]

    assert zone.kind == "instruction"
    assert zone.text.startswith("Which of them")


def test_worked_examples_are_instructions_and_only_the_last_context_is_one() -> None:
    example_text = f"Context: {LONG}\nQuestion: why?\nAnswer: so.\n\n"

    found = cut(f"{example_text * 2}Context: {LONG}\nQuestion: why?\nAnswer:")

    assert [zone.kind for zone in found].count("context") == 1
    assert "".join(zone.text for zone in found[:-2]) == f"{example_text * 2}"


@pytest.mark.parametrize(
    "unit",
    ["a:\n", "[1] a\n", "<div>\n", "<context>", "a=1\n", 'a,"\n', "a  b  ", "{\n", "```\n", "Context: a\n", "? \n"],
)
def test_a_text_made_to_blow_up_is_no_trap(unit: str) -> None:
    # Quadratic matching would take minutes here; the suite's own time limit would tell.
    assert segment(unit * 50_000, find_json=lambda _: [], is_data=any_data)


def test_paragraphs_of_one_article_are_one_zone() -> None:
    paragraph = "The hall was built of oak and stood for two hundred and fifty years, until a storm destroyed it. " * 5
    text = f"{paragraph}\n\n{paragraph}\n\n{paragraph}\n\nWhat was the hall built of?"
    found = segment(text, find_json=find_json, is_data=any_data)

    assert [zone.kind for zone in found] == ["context", "instruction"]
    assert "".join(zone.text for zone in found) == text


def test_fences_one_right_below_the_other_are_one_zone() -> None:
    fence = "```py\nx = 1\n```\n"

    assert [zone.text for zone in cut(f"See:\n{fence * 3}\n{fence}")] == ["See:\n", fence * 3, "\n", fence]


def test_labelled_passages_without_a_question_are_all_passages() -> None:
    passage = "The hall was built of oak and stood for two hundred and fifty years, until a storm destroyed it. " * 4
    text = "\n\n".join(f"Document [{n}]: {passage}" for n in range(1, 6))
    found = segment(text, find_json=find_json, is_data=any_data)

    assert [(zone.kind, len(zone.text)) for zone in found] == [("context", len(text))]


def test_a_session_goes_on_after_blank_lines_and_ends_where_no_prompt_follows() -> None:
    session = "$ ls\nfoo\n\n$ cat foo\nbar\n\n\n$ make\nok\n"
    text = f"What is wrong?\n\n{session}\nThanks for the help.\n"

    assert [zone.text for zone in cut(text) if zone.kind == "tool"] == [session]


def test_a_table_with_comments_is_part_of_a_program() -> None:
    table = "".join(f"    0x{n:04x}: 0x{n * 7:04x},     #  LATIN LETTER {n}\n" for n in range(40))

    assert {zone.kind for zone in cut(f"decoding_map.update({{\n{table}}})\n")} <= {"code", "instruction"}
