"""Shapes made to take long: twice the text is twice the work, counted in calls of functions, at every level."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

from scrimp.compress import compress
from scrimp.compress.pipeline import TOO_MANY_PARTS

UNITS = {
    "sessions": "$ ls\nfoo\n\n", "lines of brackets": "[\n", "sentences": "a. ", "glued sentences": "a.",
    "words": "word ", "lines": "word\n", "quotation marks": '"', "braces": "{", "pairs": "{}", "items": "- x\n",
    "numbers": "1. x\n", "bars": "|", "lines of bars": "|\n", "elements": "<div>",
    "lines of elements": "<div></div>\n", "angles": "<", "passages": "Passage 1:\n",
    "passages of words": "Passage 1: bees live in hives.\n\n", "digits": "1234567890", "CJK": "\u6f22\u5b57",
    "CJK sentences": "\u8702\u306f\u5de3\u306b\u4f4f\u3080\u3002", "emoji": "\U0001f600", "returns": "\r",
    "line feeds": "\n", "blanks": " ", "blank lines": " \n", "base64": "aGVsbG8gd29ybGQh", "hex": "deadbeef",
    "headings": "# x\n", "hashes": "# ", "marks": "?", "questions": "Who is it?\n", "backticks": "`",
    "fences": "```\n", "documents": "<document>\nBees live.\n</document>\n", "here-documents": "<<EOF\n",
    "keys": "a:\n  - b\n", "assignments": "a = b\n",
    "objects": '{"a": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]}\n\n', "triple quotes": '= """', "comments": "/* ",
    "labels below": "It rained.\nSource: a\n", "labels": "Source: a\n", "titles": "A title\n\nIt rained.\n\n",
    "titled items": "- **A** It rained.\n",
    "logs": "2026-11-25 10:00:00 up 1\n", "functions": "def f(x):\n    return x\n\n",
    "rules": "Never do it.\n", "orders": "Answer briefly. ", "accents": "e\u0301",
    "turns": "User: hi\nAssistant: hi\n", "opened quotations": "\u201c",
    "lines of JSON": '{"a": 1}\n{"a": 1}\n[x]\n',
    "labeled objects": 'Order:\n{"a": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]}\n\n',
}  # fmt: skip
FRAMES = (
    ("{}", "lossless"),
    ("{}", "tidy"),
    ("Context:\n{}\n\nQuestion: Where do bees live?", "dense"),
    ("Date the great fire.\n\n<document>\n{}\n</document>", "focus"),
)
LEVELS = ["lossless", "tidy", "focus", "dense"]
SIZE = 600  # characters; work that grows with the square would be counted sixteen times for four times as many


@contextmanager
def counted() -> Iterator[list[int]]:
    """Count the calls of functions, also of those in C."""
    calls = [0]

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        calls[0] += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        yield calls
    finally:
        sys.setprofile(None)


def work(text: str, level: str) -> int:
    with counted() as calls:
        compress(text, level)
    return calls[0]


@pytest.fixture(autouse=True, scope="module")
def all_is_loaded() -> None:
    """Read words and compile patterns before work is counted, whichever test comes first."""
    for level in LEVELS:
        for documents in ("Bees live in hives. They fly.", "x" * SIZE):
            compress(f"Context:\n{documents}\n\nQuestion: Where do bees live?", level)
            compress(f"<document>\n{documents}\n</document>\n\nWhere do bees live?", level)


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_four_times_the_text_is_about_four_times_the_work(unit: str) -> None:
    few, some, many = (unit * (size // len(unit)) for size in (SIZE, 2 * SIZE, 4 * SIZE))
    for frame, level in FRAMES:
        compress(frame.replace("{}", some), level)  # patterns are compiled
        fewer, more = (work(frame.replace("{}", text), level) for text in (few, many))

        assert more < 6 * fewer + 500, (frame, level)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("unit", ["x", "Bees live in hives near 12 rivers. ", "word ", '"'], ids=lambda unit: unit[:4])
def test_a_line_too_long_for_prose_is_not_read_by_its_sentences(unit: str, level: str) -> None:
    line = unit * (1_100_000 // len(unit))

    assert work(f"<document>\n{line}\n</document>\n\nWhere do bees live?", level) < 5_000


@pytest.mark.parametrize(
    "unit",
    [
        "key: a value of some length\n",
        "Bees live in hives near it. ",
        "\u8702\u306f\u5de3\u306b\u4f4f\u3080\u4eba\u9593\u3060\u3002",
    ],
)
def test_more_sentences_than_any_model_reads_are_not_read_one_by_one(unit: str) -> None:
    text = unit * 26_000

    assert work(f"Context:\n{text}\n\nQuestion: Where do bees live?", "focus") < 12 * 26_000


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("unit", ["- x\n", "# x\n", "Hi!\n", "a. "])
def test_a_long_text_of_nothing_but_ends_of_lines_and_sentences_is_not_read_as_prose(unit: str, level: str) -> None:
    text = unit * (240_000 // len(unit))

    assert work(f"Context:\n{text}\n\nQuestion: Where do bees live?", level) < 12 * text.count(unit)


def test_a_line_that_begins_with_a_bracket_and_is_no_json_costs_no_call_of_its_own() -> None:
    lines = "[x] Buy milk.\n{name} has it.\n[a link](a.md)\n[section]\n{%s}\n"
    compress(lines, "lossless")  # patterns are compiled

    assert work(lines * 100, "lossless") == work(lines * 10, "lossless")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("end", ['{"id": 12, "na', "[a link](https://example.com) is below", "[x] done"])
def test_what_only_begins_like_json_is_no_reason_to_read_the_rest_twice(end: str, level: str) -> None:
    documents = '{"id": 12345, "name": "ada", "city": "graz"}\n\n' * 40
    frame = f"<document>\n{documents}{{}}\n</document>\n\nWho rebuilt the hall?"
    for words in (end, "Bees live in hives."):
        compress(frame.replace("{}", words), level)

    assert work(frame.replace("{}", end), level) < 1.15 * work(frame.replace("{}", "Bees live in hives."), level)


SMALL_PARTS = ("~~~\na\n~~~\nb\n", "<scrimp:keep>a</scrimp:keep> b\n", '```json\n{"a": 1}\n```\nx\n\n')


@pytest.mark.parametrize("level", LEVELS[1:])
@pytest.mark.parametrize("unit", SMALL_PARTS)
def test_more_small_parts_than_any_prompt_has_stay_as_they_are_and_the_note_says_so(unit: str, level: str) -> None:
    data = unit * 10_001
    asked, told = f"<document>\n{data}\n</document>\n\nWhere do bees live?", f"{data}\n\nWhere do bees live?"
    for text, spans in ((asked, ()), (told, [(0, len(data))])):
        compressed = compress(text, level, told=spans)

        assert (compressed.text, compressed.note) == (text, TOO_MANY_PARTS)


def test_what_stands_beside_more_small_parts_than_any_prompt_has_is_compressed() -> None:
    parts, order = "~~~\na\n~~~\nb\n" * 10_001, '{"id": 12345, "name": "ada", "city": "graz"}'
    text = f"Parts: {parts}\nOrder: {order}\nWho ordered?"
    start = text.index(order)
    compressed = compress(text, "lossless", told=[(7, 7 + len(parts)), (start, start + len(order))])

    assert compressed.text == text.replace(order, order.replace(": ", ":").replace(", ", ","))
    assert compressed.note == TOO_MANY_PARTS


@pytest.mark.parametrize("unit", ['{"id": 12345, "name": "ada", "city": "graz"}\n\n', '{"id": 12345, "name": "ada"}\n'])
def test_documents_are_compressed_however_many_there_are(unit: str) -> None:
    data = unit * 10_001
    minified = data.replace(": ", ":").replace(", ", ",")

    assert compress(f"{data}\nWho is it?", "lossless").text == f"{minified}\nWho is it?"


def test_documents_with_much_between_them_are_put_together_in_one_pass() -> None:
    unit = 'Bees live here.\n\n{"id": 12345, "name": "ada", "city": "graz"}\n\n'
    few, many = (f"<document>\n{unit * times}\n</document>\n\nWhere do bees live?" for times in (100, 400))
    compress(few, "focus")

    assert work(many, "focus") < 6 * work(few, "focus")
