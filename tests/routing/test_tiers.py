"""The prior by kind of task, and what stakes do to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.routing.high_stakes import STAKES_WORDS
from scrimp.routing.tiers import TIERS, tier_of
from scrimp.values import Parameters


@pytest.mark.parametrize(
    ("text", "kind", "tier"),
    [
        ("Translate to French: good morning", "translation", "simple"),
        ("Übersetze ins Englische: Guten Tag", "translation", "simple"),
        ("把这句话翻译成英文：你好", "translation", "simple"),  # noqa: RUF001 - Chinese punctuation
        ("Classify this ticket: my python function crashes with a traceback", "classification", "simple"),
        ("What is the sentiment of this review? I loved it.", "classification", "simple"),
        ("Fix the grammar: he go home", "formatting", "simple"),
        ("Format this as a table: a b c", "formatting", "simple"),
        ("What is the capital of France?", "question", "simple"),
        ("Write a Python function to translate numbers", "code", "medium"),
        ("def f(x):\n    return x\n\nassert f(2) == ??", "code", "medium"),
        ("Tom has 3 apples and buys 12 more. How many apples has he?", "mathematics", "medium"),
        ("Solve x^2 = 4", "mathematics", "medium"),
        ("Extract the names from this letter: Dear Ann", "extraction", "medium"),
        ("Summarize the following: it rained", "document", "medium"),
        ("Write a haiku about rain", "open-ended", "medium"),
        ("First boil water, then add salt and finally the pasta", "multi-step", "medium"),
        ("lorem ipsum " * 500, "long text", "medium"),
        ("", "open-ended", "medium"),
    ],
)
def test_the_kind_of_a_task_gives_its_tier(text: str, kind: str, tier: str) -> None:
    choice = tier_of(text, None)

    assert (choice.kind, choice.tier, choice.why) == (kind, tier, kind)


def test_the_system_text_tells_the_kind_too() -> None:
    assert tier_of("Guten Tag", "You translate German into English.").kind == "translation"


def test_an_instruction_after_a_long_text_is_read() -> None:
    assert tier_of("lorem ipsum " * 5000 + "\nTranslate the text above.", None).kind == "translation"


def test_a_noun_in_passing_is_no_instruction() -> None:
    assert tier_of("Give me a haiku in the following format: three lines", None).kind == "open-ended"


def test_choices_and_a_schema_tell_the_kind_better_than_words() -> None:
    assert tier_of("Write an essay", None, Parameters(choices=("a", "b"))).kind == "classification"
    assert tier_of("Translate this", None, Parameters(schema={})).kind == "extraction"


def test_stakes_raise_by_one_tier_and_say_so() -> None:
    classified = tier_of("Classify this medical note: headache", None)
    summary = tier_of("Summarize this contract, mind the security clauses: ...", None)

    assert (classified.tier, classified.why) == ("medium", "classification; raised: medical")
    assert (summary.tier, summary.why) == ("high", "document; raised: legal, security")


def test_stakes_of_the_system_text_and_of_other_scripts_count() -> None:
    assert tier_of("What is it?", "You help an attorney.").tier == "medium"
    assert tier_of("翻译这份合同", None).why == "translation; raised: legal"


words = st.sampled_from([
    "translate", "classify", "python", "function", "write", "solve", "how", "many", "3", "12", "?", "the", "report",
    "```", "x==1", "then", "finally", "extract", "format", "why", "Straße", "翻译", "naïve", "def", "what", "summarize",
    "contract",
])  # fmt: skip


@given(
    st.lists(words, max_size=40),
    st.integers(0, 400),
    st.lists(st.tuples(st.integers(0, 500), st.sampled_from(sorted(STAKES_WORDS))), min_size=1, max_size=8),
)
def test_adding_stakes_words_never_lowers_the_tier(said: list[str], filling: int, added: list[tuple[int, str]]) -> None:
    half = len(said) // 2
    plain = [*said[:half], *["lorem"] * filling, *said[half:]]
    risky = list(plain)
    for place, word in added:
        risky.insert(min(place, len(risky)), word)

    before, after = tier_of(" ".join(plain), None), tier_of(" ".join(risky), None)

    assert TIERS.index(after.tier) >= TIERS.index(before.tier)


SIMPLE = {"translation", "formatting", "classification", "question"}


@given(st.text(max_size=300) | st.lists(words, max_size=12).map(" ".join), st.none() | st.text(max_size=50))
def test_any_text_has_the_tier_of_its_kind_or_the_next_one_with_the_reason(text: str, system: str | None) -> None:
    choice = tier_of(text, system)
    start = TIERS.index("simple" if choice.kind in SIMPLE else "medium")
    kind, _, stakes = choice.why.partition("; raised: ")

    assert kind == choice.kind
    assert TIERS.index(choice.tier) == start + bool(stakes)
    assert set(stakes.split(", ")) <= {"", "legal", "medical", "financial", "security"}
