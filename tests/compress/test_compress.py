"""The levels as a whole: zones, rules and gate together."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scrimp.compress import LEVELS, compress
from scrimp.compress.checks.json_equal import json_equal

ROWS = [{"user": f"u{n}", "pid": n, "cpu": 0.5 * n, "state": "running"} for n in range(12)]
PRETTY = json.dumps(ROWS, indent=4)
CODE = "```python\ndef f(x):  \n\n\n\n\n    return {'a':  x}\t\n```"
SESSION = "$ grep -rn TODO src\n" + "".join(f"src/scrimp/flows/engine.py:{n}: TODO number {n}\n" for n in range(10, 30))
LOG = "".join(f"2026-11-25 10:00:{n:02} INFO worker {n} took job {n * 7}\n" for n in range(40))
TROUBLE = "2026-11-25 10:00:41 ERROR worker 3 lost job 99: connection refused\n"
PARTS = (
    "Please answer in one word.\n", PRETTY + "\n", CODE + "\n", SESSION, LOG + TROUBLE, "Passage 1: It is blue.\n\n",
    "id,name\n1,ada\n2,bob\n3,cleo\n", "<p>Not <b>just</b> one.</p>\n", "\n\n\n\n\n", "I don't think so,  no.  \r\n",
)  # fmt: skip
prompts = st.lists(st.sampled_from(PARTS) | st.text(max_size=40), max_size=6).map("".join)


@pytest.mark.parametrize("level", LEVELS)
@given(text=prompts)
@example(text="Passage 1: It is blue.\n\n" + LOG + TROUBLE + CODE + "\n")
def test_no_level_makes_a_text_longer_and_twice_is_as_good_as_once(level: str, text: str) -> None:
    once = compress(text, level, keep=1).text  # of fewer sentences fewer still would be chosen

    assert len(once) <= len(text)
    assert len(compress(text, level).text) <= len(text)
    assert compress(once, level, keep=1).text == once


@pytest.mark.parametrize("level", LEVELS)
@given(before=prompts, after=prompts)
def test_fenced_code_is_the_same_to_the_byte(level: str, before: str, after: str) -> None:
    fences = ("`" * 3, "~" * 3)
    around = [part for part in (before, after) if not any(fence in part for fence in fences) and "<" not in part]

    assert CODE in compress("\n\n".join([*around[:1], CODE, *around[1:]]), level).text


def test_json_is_written_shorter_and_decodes_to_the_same() -> None:
    done = compress(f"Which user has the highest cpu?\n\n{PRETTY}\n\nAnswer with the name.", "dense")
    start, end = done.text.index('[below, "_cols"'), done.text.index("\n\nAnswer")

    assert len(done.text) < 0.4 * len(PRETTY)
    assert json_equal(PRETTY, done.text[start:end])
    assert {"json white space", "json columns"} <= set(done.rules)


def test_lines_of_one_form_are_folded_and_trouble_is_kept() -> None:
    text = compress(f"What went wrong?\n\n{LOG}{TROUBLE}", "tidy").text

    assert TROUBLE.strip() in text
    assert len(text) < 0.6 * len(LOG)
    assert all(f"10:00:{n:02} {n} {n * 7}" in text for n in range(40))


def test_the_white_space_of_json_goes_and_nothing_else() -> None:
    before, after = "Which user has the highest cpu?  \n\n\n\n", "\n\n\n Answer with the name.\n\n"
    done = compress(f"{before}{PRETTY}{after}", "lossless")

    assert done.text == before + json.dumps(ROWS, separators=(",", ":")) + after
    assert done.rules == ("json white space",)


def test_focus_keeps_the_sentence_that_answers() -> None:
    filler = " ".join(f"The harbour of town {n} was rebuilt in the spring of that year." for n in range(20))
    passage = f"<context>\n{filler} The bridge at Riverton was opened by Ada Marsh in 1931. {filler}\n</context>\n"
    text = compress(passage, "focus", query="Who opened the bridge at Riverton?").text

    assert "The bridge at Riverton was opened by Ada Marsh in 1931." in text
    assert len(text) < 0.7 * len(passage)


def test_without_a_question_focus_does_what_tidy_does() -> None:
    text = f"<context>\n{LOG}</context>\n{PRETTY}"

    assert compress(text, "focus").text == compress(text, "tidy").text


@pytest.mark.parametrize(
    "text",
    ["1" * 300_000, "{" * 200_000, "a b " * 100_000, "\n" * 200_000, "<p>" * 50_000, "[1," * 80_000, "`" * 100_000],
)
def test_no_text_is_a_trap(text: str) -> None:
    assert len(compress(text, "tidy").text) <= len(text)


def test_half_a_character_in_the_instructions_is_no_fault() -> None:
    text = f"Which one is late, the \ud800 or the other?\n\n{json.dumps({'id': 1, 'value': 'some words of text'})}\n"

    assert compress(text, "lossless").text == text.replace(": ", ":").replace(', "', ',"')


def test_what_is_protected_across_the_seam_of_an_instruction_and_data_stays() -> None:
    text = 'Where is shop 7?\n\n[\n  {"id": 7,  "city": "Rome"},\n  {"id": 8,  "city": "Bern"}\n]'
    kept = compress(text, "lossless", protected=re.compile(r"7\?\n\n\[\n  \{"))

    assert (kept.text, kept.changes, kept.taken_back[0][0]) == (text, (), "all")
    assert compress(text, "lossless", protected=re.compile("Rome")).text != text
