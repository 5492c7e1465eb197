from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compress.facts import Fact, facts, gained_facts, lost_facts

DATA = Path(__file__).parent / "data"
TRAPS = [json.loads(line) for line in (DATA / "adversarial.jsonl").read_text().splitlines()]

words = st.sampled_from(
    ["word", "Word", "not", "don't", "only", "Paris", "of", "New", "5", "mg", "5.0", "1,000", "snake_case",
     "camelCase", "a.b", "--flag",
     "/etc/x", "https://a.b/c", "me@x.org", "end.", "No!", "\u4e0d\u662f", "\u00e9t\u00e9", "\ud800", "2024-01-05",
     "v1.2.3"]
)  # fmt: skip
gaps = st.sampled_from([" ", "  ", "\n", "\n\n\n", "\t", " \r\n "])


def of_kind(text: str, kind: str) -> list[str]:
    return sorted(fact.value for fact in facts(text).elements() if fact.kind == kind)


@given(st.lists(st.tuples(words, gaps), max_size=30))
def test_white_space_between_words_changes_no_fact(pairs: list[tuple[str, str]]) -> None:
    spaced = "".join(word + gap for word, gap in pairs)

    assert facts(spaced) == facts(" ".join(word for word, _ in pairs))


@given(st.text(st.characters()) | st.lists(words, max_size=20).map(" ".join))
def test_any_text_has_facts_that_count_for_something(text: str) -> None:
    assert all(times > 0 for times in facts(text).values())


@given(st.text(), st.text())
def test_nothing_is_lost_where_nothing_changed_and_gained_is_lost_the_other_way(one: str, other: str) -> None:
    assert lost_facts(one, one) == Counter()
    assert gained_facts(one, other) == lost_facts(other, one)


@pytest.mark.parametrize(
    ("text", "kind", "values"),
    [
        ("see https://a.b/c?d=1.", "url", ["https://a.b/c?d=1"]),
        ("ask a.b@x.org!", "email", ["a.b@x.org"]),
        ("1.0 is 1.0 and 1e400, 0x1F", "number", ["0x1F", "1.0", "1.0", "1e400"]),
        ("5  mg, 1.299,00 \u20ac, 6-8 h", "number", ["1.299,00 \u20ac", "5 mg", "6-8 h"]),
        ("[1, 2,3]", "number", ["1", "2", "3"]),
        ("open ~/a/b.txt.", "path", ["~/a/b.txt"]),
        ("_emphasis_ and snake_case and __init__", "ident", ["__init__", "snake_case"]),
        ("run it with -x or --long", "flag", ["--long", "-x"]),
        ('he said "in  order to"', "quote", ["in  order to"]),
        ("run `a  b`", "codespan", ["a  b"]),
        ("x\n```py\na  = 1\n```\n", "codeblock", ["a  = 1\n"]),
        ("we met Ada Lovelace of the Royal Society in Paris", "entity", ["Ada Lovelace of the Royal Society", "Paris"]),
        ("do not be late; don't just go", "negation", ["don't just", "not late"]),
        ("it is not too hot. Not. Please go", "negation", ["not", "not too"]),
        (
            "neither here nor there without you, unless told",
            "negation",
            ["neither here", "nor there", "unless told", "without unless"],
        ),
        ("das ist nicht wahr", "negation", ["nicht wahr"]),
    ],
)
def test_each_kind_of_fact_is_found(text: str, kind: str, values: list[str]) -> None:
    assert of_kind(text, kind) == values


@pytest.mark.parametrize(
    ("before", "after", "gone"),
    [
        ("it is not good", "it is good", Fact("negation", "not good")),
        ("it is not just good", "it is not good", Fact("negation", "not just")),
        ("take 1.0 of it", "take 1 of it", Fact("number", "1.0")),
        ("id 12345678901234567890 here", "id 12345678901234567000 here", Fact("number", "12345678901234567890")),
        ("a 5 and a 5", "a 5", Fact("number", "5")),
        ("we met Ada there", "we met there", Fact("entity", "Ada")),
    ],
)
def test_what_is_gone_is_named(before: str, after: str, gone: Fact) -> None:
    assert gone in lost_facts(before, after)


def test_a_name_that_now_begins_the_sentence_is_not_lost() -> None:
    assert lost_facts("please note that Paris is large", "Paris is large") == Counter()


def test_words_run_together_make_a_new_identifier() -> None:
    assert gained_facts("the end. Then go", "the end.Then go", kinds=["ident"]) == Counter(
        {Fact("ident", "end.Then"): 1}
    )


def test_only_the_kinds_asked_for_are_compared() -> None:
    assert lost_facts("5 not good", "", kinds=["number"]) == Counter({Fact("number", "5"): 1})


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap["id"])
@pytest.mark.parametrize("kind", ["url", "path", "ident", "flag", "codespan", "codeblock", "entity"])
def test_the_facts_of_the_traps_are_found(trap: dict[str, dict[str, list[str]]], kind: str) -> None:
    found = "\0".join(re.sub(r"\s+", " ", fact.value) for fact in facts(str(trap["text"])))

    assert [item for item in trap["must_keep"].get(kind, []) if re.sub(r"\s+", " ", item) not in found] == []


@pytest.mark.parametrize("unit", ["1,", "a-", "A ", "not ", "`a", '\\"', "a@", "/a", "\u4e0d"])
def test_a_text_made_to_blow_up_is_no_trap(unit: str) -> None:
    # Quadratic matching would take minutes here; the suite's own time limit would tell.
    assert facts(unit * 100_000) is not None
