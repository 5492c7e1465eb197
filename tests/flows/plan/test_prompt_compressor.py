from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scrimp.compress import LEVELS
from scrimp.flows.plan.prompt_compressor import PromptCompressor
from scrimp.values import Message, Prompt

PARTS = (
    "<document>\nBees live in hives. The queen lays 2000 eggs. Anna Meier rebuilt it in 1930. It rained.\n</document>",
    "Please could you kindly tell me: who rebuilt the hall?",
    '{\n  "town": "Springfield",\n  "halls": [1923,  1930]\n}',
    "   trailing   \n\n\n\n\nlines  ",
    "```\nx  =  1\n```",
)
TEXTS = st.lists(st.sampled_from(PARTS), min_size=1, max_size=3).map("\n\n".join)
TURNS = st.lists(st.builds(Message, st.sampled_from(["user", "assistant"]), TEXTS), max_size=4)


@given(level=st.sampled_from(LEVELS), turns=TURNS, last=TEXTS, reply=TEXTS, following=TEXTS, system=st.none() | TEXTS)
def test_a_turn_that_follows_changes_no_byte_of_those_before(
    level: str, turns: list[Message], last: str, reply: str, following: str, system: str | None
) -> None:
    now = PromptCompressor(level).compress(Prompt(index=0, text=last, history=tuple(turns), system=system))
    grown = (*turns, Message("user", last), Message("assistant", reply))
    later = PromptCompressor(level).compress(Prompt(index=0, text=following, history=grown, system=system))

    assert later.system == now.system
    assert later.history[: len(turns) + 1] == (*now.history, Message("user", now.text))


@given(level=st.sampled_from(LEVELS), text=TEXTS)
def test_what_the_model_said_is_its_own_and_stays(level: str, text: str) -> None:
    sent = PromptCompressor(level).compress(Prompt(index=0, text="a", history=(Message("assistant", text),)))

    assert sent.history == (Message("assistant", text),)


@given(turns=TURNS, last=TEXTS, system=st.none() | TEXTS)
def test_off_sends_every_byte(turns: list[Message], last: str, system: str | None) -> None:
    sent = PromptCompressor("off").compress(Prompt(index=0, text=last, history=tuple(turns), system=system))

    assert (sent.text, sent.system, sent.history, sent.rules) == (last, system, tuple(turns), ())


def test_no_sentence_of_a_system_text_is_left_out() -> None:
    system = PARTS[0] + "\n\n" + PARTS[1]

    assert PromptCompressor("dense").compress(Prompt(index=0, text="a", system=system)).system == system


def test_the_rules_of_all_parts_are_told_once() -> None:
    sent = PromptCompressor("lossless").compress(Prompt(index=0, text=PARTS[2], history=(Message("user", PARTS[2]),)))

    assert sent.rules == ("json white space",)


def test_the_tags_that_keep_a_text_are_not_sent() -> None:
    text = f"Is it paid?\n\n<scrimp:keep>{PARTS[2]}</scrimp:keep>"
    prompt = Prompt(index=0, text=text, history=(Message("user", text), Message("assistant", text)))
    sent = PromptCompressor("lossless").compress(prompt)

    assert sent.text == f"Is it paid?\n\n{PARTS[2]}"
    assert [turn.content for turn in sent.history] == [sent.text, text]
