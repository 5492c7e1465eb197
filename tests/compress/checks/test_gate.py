from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.compress.checks.facts import lost_facts
from scrimp.compress.checks.gate import all_of, apply_checked, no_new_facts, same_code, same_facts, same_words

RULES = {
    "spaces": lambda text: re.sub(" +", " ", text),
    "drop not": lambda text: text.replace("not ", ""),
    "drop digits": lambda text: re.sub(r"\d", "", text),
    "glue": lambda text: text.replace(" ", ""),
    "strip": str.strip,
    "double": lambda text: text * 2,
    "nothing": lambda _: "",
}
pieces = st.lists(
    st.sampled_from(["not ", "good ", "5 mg ", "  ", "\n\n", "snake_case ", "```\nx  y\n```\n", "a", "Paris "]),
    max_size=20,
)
texts = st.one_of(st.text(), pieces.map("".join))
rules = st.sampled_from(sorted(RULES)).map(RULES.__getitem__)
checks = st.sampled_from([same_facts, same_words, same_code, no_new_facts, all_of(same_facts, same_words)])


@given(texts, rules, checks)
def test_what_passes_the_gate_is_never_longer_and_has_lost_nothing_its_check_names(text, rule, check) -> None:
    after, reason = apply_checked(text, rule, check)

    assert len(after) <= len(text)
    assert check(text, after) is None
    assert reason is None or after == text


@given(texts, st.sampled_from(["spaces", "strip"]), checks)
def test_a_rule_that_is_done_after_once_stays_so_behind_the_gate(text, name, check) -> None:
    once, _ = apply_checked(text, RULES[name], check)

    assert apply_checked(once, RULES[name], check)[0] == once


@pytest.mark.parametrize(
    ("check", "before", "after", "reason"),
    [
        (same_facts, "take 42 of it", "take some of it", "number 42 is lost"),
        (same_facts, "a  b", "a b", None),
        (same_words, "a  b\nc", "a b c", None),
        (same_words, "a b", "ab", "word a changed"),
        (same_words, "a b", "a", "word b changed"),
        (same_words, "a", "a b", "word b was added"),
        (same_code, "x\n```\na  b\n```", "x\n```\na b\n```", "code changed"),
        (same_code, "x  y\n```\na  b\n```", "x y\n```\na  b\n```", None),
        (no_new_facts, "the end. Then", "the end.Then", "ident end.Then is new"),
    ],
)
def test_a_check_names_what_got_lost(check, before: str, after: str, reason: str | None) -> None:
    assert check(before, after) == reason


def test_a_longer_text_is_taken_back() -> None:
    assert apply_checked("a", RULES["double"], same_code) == ("a", "the text would get longer")


@given(texts, rules)
def test_a_reason_is_given_where_facts_are_lost(text, rule) -> None:
    after = rule(text)

    assert (same_facts(text, after) is None) == (not lost_facts(text, after))
