"""What compression promises of any prompt, at every level, with all its rules and zones together."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from compress import grammar
from scrimp.compress import LEVELS, compress
from scrimp.compress.checks.json_equal import json_equal
from scrimp.compress.zones.protected_spans import DATA_FENCES, fences, keep_spans

DATA = Path(__file__).parent / "data"
QUERY = "Who opened the bridge at Riverton?"
BELOW_FOCUS = LEVELS[1 : LEVELS.index("focus")]
FOCUSED = LEVELS[LEVELS.index("focus") :]
LONE_RETURN = re.compile(r"\r(?!\n)")
TRAPS = [json.loads(line) for line in (DATA / "adversarial.jsonl").read_text("utf-8").split("\n") if line]

anything = st.one_of(grammar.PROMPT, grammar.BROKEN)
asked = grammar.prompt(grammar.ASKED, grammar.SHOTS, grammar.QUESTIONS)
without_records = grammar.prompt(*grammar.SAID, *grammar.UNTOUCHED)
prose = grammar.prompt(*grammar.SAID, *grammar.READ, *grammar.UNTOUCHED)

# Each example is a whole prompt; for a thorough search SCRIMP_EXAMPLES=2000.
some = settings(max_examples=int(os.environ.get("SCRIMP_EXAMPLES", "20")))
levels = pytest.mark.parametrize("level", LEVELS)
below_focus = pytest.mark.parametrize("level", BELOW_FOCUS)
focused = pytest.mark.parametrize("level", FOCUSED)
traps = pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap["source"]["file"].removeprefix("hand-written: "))


# --- size, and once for all ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prompt", ["<html><body><p>{}</p><p>It was late.</p></body></html>", "{}\n[1]\n{}"])
def test_what_one_rule_makes_room_for_is_done_at_once(prompt: str) -> None:
    order = json.dumps({"order": "A-1007", "items": [1, 2, 3], "city": "Oslo", "note": "left at the door"}, indent=2)
    text = f"{prompt.replace('{}', order)}\n\nWhich city?"
    left = compress(text, "tidy").text

    assert left != text
    assert compress(left, "tidy").text == left


@some
@given(anything)
def test_off_gives_the_same_text(text: str) -> None:
    assert compress(text, "off", query=QUERY).text == text


@levels
@some
@given(text=anything)
def test_no_prompt_gets_longer(level: str, text: str) -> None:
    assert len(compress(text, level, query=QUERY).text) <= len(text)


@below_focus
@some
@given(text=anything)
@example("<div>\n<p>Not <b>just</b> one.</p>\n</div>\n\n\n")
@example("\n    def f(x):  \n")
@example("2026-11-25 10:00:00 INFO worker 0 took job 0\n" * 2 + "2026-11-25 10:00:00 INFO worker 0 took job 0 ")
@example("\n@@ -1 +1 @@\n-a  \n+b  \n x")
def test_twice_is_as_good_as_once(level: str, text: str) -> None:
    once = compress(text, level).text

    assert compress(once, level).text == once


@focused
@some
@given(text=grammar.PROMPT)
def test_after_sentences_were_chosen_nothing_is_left_to_change(level: str, text: str) -> None:
    once = compress(f"{text}\n\n{tagged(sentences(12))}\n\n{QUERY}", level, query=QUERY).text

    assert compress(once, level, query=QUERY, keep=1).text == once


@focused
@some
@given(text=grammar.FOLDED, keep=st.sampled_from([0.4, 0.6, 1]))
def test_nothing_but_sentences_changes_when_notes_and_forms_are_compressed_again(
    level: str, text: str, keep: float
) -> None:
    once = compress(f"{QUERY}\n\n{text}", level, query=QUERY, keep=keep).text

    assert compress(once, level, query=QUERY, keep=1).text == once


# --- what may not be touched -----------------------------------------------------------------------------------------


def marked(text: str) -> list[str]:
    """Return what the user marked and the fences of code, in order, to the byte."""
    kept = [(span.start, span.end) for span in keep_spans(text)]
    code = [(fence.start, fence.end) for fence in fences(text) if fence.info not in DATA_FENCES]
    return [text[a:b] for a, b in sorted([*kept, *(c for c in code if not any(a <= c[0] < b for a, b in kept))])]


def in_order(some: list[str], others: list[str]) -> bool:
    rest = iter(others)
    return all(one in rest for one in some)


@levels
@some
@given(
    text=anything.filter(lambda text: not LONE_RETURN.search(text))
)  # after one there is no fence, and then there is
def test_fences_and_what_is_marked_to_be_kept_are_the_same_to_the_byte_and_in_order(level: str, text: str) -> None:
    # More may be there afterwards: a page's preformatted text becomes a fence.
    assert in_order(marked(text), marked(compress(text, level, query=QUERY).text))


@levels
def test_a_byte_order_mark_hides_no_fence(level: str) -> None:
    text = '\ufeff```json\n[\n  {"id": 1.0},\n  {"id": 1.0},\n  {"id": 1.0}]\n```\n\nWhat is wrong here?'

    assert compress(text, level).text == text


@levels
@some
@given(text=grammar.PROMPT)
def test_what_the_user_protects_is_the_same_in_the_same_order(level: str, text: str) -> None:
    protected = re.compile(r"Please \w+|worker \d+ ?|harbour +was|  +|\"id\": \d")
    after = compress(text, level, query=QUERY, protected=protected).text

    assert protected.findall(after) == protected.findall(text)


# --- facts and words -------------------------------------------------------------------------------------------------


@some
@given(anything)
@example("\n\n  \r\n  ")
@example('{"a":  1}\t\n' * 9)
def test_lossless_changes_nothing_but_white_space_between_the_lexemes_of_json(text: str) -> None:
    after = compress(text, "lossless").text

    assert "".join(after.split()) == "".join(text.split())
    assert not set(gone(text, after)) - set(" \t\r\n")


@some
@given(without_records)
@example("a  \r\n\r\n\r\n\r\nb\t")
@example("Which column is empty?\n\nName   State   Port\nann            80\n\n\n\n")
def test_lossless_leaves_a_prompt_without_json_as_it_is(text: str) -> None:
    assert compress(text, "lossless").text == text


def gone(before: str, after: str) -> list[str]:
    """Return the characters that are missing in the second text, in which no other differs."""
    rest = iter(before)
    missing = []
    for character in after:
        missing += itertools.takewhile(lambda one, other=character: one != other, rest)  # type: ignore[misc]
    return [*missing, *rest]


@some
@given(asked)
def test_no_level_touches_what_is_asked(text: str) -> None:
    for level in LEVELS:
        assert compress(text, level).text == text


@below_focus
@some
@given(text=asked)
@example("I would like you to not just list the names, but not too many, please, unless only one is there.")
def test_what_a_negation_bears_on_stays_behind_it(level: str, text: str) -> None:
    assert negated(compress(text, level).text) == negated(text)


def negated(text: str) -> list[str]:
    pattern = r"\b(?:not|only|unless|never|no|none|don't|nobody|cannot|without|hardly)\b\s+\w+"
    return [" ".join(found.lower().split()) for found in re.findall(pattern, text, re.IGNORECASE)]


@traps
@below_focus
def test_a_trap_keeps_what_it_must(level: str, trap: dict[str, Any]) -> None:
    after = compress(trap["text"], level).text

    assert [must for must in trap["must_keep"]["must"] if must not in after] == []


@traps
@some
@given(before=asked, after=asked, seam=grammar.SEAMS)
def test_a_trap_within_a_prompt_keeps_what_it_must(trap: dict[str, Any], before: str, after: str, seam: str) -> None:
    text = f"{before}{seam}\n{trap['text']}\n{seam}{after}"

    for level in BELOW_FOCUS:
        shorter = compress(text, level).text
        assert [must for must in trap["must_keep"]["must"] if must not in shorter] == []


@below_focus
@some
@given(parts=st.lists(st.one_of(*grammar.SAID, *grammar.READ, *grammar.PRINTED, *grammar.UNTOUCHED), max_size=4))
@example(["Please list 3 reasons. Thank you!", "```json\n[]\n```"])
@example(["Is it so? Hello,", "Do not stop. Thank you very much."])
def test_paragraphs_stay_apart(level: str, parts: list[str]) -> None:
    text = "".join(f"Here is thing number {number} of it.\n\n{part}\n\n" for number, part in enumerate([*parts, ""]))
    lines = compress(text, level).text.split("\n")

    assert in_order([f"Here is thing number {number} of it." for number in range(len(parts) + 1)], lines)


# --- JSON ------------------------------------------------------------------------------------------------------------


@below_focus
@some
@given(before=asked, records=grammar.RECORDS, after=asked)
def test_json_in_a_prompt_decodes_to_the_same(level: str, before: str, records: str, after: str) -> None:
    text = compress(f"{before}\n\nRecords begin:\n\n{records}\n\nRecords end.\n\n{after}", level).text
    found = text[text.index("Records begin:") + len("Records begin:") : text.rindex("Records end.")].strip()

    assert json_equal(records, found)
    assert decoded(found) == decoded(records)


@levels
@some
@given(before=asked, records=grammar.RECORDS, after=asked)
def test_json_in_a_fence_is_the_same_to_the_byte(level: str, before: str, records: str, after: str) -> None:
    fence = f"```json\n{records}\n```"

    assert fence in compress(f"{before}\n\n{fence}\n\n{after}", level, query=QUERY).text


def decoded(text: str) -> list[object]:
    """Return each record with its numbers as they are written and its keys in order, the same key twice among them."""
    decoder = json.JSONDecoder(parse_float=lexeme, parse_int=lexeme, object_pairs_hook=tuple)
    found, at = [], 0
    text = text.strip()
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        found.append(value)
        at += len(text[at:]) - len(text[at:].lstrip())
    return found


def lexeme(number: str) -> tuple[str, str]:
    return "number", number


# --- sentences for a question ----------------------------------------------------------------------------------------


def sentences(count: int) -> list[str]:
    told = (
        "The harbour of town {0} was rebuilt in {1}.",
        "Nobody in town {0} had asked for {1} bridges.",
        "Ada Marsh opened the bridge at Riverton {0} in {1}.",
        "Die Br\u00fccke von {0} steht nicht seit {1}.",
    )
    return [told[number % len(told)].format(number, 1900 + number) for number in range(count)]


def tagged(told: list[str]) -> str:
    return f"<context>\n{' '.join(told)}\n</context>"


contexts = st.lists(st.sampled_from(sentences(60)), min_size=8, max_size=40, unique=True)
ratios = st.floats(0.05, 1.0)


@some
@given(before=asked, told=contexts, keep=ratios, joint=st.sampled_from([" ", "\n", "\n\n"]))
def test_focus_keeps_whole_sentences_in_order_and_nothing_else(
    before: str, told: list[str], keep: float, joint: str
) -> None:
    text = f"{before}\n\n<context>\n{joint.join(told)}\n</context>\n\n{QUERY}"
    after = compress(text, "focus", query=QUERY, keep=keep).text
    inside = after[after.rindex("<context>") + len("<context>") : after.rindex("</context>")]
    kept = [sentence for sentence in told if sentence in inside]

    assert " ".join(inside.split()) == " ".join(kept)


@focused
@some
@given(before=asked, told=contexts, some=ratios, other=ratios)
def test_what_a_lower_ratio_keeps_a_higher_one_keeps_too(
    level: str, before: str, told: list[str], some: float, other: float
) -> None:
    text = f"{before}\n\n{tagged(told)}\n\n{QUERY}"
    few, many = (
        {number for number in range(60) if re.search(rf"\b(?:town|Riverton|von) {number}\b", after)}
        for keep in sorted([some, other])
        for after in [compress(text, level, query=QUERY, keep=keep).text]
    )

    assert few <= many


@focused
@some
@given(before=asked, told=contexts)
def test_of_what_is_asked_no_more_goes_for_a_question_than_tidy_takes(level: str, before: str, told: list[str]) -> None:
    text = f"{before}\n\n{tagged(told)}\n\n{QUERY}"
    tidy, after = (compress(text, at, query=QUERY).text for at in ("tidy", level))

    assert after.partition("<context>")[0] == tidy.partition("<context>")[0]
    assert after.endswith(f"</context>\n\n{QUERY}")


# --- any text, anywhere ----------------------------------------------------------------------------------------------

odd = st.text(
    st.characters() | st.sampled_from("\ud800\udfff\0\u202e\u2066\u200d\u0301\u0e33\r\n\u2028\ufeff\x85\x1c \t")
)


@some
@given(text=odd)
def test_no_character_is_too_strange_to_be_kept(text: str) -> None:
    assert "".join(compress(text, "lossless").text.split()) == "".join(text.split())


@levels
@some
@given(before=grammar.PROMPT, strange=odd, after=grammar.PROMPT)
def test_strange_characters_within_a_prompt_break_nothing(level: str, before: str, strange: str, after: str) -> None:
    text = f"{before}{strange}{after}"

    assert len(compress(text, level, query=strange or QUERY).text) <= len(text)


ELSEWHERE = """
import hashlib, json, sys
from scrimp.compress import LEVELS, compress
for text, query in json.loads(sys.stdin.buffer.read()):
    for level in LEVELS:
        done = compress(text, level, query=query)
        print(hashlib.sha256(done.text.encode("utf-8", "surrogatepass")).hexdigest(), done.rules)
"""


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "1"},
        {"PYTHONHASHSEED": "4242", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONHASHSEED": "7", "LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu"},
    ],
    ids=["hash seed", "locale C", "Turkish"],
)
def test_another_process_gives_the_same_bytes(environment: dict[str, str]) -> None:
    prompts = [(trap["text"], "") for trap in TRAPS]
    for path in sorted((DATA / "corpus").iterdir()):
        item = json.loads(path.read_text("utf-8").split("\n")[0])
        prompts.append((item["text"], item.get("question", "")))
    told = subprocess.run(
        [sys.executable, "-c", ELSEWHERE], input=json.dumps(prompts).encode(), env=os.environ | environment,
        capture_output=True, check=True,
    )  # fmt: skip
    here = []
    for text, query in prompts:
        for level in LEVELS:
            done = compress(text, level, query=query)
            here.append(f"{hashlib.sha256(done.text.encode('utf-8', 'surrogatepass')).hexdigest()} {done.rules}")

    assert told.stdout.decode().splitlines() == here


@pytest.mark.parametrize("level", [LEVELS[1], LEVELS[-1]])
@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("[", "]"), ('{"a":', "}"), ("(", ")"), ("{{", "}}"), ("<div>", "</div>"), ("<b>", "</b>"), ("<!--", "-->"),
        ("<context>", "</context>"), ("<p", ">"), ("\u00ab", "\u00bb"), ("\u201c", "\u201d"), ('"', '"'), ("'", "'"),
        ("```\n", "\n```"), ("> ", ""), ("- ", ""), ("$$", "$$"), ("\\[", "\\]"), ("&", ";"), ("#", "\n"),
        ("a:\n ", ""),
        ("<scrimp:keep>", "</scrimp:keep>"), ("[1] ", ""),
        ("{%", "%}"), ("x.", ""), ("-", "-"), ("1,", ""), ("\r", ""),
    ],
)  # fmt: skip
def test_nothing_is_nested_too_deep(level: str, opening: str, closing: str) -> None:
    deep = f"{opening * 100_000}not 1{closing * 100_000}"

    for text in (f"Is it so?\n\n{deep}\n\n{QUERY}", f"<context>\n{deep}\n</context>\n\n{QUERY}"):
        assert len(compress(text, level, query=QUERY).text) <= len(text)
